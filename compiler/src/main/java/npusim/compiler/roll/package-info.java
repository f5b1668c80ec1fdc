/** Recognises repeated layers, so that they are compiled once and run many times. */
package npusim.compiler.roll;
