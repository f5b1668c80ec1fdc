package npusim.compiler.kernels;

import npusim.compiler.codegen.WorkMemory;
import npusim.hardware.Hardware;
import npusim.isa.DType;

/**
 * How an attention is cut: a block of query rows keeps its scores of all keys in the scratchpad;
 * keys and values come whole, or in tiles when they don't fit.
 *
 * @param rows query rows of a block
 * @param keys keys of a tile
 */
record AttentionTiles(long rows, long keys) {
  static final int SLOTS = 2;

  /**
   * Extents of an attention.
   *
   * @param rows query rows of a head
   * @param keys keys of a head
   * @param dim width of queries and keys
   * @param wide width of values
   * @param biasBits bits of what is added to a score, 0 for nothing
   * @param spm bytes of scratchpad to take
   * @param acc bytes of accumulator memory to take
   */
  record Problem(
      long rows, long keys, long dim, long wide, DType type, int biasBits, long spm, long acc) {}

  /** The cheapest cut, or null when not even single rows fit. */
  static AttentionTiles search(Hardware hw, Problem p) {
    AttentionTiles best = null;
    double cost = Double.POSITIVE_INFINITY;
    for (long keys = p.keys(); keys >= 1; keys = keys == 1 ? 0 : Math.ceilDiv(keys, 2)) {
      for (long rows = p.rows(); rows >= 1; rows = rows == 1 ? 0 : Math.ceilDiv(rows, 2)) {
        var t = new AttentionTiles(rows, keys);
        if (t.scratchpad(p) <= p.spm() && t.accumulators(hw, p) <= p.acc()) {
          double c = t.cost(hw, p);
          if (c < cost * 0.999) {
            cost = c;
            best = t;
          }
        }
      }
    }
    return best;
  }

  private static long ring(DType t, long elements) {
    return SLOTS * WorkMemory.aligned(t.bytesFor(elements));
  }

  private long scratchpad(Problem p) {
    return WorkMemory.aligned(4 * rows * p.keys())
        + WorkMemory.aligned(p.type().bytesFor(rows * p.keys()))
        + ring(p.type(), rows * p.dim())
        + ring(p.type(), rows * p.wide())
        + ring(p.type(), keys * p.dim())
        + ring(p.type(), keys * p.wide())
        + SLOTS * WorkMemory.aligned(rows * keys * p.biasBits() / 8)
        + 3 * WorkMemory.aligned(4 * rows)
        + 1024;
  }

  private long accumulators(Hardware hw, Problem p) {
    return scoreSlots(hw) * WorkMemory.aligned(4 * rows * keys)
        + WorkMemory.aligned(4 * rows * p.wide());
  }

  /** Tiles of scores that the accumulator memory holds. */
  static int scoreSlots(Hardware hw) {
    return Math.min(SLOTS, hw.core().accumulator().resultTiles());
  }

  /** Cycles of a head: products, which short streams prolong, tiles' beginnings, and memory. */
  private double cost(Hardware hw, Problem p) {
    var mx = hw.core().matrix();
    double blocks = Math.ceilDiv(p.rows(), rows);
    double tiles = Math.ceilDiv(p.keys(), keys);
    double stream = Math.max(rows, mx.preloadCycles());
    double first =
        Math.ceilDiv(p.dim(), (long) mx.rows()) * Math.ceilDiv(keys, (long) mx.cols()) * stream;
    double second =
        Math.ceilDiv(keys, (long) mx.rows()) * Math.ceilDiv(p.wide(), (long) mx.cols()) * stream;
    double products = blocks * tiles * ((first + second) / mx.arrays() + 2.0 * mx.pipelineCycles());
    double times = tiles == 1 ? 1 : blocks;
    double bytes = times * p.type().bytesFor(p.keys() * (p.dim() + p.wide()));
    double memory = bytes / hw.dramBytesPerCycle();
    double start = hw.core().dma().load().startupCycles() + 100.0;
    return products + blocks * tiles * start + memory;
  }
}
