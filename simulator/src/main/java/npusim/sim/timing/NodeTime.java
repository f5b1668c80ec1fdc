package npusim.sim.timing;

import java.util.Arrays;

/**
 * What one graph node's instructions did.
 *
 * @param node id of the {@link npusim.program.NodeInfo}; -1 for instructions made for no node
 * @param instructions instructions executed on units
 * @param categoryCycles cycles of the critical path by {@link Category} ordinal; over all nodes
 *     they sum to the total
 * @param busyCycles busy cycles by {@link TimingUnit} ordinal, summed over cores
 * @param dramReadBytes bytes read from DRAM
 * @param dramWrittenBytes bytes written to DRAM
 * @param macs multiply-accumulates executed
 * @param paddedMacs array slots passed beyond them
 * @param vectorElements elements processed by vector instructions
 * @param scratchpadBytes bytes read from and written to scratchpads
 * @param accumulatorBytes bytes read from and written to accumulator memories
 * @param nocByteHops bytes times hops on the network
 * @param linkBytes bytes over chip-to-chip links
 * @param sharedBytes bytes read from and written to SRAM shared by cores
 */
public record NodeTime(
    int node,
    long instructions,
    long[] categoryCycles,
    long[] busyCycles,
    long dramReadBytes,
    long dramWrittenBytes,
    long macs,
    long paddedMacs,
    long vectorElements,
    long scratchpadBytes,
    long accumulatorBytes,
    long nocByteHops,
    long linkBytes,
    long sharedBytes) {

  /** Cycles attributed on the critical path. */
  public long cycles() {
    return Arrays.stream(categoryCycles).sum();
  }

  /** Cycles of the critical path in one category. */
  public long cycles(Category category) {
    return categoryCycles[category.ordinal()];
  }

  /** Busy cycles of one unit, summed over cores. */
  public long busy(TimingUnit unit) {
    return busyCycles[unit.ordinal()];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NodeTime that
        && node == that.node
        && instructions == that.instructions
        && Arrays.equals(categoryCycles, that.categoryCycles)
        && Arrays.equals(busyCycles, that.busyCycles)
        && dramReadBytes == that.dramReadBytes
        && dramWrittenBytes == that.dramWrittenBytes
        && macs == that.macs
        && paddedMacs == that.paddedMacs
        && vectorElements == that.vectorElements
        && scratchpadBytes == that.scratchpadBytes
        && accumulatorBytes == that.accumulatorBytes
        && nocByteHops == that.nocByteHops
        && linkBytes == that.linkBytes
        && sharedBytes == that.sharedBytes;
  }

  @Override
  public int hashCode() {
    return 31 * node + Arrays.hashCode(categoryCycles);
  }

  @Override
  public String toString() {
    return "NodeTime[" + node + ", " + cycles() + " cycles, " + macs + " MACs]";
  }
}
