/**
 * A compiled program: instructions per core, memory map, constants and the map back to the graph.
 */
package npusim.program;
