package npusim.sim.timing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Turns the counts of a finished run into a {@link TimingResult}. */
final class Results {
  private static final int C = Category.COUNT;

  private Results() {}

  /**
   * The result at the end of a run, or what has been counted so far.
   *
   * @param total cycles
   * @param path the critical path by (node + 1) · categories + category
   * @param skipped instructions that were multiplied in
   */
  static TimingResult of(Machine m, long total, long[] path, long skipped) {
    int nodeCount = path.length / C - 1;
    var categories = new long[C];
    for (int i = 0; i < path.length; i++) {
      categories[i % C] += path[i];
    }
    return new TimingResult(
        total, categories, units(m), nodes(m, path, nodeCount), dram(m), counters(m), skipped);
  }

  private static List<UnitTime> units(Machine m) {
    var list = new ArrayList<UnitTime>(m.units);
    for (int u = 0; u < m.units; u++) {
      int at = u * Tally.UNIT_FIELDS;
      long[] f = m.tally.unit;
      list.add(
          new UnitTime(
              u / Machine.U,
              TimingResult.unit(u),
              f[at + Tally.BUSY],
              f[at + Tally.STALL_SEMAPHORE],
              f[at + Tally.STALL_QUEUE],
              f[at + Tally.STALL_PARTNER],
              f[at + Tally.IDLE]));
    }
    return List.copyOf(list);
  }

  private static List<NodeTime> nodes(Machine m, long[] path, int nodeCount) {
    var list = new ArrayList<NodeTime>(nodeCount + 1);
    for (int i = 0; i <= nodeCount; i++) {
      int at = i * Tally.NODE_FIELDS;
      long[] f = m.tally.nodes;
      list.add(
          new NodeTime(
              i - 1,
              f[at + Tally.NODE_CALLS],
              Arrays.copyOfRange(path, i * C, (i + 1) * C),
              Arrays.copyOfRange(f, at + Tally.NODE_BUSY, at + Tally.NODE_FIELDS),
              f[at + Tally.NODE_DRAM_READ],
              f[at + Tally.NODE_DRAM_WRITTEN],
              f[at + Tally.NODE_MACS],
              f[at + Tally.NODE_PADDED],
              f[at + Tally.NODE_ELEMENTS],
              f[at + Tally.NODE_SPM],
              f[at + Tally.NODE_ACC],
              f[at + Tally.NODE_NOC],
              f[at + Tally.NODE_LINK],
              f[at + Tally.NODE_SHARED]));
    }
    return List.copyOf(list);
  }

  private static List<DramTime> dram(Machine m) {
    var list = new ArrayList<DramTime>(m.dram.length);
    for (int chip = 0; chip < m.dram.length; chip++) {
      var d = m.dram[chip];
      list.add(
          new DramTime(
              chip,
              d.bytesRead(),
              d.bytesWritten(),
              d.activates(),
              d.refreshes(),
              d.rowHits(),
              d.rowConflicts(),
              d.channelBusyCycles()));
    }
    return List.copyOf(list);
  }

  private static Counters counters(Machine m) {
    long read = 0;
    long written = 0;
    long activates = 0;
    long sharedRead = 0;
    long sharedWritten = 0;
    for (var d : m.dram) {
      read += d.bytesRead();
      written += d.bytesWritten();
      activates += d.activates();
      sharedRead += d.sharedBytesRead();
      sharedWritten += d.sharedBytesWritten();
    }
    var t = m.tally;
    return new Counters(
        t.macs.clone(),
        t.padded.clone(),
        t.elements.clone(),
        t.totals[Tally.SPM_READ],
        t.totals[Tally.SPM_WRITE],
        t.totals[Tally.ACC_READ],
        t.totals[Tally.ACC_WRITE],
        t.totals[Tally.NOC_BYTE_HOPS],
        t.totals[Tally.LINK_BYTES],
        read,
        written,
        activates,
        sharedRead,
        sharedWritten,
        t.totals[Tally.SCALARS]);
  }
}
