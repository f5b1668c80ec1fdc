/** Energy of a timed run, by component, from its counters. */
package npusim.sim.energy;
