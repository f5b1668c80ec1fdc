package npusim.sim.timing;

/**
 * What a cycle of the critical path was spent on. The categories of a run sum to its latency
 * exactly.
 */
public enum Category {
  /** The matrix unit streams operands. */
  MATRIX("matrix", "matrix"),
  /** The vector unit processes elements. */
  VECTOR("vector", "vector"),
  /** Bytes move at the DRAM's peak rate. */
  DRAM_BANDWIDTH("DRAM bandwidth", "DRAM bw"),
  /**
   * DRAM and DMA time beyond the bytes: access latency, row misses, refresh, turnaround, requests
   * in flight.
   */
  DRAM_LATENCY("DRAM latency, rows, refresh", "DRAM latency"),
  /** Scratchpad or accumulator ports supply less than the unit could take. */
  SCRATCHPAD("scratchpad ports", "scratchpad"),
  /** The SRAM that a chip's cores share: its bandwidth and its latency. */
  SHARED_SRAM("shared SRAM", "shared SRAM"),
  /** Bytes and hops on the network on chip. */
  NOC("NoC", "NoC"),
  /** Bytes and latency of chip-to-chip links. */
  LINK("links", "links"),
  /** Waiting for another core: barriers, and the partner of a send or receive. */
  WAIT("waiting", "waiting"),
  /** The sequencer issues instructions and starts kernels. */
  ISSUE("issue", "issue"),
  /**
   * Pipelines fill and drain: preload not hidden, skew, pipeline latency, start-up of a transfer.
   */
  FILL_DRAIN("fill and drain", "fill, drain");

  static final int COUNT = values().length;

  private final String label;
  private final String brief;

  Category(String label, String brief) {
    this.label = label;
    this.brief = brief;
  }

  /** Name for people in a narrow column: 12 letters at most. */
  public String brief() {
    return brief;
  }

  /** Name for people. */
  public String label() {
    return label;
  }
}
