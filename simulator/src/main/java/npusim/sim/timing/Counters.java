package npusim.sim.timing;

import npusim.hardware.VectorClass;
import npusim.isa.DType;

/**
 * Everything a run counts that costs energy, over all chips.
 *
 * @param macsByType multiply-accumulates by {@link DType} ordinal
 * @param paddedMacsByType array slots that held no useful operand, by {@link DType} ordinal
 * @param vectorElements elements by {@link VectorClass} ordinal · types + {@link DType} ordinal
 * @param scratchpadReadBytes bytes read from scratchpads
 * @param scratchpadWrittenBytes bytes written to scratchpads
 * @param accumulatorReadBytes bytes read from accumulator memories
 * @param accumulatorWrittenBytes bytes written to accumulator memories
 * @param nocByteHops bytes times hops on networks on chip
 * @param linkBytes bytes over chip-to-chip links, once per link
 * @param dramReadBytes bytes read from DRAM
 * @param dramWrittenBytes bytes written to DRAM
 * @param dramActivates row activations
 * @param sharedReadBytes bytes read from SRAM shared by cores
 * @param sharedWrittenBytes bytes written to SRAM shared by cores
 * @param instructions instructions fetched, scalar and control ones included
 */
public record Counters(
    long[] macsByType,
    long[] paddedMacsByType,
    long[] vectorElements,
    long scratchpadReadBytes,
    long scratchpadWrittenBytes,
    long accumulatorReadBytes,
    long accumulatorWrittenBytes,
    long nocByteHops,
    long linkBytes,
    long dramReadBytes,
    long dramWrittenBytes,
    long dramActivates,
    long sharedReadBytes,
    long sharedWrittenBytes,
    long instructions) {
  private static final int TYPES = DType.values().length;

  /** Multiply-accumulates of every type. */
  public long macs() {
    return java.util.Arrays.stream(macsByType).sum();
  }

  /** Array slots that held no useful operand, of every type. */
  public long paddedMacs() {
    return java.util.Arrays.stream(paddedMacsByType).sum();
  }

  /** Vector elements of a class and type. */
  public long elements(VectorClass c, DType type) {
    return vectorElements[c.ordinal() * TYPES + type.ordinal()];
  }
}
