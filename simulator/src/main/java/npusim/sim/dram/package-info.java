/**
 * Memory behind the DMA engines: channels, banks and rows with JEDEC-style timing, and two simpler
 * models.
 */
package npusim.sim.dram;
