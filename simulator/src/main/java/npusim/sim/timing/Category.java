package npusim.sim.timing;

/**
 * What a cycle of the critical path was spent on. The categories of a run sum to its latency
 * exactly.
 */
public enum Category {
  /** The matrix unit streams operands. */
  MATRIX("matrix"),
  /** The vector unit processes elements. */
  VECTOR("vector"),
  /** Bytes move at the DRAM's peak rate. */
  DRAM_BANDWIDTH("DRAM bandwidth"),
  /**
   * DRAM and DMA time beyond the bytes: access latency, row misses, refresh, turnaround, requests
   * in flight.
   */
  DRAM_LATENCY("DRAM latency, rows, refresh"),
  /** Scratchpad or accumulator ports supply less than the unit could take. */
  SCRATCHPAD("scratchpad ports"),
  /** Bytes and hops on the network on chip. */
  NOC("NoC"),
  /** Bytes and latency of chip-to-chip links. */
  LINK("links"),
  /** Waiting for another core: barriers, and the partner of a send or receive. */
  WAIT("waiting"),
  /** The sequencer issues instructions. */
  ISSUE("issue"),
  /**
   * Pipelines fill and drain: preload not hidden, skew, pipeline latency, start-up of a transfer.
   */
  FILL_DRAIN("fill and drain");

  static final int COUNT = values().length;

  private final String label;

  Category(String label) {
    this.label = label;
  }

  /** Name for people. */
  public String label() {
    return label;
  }
}
