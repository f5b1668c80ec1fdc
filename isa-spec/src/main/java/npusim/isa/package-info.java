/** The instruction set of the simulated NPU, defined by the YAML files under src/main/isa. */
package npusim.isa;
