/** The simulator: runs a program for its values, its cycles and its energy. */
package npusim.sim;
