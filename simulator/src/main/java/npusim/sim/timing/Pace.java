package npusim.sim.timing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How fast a loop goes on that many cores run: cycles per instruction started, on whichever core,
 * in blocks of some refresh intervals. Statistics are of one stretch, the blocks since the loop
 * began or since iterations were last left out; how far blocks scatter is taken from all stretches.
 */
final class Pace {
  /** Blocks of a stretch; when there are more, two become one. */
  private static final int MOST = 32;

  /**
   * The machine when a block ended: where every core is in its loops and what it has started.
   *
   * @param iteration of the first core's loop
   * @param starts instructions started, by core
   * @param ended instructions completed, by unit
   * @param ends when the last of them was
   */
  record Border(
      int iteration,
      long time,
      long[] starts,
      long[] ended,
      long[] ends,
      int[] depths,
      int[] bodies,
      long[] lefts,
      int[] calls) {

    static Border of(Machine m, int iteration, long now) {
      var starts = new long[m.cores];
      var ended = new long[m.units];
      var ends = new long[m.units];
      for (UnitState u : m.unit) {
        starts[u.core] += u.starts;
        ended[u.number] = u.starts - u.flightSize;
        ends[u.number] = u.lastEnd;
      }
      return new Border(
          iteration,
          now,
          starts,
          ended,
          ends,
          Arrays.stream(m.sequencer).mapToInt(s -> s.loopDepth).toArray(),
          m.loopBody.clone(),
          m.loopLeft.clone(),
          Arrays.stream(m.sequencer).mapToInt(s -> s.callDepth).toArray());
    }

    long started() {
      long sum = 0;
      for (long s : starts) {
        sum += s;
      }
      return sum;
    }

    private Border later(long by) {
      long[] later = ends.clone();
      for (int unit = 0; unit < later.length; unit++) {
        later[unit] += by;
      }
      return new Border(iteration, time + by, starts, ended, later, depths, bodies, lefts, calls);
    }
  }

  /**
   * How fast the loop goes on.
   *
   * @param by what is counted: iterations of the first core or instructions of all
   * @param mean cycles for each
   * @param error standard error of the mean over it
   * @param apart difference of the paces of the earlier and the later half over the mean
   * @param from block that the estimate begins with
   */
  record Estimate(Measure by, double mean, double error, double apart, int from) {}

  /** What a pace is measured by: the steadier one is the better known. */
  enum Measure {
    /** Cores that meet go on together. */
    ITERATIONS,
    /** Others share the memory, now one getting more of it, now another. */
    INSTRUCTIONS;

    long of(Border b) {
      return this == ITERATIONS ? b.iteration : b.started();
    }
  }

  private final List<Border> borders = new ArrayList<>();

  Pace(Border first) {
    borders.add(first);
  }

  Border last() {
    return borders.getLast();
  }

  Border border(int i) {
    return borders.get(i);
  }

  int blocks() {
    return borders.size() - 1;
  }

  /** A block ends; returns whether two have become one each. */
  boolean add(Border border) {
    borders.add(border);
    if (blocks() < MOST) {
      return false;
    }
    for (int i = 1; i < borders.size(); i++) {
      borders.remove(i);
    }
    return true;
  }

  /** A new stretch begins. */
  void anew(Border border) {
    borders.clear();
    borders.add(border);
  }

  /** Time has passed. */
  void shift(long by) {
    borders.replaceAll(b -> b.later(by));
  }

  private double pace(Measure by, int from, int to) {
    Border a = borders.get(from);
    Border b = borders.get(to);
    return (double) (b.time - a.time) / Math.max(1, by.of(b) - by.of(a));
  }

  /** Sum of the squares of what {@code batch} blocks each differ from a mean by. */
  private double squares(Measure by, int from, int batch, double mean) {
    double sum = 0;
    for (int end = blocks(); end - batch >= from; end -= batch) {
      double apart = pace(by, end - batch, end) - mean;
      sum += apart * apart;
    }
    return sum;
  }

  /**
   * The pace of the stretch by the measure that it is better known by.
   *
   * @param least blocks that it needs at least; of more, the first ones are left out where that
   *     makes the mean better known, up to half of them
   */
  Estimate estimate(int least) {
    Estimate a = estimate(Measure.ITERATIONS, least);
    Estimate b = estimate(Measure.INSTRUCTIONS, least);
    return a.error <= b.error ? a : b;
  }

  Estimate estimate(Measure by, int least) {
    int n = blocks();
    int from = 0;
    double best = Double.MAX_VALUE;
    for (int d = 0; n - d >= Math.max(least, n - n / 2); d++) {
      double error = squares(by, d, 1, pace(by, d, n)) / ((double) (n - d) * (n - d));
      if (error < best) {
        best = error;
        from = d;
      }
    }
    int k = n - from;
    double mean = pace(by, from, n);
    double variance = squares(by, from, 1, mean) / Math.max(1, k - 1) / k;
    // Blocks may resemble those next to them.
    for (int batch = 2; k / batch >= 4; batch *= 2) {
      int batches = k / batch;
      variance = Math.max(variance, squares(by, from, batch, mean) / (batches - 1) / batches);
    }
    int middle = from + k / 2;
    double apart = k < 2 ? 0 : Math.abs(pace(by, from, middle) - pace(by, middle, n)) / mean;
    return new Estimate(by, mean, Math.sqrt(variance) / mean, apart, from);
  }
}
