/** Where tensors live: storages, strided views of them, and the planning of DRAM and scratchpad. */
package npusim.compiler.memory;
