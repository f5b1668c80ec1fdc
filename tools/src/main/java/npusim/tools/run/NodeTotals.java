package npusim.tools.run;

import java.util.List;
import npusim.program.NodeInfo;
import npusim.sim.timing.Category;
import npusim.sim.timing.NodeTime;

/** What an operation, or all operations of a node, did over all launches of a stage. */
public final class NodeTotals {
  private final NodeInfo info;
  private final long[] categoryCycles = new long[Category.values().length];
  private long launches;
  private long macs;
  private long paddedMacs;
  private long dramReadBytes;
  private long dramWrittenBytes;
  private long vectorElements;
  private double dynamicPj;

  NodeTotals(NodeInfo info) {
    this.info = info;
  }

  /**
   * Several operations as one.
   *
   * @param info what stands for them
   */
  public static NodeTotals sum(NodeInfo info, List<NodeTotals> parts) {
    var all = new NodeTotals(info);
    for (NodeTotals p : parts) {
      for (int i = 0; i < all.categoryCycles.length; i++) {
        all.categoryCycles[i] += p.categoryCycles[i];
      }
      all.launches = Math.max(all.launches, p.launches);
      all.macs += p.macs;
      all.paddedMacs += p.paddedMacs;
      all.dramReadBytes += p.dramReadBytes;
      all.dramWrittenBytes += p.dramWrittenBytes;
      all.vectorElements += p.vectorElements;
      all.dynamicPj += p.dynamicPj;
    }
    return all;
  }

  void add(NodeTime t, long times, double pj) {
    for (int i = 0; i < categoryCycles.length; i++) {
      categoryCycles[i] += times * t.categoryCycles()[i];
    }
    launches += times;
    macs += times * t.macs();
    paddedMacs += times * t.paddedMacs();
    dramReadBytes += times * t.dramReadBytes();
    dramWrittenBytes += times * t.dramWrittenBytes();
    vectorElements += times * t.vectorElements();
    dynamicPj += times * pj;
  }

  /** Adds traffic and energy that no node's transfers account for. */
  void addRest(long readBytes, long writtenBytes, double pj) {
    dramReadBytes += readBytes;
    dramWrittenBytes += writtenBytes;
    dynamicPj += pj;
  }

  /** The node; empty name for instructions made for no node. */
  public NodeInfo info() {
    return info;
  }

  /** Cycles on the critical path. */
  public long cycles() {
    long sum = 0;
    for (long c : categoryCycles) {
      sum += c;
    }
    return sum;
  }

  /** Cycles on the critical path by {@link Category} ordinal. */
  public long[] categoryCycles() {
    return categoryCycles.clone();
  }

  /** Program launches. */
  public long launches() {
    return launches;
  }

  /** Multiply-accumulates executed. */
  public long macs() {
    return macs;
  }

  /** Array slots without a useful operand. */
  public long paddedMacs() {
    return paddedMacs;
  }

  /** Bytes read from DRAM. */
  public long dramReadBytes() {
    return dramReadBytes;
  }

  /** Bytes written to DRAM. */
  public long dramWrittenBytes() {
    return dramWrittenBytes;
  }

  /** Elements processed by vector instructions. */
  public long vectorElements() {
    return vectorElements;
  }

  /** Dynamic energy, pJ. */
  public double dynamicPj() {
    return dynamicPj;
  }

  /** The category that took most of the node's time. */
  public Category boundBy() {
    int best = 0;
    for (int i = 1; i < categoryCycles.length; i++) {
      if (categoryCycles[i] > categoryCycles[best]) {
        best = i;
      }
    }
    return Category.values()[best];
  }
}
