package npusim.sim.timing;

import java.util.List;

/**
 * Outcome of a timing run.
 *
 * @param totalCycles latency in core clock cycles
 * @param categoryCycles the critical path by {@link Category} ordinal; sums to {@code totalCycles}
 * @param units one entry per core and unit, by core, then {@link TimingUnit}
 * @param nodes one entry per graph node by id, after the entry of node -1; their cycles sum to
 *     {@code totalCycles}
 * @param dram one entry per chip
 * @param counters counts that energy depends on
 * @param skippedInstructions instructions whose effect was multiplied in instead of simulated
 */
public record TimingResult(
    long totalCycles,
    long[] categoryCycles,
    List<UnitTime> units,
    List<NodeTime> nodes,
    List<DramTime> dram,
    Counters counters,
    long skippedInstructions) {

  private static final TimingUnit[] UNITS = TimingUnit.values();

  /** Cycles of the critical path in one category. */
  public long cycles(Category category) {
    return categoryCycles[category.ordinal()];
  }

  /** Time of one unit. */
  public UnitTime unit(int core, TimingUnit unit) {
    return units.get(core * UNITS.length + unit.ordinal());
  }

  /** What a graph node did; id -1 for instructions made for no node. */
  public NodeTime node(int id) {
    return nodes.get(id + 1);
  }

  /** Instructions executed on units, over all nodes. */
  public long unitInstructions() {
    return nodes.stream().mapToLong(NodeTime::instructions).sum();
  }

  /** Bytes read and written at all DRAMs. */
  public long dramBytes() {
    return counters.dramReadBytes() + counters.dramWrittenBytes();
  }

  static TimingUnit unit(int unitNumber) {
    return UNITS[unitNumber % UNITS.length];
  }
}
