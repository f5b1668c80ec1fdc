/** The command line of npusim. */
package npusim.tools;
