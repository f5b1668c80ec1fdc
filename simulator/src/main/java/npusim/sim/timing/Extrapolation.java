package npusim.sim.timing;

import java.util.ArrayList;
import java.util.List;

/**
 * A result plus what iterations that were left out have beyond it. Every figure is additive, so
 * sums that hold in the parts hold in the whole. Times go on as in the iterations that agreed;
 * counts are the same in every iteration.
 */
final class Extrapolation {
  private final TimingResult base;
  private final List<LayerWatch.Period> periods;
  private final List<Difference> counts;

  /** Two results of which the second has one iteration of a loop more. */
  record Difference(TimingResult less, TimingResult more) {}

  /**
   * An extrapolation.
   *
   * @param base result of the shortened run
   * @param periods for each loop, how long its iterations took; iterations left out may be none
   * @param counts for each loop, two results that differ in an iteration
   */
  Extrapolation(TimingResult base, List<LayerWatch.Period> periods, List<Difference> counts) {
    this.base = base;
    this.periods = List.copyOf(periods);
    this.counts = List.copyOf(counts);
  }

  private interface Figure {
    long of(TimingResult r);
  }

  private long count(Figure f) {
    long sum = f.of(base);
    for (int i = 0; i < counts.size(); i++) {
      Difference d = counts.get(i);
      sum += periods.get(i).cut() * (f.of(d.more) - f.of(d.less));
    }
    return sum;
  }

  private long time(Figure f) {
    long sum = f.of(base);
    for (LayerWatch.Period p : periods) {
      if (p.cut() > 0) {
        sum += p.cut() * (f.of(p.to()) - f.of(p.from())) / p.iterations();
      }
    }
    return sum;
  }

  private static final Figure INSTRUCTIONS = r -> r.counters().instructions();

  private interface Row {
    long[] of(TimingResult r);
  }

  private long[] counts(Row f) {
    long[] out = new long[f.of(base).length];
    for (int i = 0; i < out.length; i++) {
      int k = i;
      out[i] = count(r -> f.of(r)[k]);
    }
    return out;
  }

  private long[] times(Row f) {
    long[] out = new long[f.of(base).length];
    for (int i = 0; i < out.length; i++) {
      int k = i;
      out[i] = time(r -> f.of(r)[k]);
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
        base.skippedInstructions() + count(INSTRUCTIONS) - INSTRUCTIONS.of(base));
  }

  private NodeTime node(int i) {
    return new NodeTime(
        base.nodes().get(i).node(),
        count(r -> r.nodes().get(i).instructions()),
        settled(times(r -> r.nodes().get(i).categoryCycles())),
        times(r -> r.nodes().get(i).busyCycles()),
        count(r -> r.nodes().get(i).dramReadBytes()),
        count(r -> r.nodes().get(i).dramWrittenBytes()),
        count(r -> r.nodes().get(i).macs()),
        count(r -> r.nodes().get(i).paddedMacs()),
        count(r -> r.nodes().get(i).vectorElements()),
        count(r -> r.nodes().get(i).scratchpadBytes()),
        count(r -> r.nodes().get(i).accumulatorBytes()),
        count(r -> r.nodes().get(i).nocByteHops()),
        count(r -> r.nodes().get(i).linkBytes()),
        count(r -> r.nodes().get(i).sharedBytes()));
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
    long busy = Math.clamp(time(r -> r.units().get(i).busy()), 0, total);
    long semaphore = Math.clamp(time(r -> r.units().get(i).semaphore()), 0, total - busy);
    long full = Math.clamp(time(r -> r.units().get(i).queueFull()), 0, total - busy - semaphore);
    long partner =
        Math.clamp(time(r -> r.units().get(i).partner()), 0, total - busy - semaphore - full);
    long idle = total - busy - semaphore - full - partner;
    return new UnitTime(b.core(), b.unit(), busy, semaphore, full, partner, idle);
  }

  private DramTime dram(int i) {
    return new DramTime(
        base.dram().get(i).chip(),
        count(r -> r.dram().get(i).bytesRead()),
        count(r -> r.dram().get(i).bytesWritten()),
        time(r -> r.dram().get(i).activates()),
        time(r -> r.dram().get(i).refreshes()),
        time(r -> r.dram().get(i).rowHits()),
        time(r -> r.dram().get(i).rowConflicts()),
        times(r -> r.dram().get(i).channelBusyCycles()));
  }

  private Counters counters() {
    return new Counters(
        counts(r -> r.counters().macsByType()),
        counts(r -> r.counters().paddedMacsByType()),
        counts(r -> r.counters().vectorElements()),
        count(r -> r.counters().scratchpadReadBytes()),
        count(r -> r.counters().scratchpadWrittenBytes()),
        count(r -> r.counters().accumulatorReadBytes()),
        count(r -> r.counters().accumulatorWrittenBytes()),
        count(r -> r.counters().nocByteHops()),
        count(r -> r.counters().linkBytes()),
        count(r -> r.counters().dramReadBytes()),
        count(r -> r.counters().dramWrittenBytes()),
        time(r -> r.counters().dramActivates()),
        count(r -> r.counters().sharedReadBytes()),
        count(r -> r.counters().sharedWrittenBytes()),
        count(r -> r.counters().instructions()));
  }
}
