package npusim.sim.timing;

import java.util.ArrayList;
import java.util.List;

/**
 * A result plus multiples of what other results have beyond it. Every figure is additive, so sums
 * that hold in the parts hold in the whole.
 */
final class Extrapolation {
  private final TimingResult base;
  private final List<TimingResult> more;
  private final long[] times;

  /**
   * An extrapolation.
   *
   * @param more results with one iteration more than {@code base} of one loop each
   * @param times how often each loop's further iteration happens
   */
  Extrapolation(TimingResult base, List<TimingResult> more, long[] times) {
    this.base = base;
    this.more = more;
    this.times = times.clone();
  }

  private interface Figure {
    long of(TimingResult r);
  }

  private long figure(Figure f) {
    long b = f.of(base);
    long sum = b;
    for (int i = 0; i < times.length; i++) {
      sum += times[i] * (f.of(more.get(i)) - b);
    }
    return sum;
  }

  private interface Row {
    long[] of(TimingResult r);
  }

  private long[] row(Row f) {
    long[] out = new long[f.of(base).length];
    for (int i = 0; i < out.length; i++) {
      int k = i;
      out[i] = figure(r -> f.of(r)[k]);
    }
    return out;
  }

  TimingResult result() {
    List<NodeTime> nodes = new ArrayList<>();
    long[] categories = new long[Category.COUNT];
    long total = 0;
    for (int i = 0; i < base.nodes().size(); i++) {
      NodeTime n = node(i);
      nodes.add(n);
      for (int c = 0; c < categories.length; c++) {
        categories[c] += n.categoryCycles()[c];
        total += n.categoryCycles()[c];
      }
    }
    List<UnitTime> units = new ArrayList<>();
    for (int i = 0; i < base.units().size(); i++) {
      units.add(unit(i, total));
    }
    List<DramTime> dram = new ArrayList<>();
    for (int i = 0; i < base.dram().size(); i++) {
      dram.add(dram(i));
    }
    return new TimingResult(
        total,
        categories,
        units,
        nodes,
        dram,
        counters(),
        figure(TimingResult::skippedInstructions));
  }

  private NodeTime node(int i) {
    return new NodeTime(
        base.nodes().get(i).node(),
        figure(r -> r.nodes().get(i).instructions()),
        settled(row(r -> r.nodes().get(i).categoryCycles())),
        row(r -> r.nodes().get(i).busyCycles()),
        figure(r -> r.nodes().get(i).dramReadBytes()),
        figure(r -> r.nodes().get(i).dramWrittenBytes()),
        figure(r -> r.nodes().get(i).macs()),
        figure(r -> r.nodes().get(i).paddedMacs()),
        figure(r -> r.nodes().get(i).vectorElements()),
        figure(r -> r.nodes().get(i).scratchpadBytes()),
        figure(r -> r.nodes().get(i).accumulatorBytes()),
        figure(r -> r.nodes().get(i).nocByteHops()),
        figure(r -> r.nodes().get(i).linkBytes()));
  }

  /**
   * Noise of a few cycles may make a small category negative when multiplied: it goes to the
   * largest, which keeps the sum; a node that is negative altogether counts as nothing.
   */
  private static long[] settled(long[] categories) {
    int largest = 0;
    long debt = 0;
    for (int i = 0; i < categories.length; i++) {
      if (categories[i] < 0) {
        debt += categories[i];
        categories[i] = 0;
      }
      largest = categories[i] > categories[largest] ? i : largest;
    }
    categories[largest] = Math.max(0, categories[largest] + debt);
    return categories;
  }

  /** Parts that sum to the total; the idle part takes what rounding of nodes has moved. */
  private UnitTime unit(int i, long total) {
    UnitTime b = base.units().get(i);
    long busy = Math.clamp(figure(r -> r.units().get(i).busy()), 0, total);
    long semaphore = Math.clamp(figure(r -> r.units().get(i).semaphore()), 0, total - busy);
    long full = Math.clamp(figure(r -> r.units().get(i).queueFull()), 0, total - busy - semaphore);
    long partner =
        Math.clamp(figure(r -> r.units().get(i).partner()), 0, total - busy - semaphore - full);
    long idle = total - busy - semaphore - full - partner;
    return new UnitTime(b.core(), b.unit(), busy, semaphore, full, partner, idle);
  }

  private DramTime dram(int i) {
    return new DramTime(
        base.dram().get(i).chip(),
        figure(r -> r.dram().get(i).bytesRead()),
        figure(r -> r.dram().get(i).bytesWritten()),
        figure(r -> r.dram().get(i).activates()),
        figure(r -> r.dram().get(i).refreshes()),
        figure(r -> r.dram().get(i).rowHits()),
        figure(r -> r.dram().get(i).rowConflicts()),
        row(r -> r.dram().get(i).channelBusyCycles()));
  }

  private Counters counters() {
    return new Counters(
        row(r -> r.counters().macsByType()),
        row(r -> r.counters().paddedMacsByType()),
        row(r -> r.counters().vectorElements()),
        figure(r -> r.counters().scratchpadReadBytes()),
        figure(r -> r.counters().scratchpadWrittenBytes()),
        figure(r -> r.counters().accumulatorReadBytes()),
        figure(r -> r.counters().accumulatorWrittenBytes()),
        figure(r -> r.counters().nocByteHops()),
        figure(r -> r.counters().linkBytes()),
        figure(r -> r.counters().dramReadBytes()),
        figure(r -> r.counters().dramWrittenBytes()),
        figure(r -> r.counters().dramActivates()),
        figure(r -> r.counters().instructions()));
  }
}
