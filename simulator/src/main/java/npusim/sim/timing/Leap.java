package npusim.sim.timing;

import java.util.Arrays;
import npusim.sim.dram.DramModel;

/** Moves a machine on in time as if it had done more of what it did since a mark. */
final class Leap {
  private static final int C = Category.COUNT;

  private final Machine m;
  private final Issue issue;
  private final DmaEngine dma;
  private final Interconnect net;
  private final int nodeCount;

  Leap(Machine machine, Issue issue, DmaEngine dma, Interconnect net, int nodeCount) {
    m = machine;
    this.issue = issue;
    this.dma = dma;
    this.net = net;
    this.nodeCount = nodeCount;
  }

  /** Cycles by category on the path to where the first core's sequencer is. */
  private long[] path() {
    SequencerState s = m.sequencer[0];
    int p = issue.pathAt(s, s.node(), s.time);
    var sums = new long[(nodeCount + 1) * C];
    m.paths.accumulate(p, sums);
    var path = new long[C];
    for (int i = 0; i < sums.length; i++) {
      path[i % C] += sums[i];
    }
    return path;
  }

  /**
   * The machine at a moment.
   *
   * @param path cycles by category to where the first core's sequencer is
   * @param dram counters by chip
   */
  record Mark(long time, long[] path, Tally tally, long[][] dram) {}

  Mark mark(long now) {
    var dram = new long[m.dram.length][];
    for (int i = 0; i < dram.length; i++) {
      dram[i] = m.dram[i].counters();
    }
    return new Mark(now, path(), m.tally.copy(), dram);
  }

  /** Counts what cores would have done so many times. */
  void count(long[] times, DryRun.Count... counts) {
    for (int core = 0; core < times.length; core++) {
      if (counts[core] != null) {
        Tally tally = counts[core].tally;
        for (int at = 0; at < tally.nodes.length; at += Tally.NODE_FIELDS) {
          long hops = net.memoryHops() * memoryBytes(tally.nodes, at);
          tally.nodes[at + Tally.NODE_NOC] += hops;
          tally.totals[Tally.NOC_BYTE_HOPS] += hops;
        }
        m.tally.add(times[core], tally);
        for (int chip = 0; chip < m.dram.length; chip++) {
          long[] bytes = counts[core].bytes[chip].clone();
          for (int i = 0; i < bytes.length; i++) {
            bytes[i] *= times[core];
          }
          m.dram[chip].correct(bytes[0], bytes[1], bytes[2], bytes[3]);
        }
      }
    }
  }

  /** Bytes that a node has moved from and to memory. */
  private static long memoryBytes(long[] nodes, int at) {
    return nodes[at + Tally.NODE_DRAM_READ]
        + nodes[at + Tally.NODE_DRAM_WRITTEN]
        + nodes[at + Tally.NODE_SHARED];
  }

  /**
   * Lets time pass.
   *
   * @param mark since when cores have been doing what they do in that time
   * @param share how often as much of it
   */
  void pass(Mark mark, long now, long by, double share) {
    long since = mark.time();
    lengthen(since, by, composition(mark.path(), by));
    m.shift(since, by);
    issue.shift(since, by);
    dma.shift(since, by, 0, dma.chipBytes(), dma.addresses());
    net.shift(since, by);
    for (int i = 0; i < m.dram.length; i++) {
      m.dram[i].shift(by);
      commands(m.dram[i], mark.dram()[i], share);
    }
    times(mark.tally(), now - since, (double) by / (now - since), share);
  }

  /** Commands of a memory as many as seen since; its bytes are counted already. */
  private static void commands(DramModel dram, long[] before, double share) {
    long[] more = dram.counters();
    long[] bytes = {
      dram.bytesRead(), dram.bytesWritten(), dram.sharedBytesRead(), dram.sharedBytesWritten()
    };
    for (int i = 0; i < more.length; i++) {
      more[i] = Math.round((more[i] - before[i]) * share);
    }
    dram.repeat(1, new long[more.length], more);
    dram.correct(
        bytes[0] - dram.bytesRead(),
        bytes[1] - dram.bytesWritten(),
        bytes[2] - dram.sharedBytesRead(),
        bytes[3] - dram.sharedBytesWritten());
  }

  /** Busy and waiting times, and what depends on distances between cores. */
  private void times(Tally before, long span, double factor, double share) {
    Tally t = m.tally;
    for (int unit = 0; unit < m.units; unit++) {
      int at = unit * Tally.UNIT_FIELDS;
      long sum = 0;
      for (int f = at; f < at + Tally.UNIT_FIELDS; f++) {
        sum += t.unit[f] - before.unit[f];
      }
      // What is charged may have begun before the mark.
      double part = sum > span ? factor * span / sum : factor;
      for (int f = at; f < at + Tally.UNIT_FIELDS; f++) {
        t.unit[f] += (long) ((t.unit[f] - before.unit[f]) * part);
      }
    }
    for (int at = 0; at < t.nodes.length; at += Tally.NODE_FIELDS) {
      for (int f = at + Tally.NODE_BUSY; f < at + Tally.NODE_FIELDS; f++) {
        t.nodes[f] += Math.round((t.nodes[f] - before.nodes[f]) * factor);
      }
      // Bytes from and to memory are counted already, not those between cores.
      long moved = memoryBytes(t.nodes, at) - memoryBytes(before.nodes, at);
      long between =
          t.nodes[at + Tally.NODE_NOC]
              - before.nodes[at + Tally.NODE_NOC]
              - net.memoryHops() * moved;
      long hops = Math.round(between * share);
      t.nodes[at + Tally.NODE_NOC] += hops;
      t.totals[Tally.NOC_BYTE_HOPS] += hops;
    }
  }

  /** The categories of {@code by} cycles, in proportion to those since the mark. */
  private long[] composition(long[] before, long by) {
    long[] now = path();
    double sum = 0;
    int largest = 0;
    for (int c = 0; c < C; c++) {
      now[c] = Math.max(0, now[c] - before[c]);
      sum += now[c];
      largest = now[c] > now[largest] ? c : largest;
    }
    long rest = by;
    for (int c = 0; c < C; c++) {
      now[c] = sum > 0 ? (long) (now[c] / sum * by) : 0;
      rest -= now[c];
    }
    now[largest] += rest;
    return now;
  }

  /** Lengthens the path of everything that happens since the mark, each once. */
  private void lengthen(long since, long by, long[] composition) {
    var holders = Holders.of(m, dma);
    var length = new long[m.paths.capacity()];
    Arrays.fill(length, -1);
    var chain = new int[m.paths.capacity()];
    for (int h = 0; h < holders.count(); h++) {
      measure(holders.get(h), length, chain);
    }
    var held = new boolean[length.length];
    for (int h = 0; h < holders.count(); h++) {
      int r = holders.get(h);
      if (r != PathPool.NONE && length[r] >= since) {
        held[r] = true;
        holders.delayRun(h, by);
      }
    }
    // 1: a record before it is lengthened, 2: none is.
    var covered = new byte[length.length];
    for (int r = 0; r < held.length; r++) {
      if (held[r] && !covered(r, held, covered, chain)) {
        for (int c = 0; c < C; c++) {
          m.paths.add(r, c, composition[c]);
        }
      }
    }
  }

  private void measure(int record, long[] length, int[] chain) {
    int n = 0;
    int r = record;
    for (; r != PathPool.NONE && length[r] < 0; r = m.paths.previous(r)) {
      chain[n++] = r;
    }
    long sum = r == PathPool.NONE ? 0 : length[r];
    while (n > 0) {
      int next = chain[--n];
      for (int c = 0; c < C; c++) {
        sum += m.paths.cycles(next, c);
      }
      length[next] = sum;
    }
  }

  private boolean covered(int record, boolean[] held, byte[] covered, int[] chain) {
    int n = 0;
    int r = record;
    while (covered[r] == 0) {
      chain[n++] = r;
      int p = m.paths.previous(r);
      if (p == PathPool.NONE) {
        covered[r] = 2;
        n--;
        break;
      }
      r = p;
    }
    while (n > 0) {
      int p = m.paths.previous(chain[--n]);
      covered[chain[n]] = (byte) (covered[p] == 1 || held[p] ? 1 : 2);
    }
    return covered[record] == 1;
  }
}
