package npusim.verify;

import npusim.isa.Operand;

/**
 * What one operand of an executed instruction touches.
 *
 * @param operand the operand
 * @param place which memory
 * @param footprint bits from the beginning of that memory's address space
 * @param read reads it
 * @param write writes it
 * @param exact every bit of the footprint is touched; false when data decides which
 */
record Use(
    Operand operand, Place place, Footprint footprint, boolean read, boolean write, boolean exact) {
  /** Memory of an operand. */
  enum Place {
    /** Scratchpad or accumulator memory of the own core. */
    LOCAL,
    /** Local memory of another core, or of several. */
    REMOTE,
    /** DRAM of the own chip. */
    DRAM
  }
}
