/**
 * The functional engine: runs a program's instructions on values. {@link
 * npusim.sim.functional.FunctionalSimulator} is the entry; {@link npusim.sim.functional.Schedule}
 * chooses in which of the orders that semaphores allow the units work.
 */
package npusim.sim.functional;
