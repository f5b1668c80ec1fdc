package npusim.sim.timing;

import java.util.Arrays;

/**
 * The cores that run a loop side by side, in groups of those that meet in it: these do as many
 * iterations as one another, others may go on faster or slower.
 */
final class Company {
  /** By how much the paces of cores that meet may seem to differ. */
  private static final double TOGETHER = 0.25;

  private final int cores;

  /** How deep the loop is, by core; -1 for a core that does nothing. */
  private final int[] depths;

  /** Instructions of a period of the loop, by core. */
  private final long[] dispatched;

  /** Periods of each core's group over the mean of all, times cycles simulated. */
  private final double[] come;

  /** By core, the unit that tells how far it has come, and its instructions of a period. */
  private final int[] clock;

  private final long[] ticks;

  /** A core that stands for a core's group. */
  private final int[] group;

  private Company(int cores, int... depths) {
    this.cores = cores;
    this.depths = depths;
    dispatched = new long[cores];
    come = new double[cores];
    clock = new int[cores];
    ticks = new long[cores];
    group = new int[cores];
    Arrays.setAll(group, core -> core);
  }

  /**
   * Those that go on in a loop.
   *
   * @param period iterations after which registers have moved evenly
   * @param depths as {@link #depths} has found them
   * @return null when what one does can't be followed
   */
  static Company of(Machine m, DryRun dry, int period, int... depths) {
    var company = new Company(m.cores, depths);
    for (int core = 0; core < m.cores; core++) {
      if (depths[core] < 0) {
        continue;
      }
      if (dry.follow(core, depths[core], period, 0, null) == null || dry.dispatched() == 0) {
        return null;
      }
      company.add(core, dry);
      int first = core / m.coresPerChip * m.coresPerChip;
      for (long left = dry.partners(); left != 0; left &= left - 1) {
        int other = first + Long.numberOfTrailingZeros(left);
        if (other < m.cores) {
          company.join(core, other);
        }
      }
    }
    return company;
  }

  /** Takes note of what a core has been followed in. */
  private void add(int core, DryRun dry) {
    dispatched[core] = dry.dispatched();
    for (int unit = 0; unit < Machine.U; unit++) {
      long n = dry.dispatched(unit);
      if (n > 0 && (ticks[core] == 0 || n < ticks[core])) {
        ticks[core] = n;
        clock[core] = core * Machine.U + unit;
      }
    }
  }

  /**
   * For each core how deep the loop is that it went on in since a border, -1 for one that did
   * nothing; null when one did something else or none of this holds.
   *
   * @param node what the loop belongs to
   */
  static int[] depths(Machine m, Pace.Border since, int node) {
    long[] starts = Pace.Border.of(m, 0, 0).starts();
    var depths = new int[m.cores];
    for (int core = 0; core < m.cores; core++) {
      depths[core] = -1;
      if (starts[core] == since.starts()[core]) {
        continue;
      }
      int at = core * Code.MAX_LOOPS;
      int most = Math.min(m.sequencer[core].loopDepth, since.depths()[core]);
      int d = 0;
      while (d < most
          && m.loopBody[at + d] == since.bodies()[at + d]
          && m.loopLeft[at + d] == since.lefts()[at + d]) {
        d++;
      }
      if (d == most
          || m.loopBody[at + d] != since.bodies()[at + d]
          || m.loopLeft[at + d] >= since.lefts()[at + d]
          || m.sequencer[core].callDepth != since.calls()[core]
          || m.code[core].ops[m.loopBody[at + d]].node != node) {
        return null;
      }
      depths[core] = d;
    }
    return depths;
  }

  private int leader(int core) {
    int c = core;
    while (group[c] != c) {
      c = group[c];
    }
    return c;
  }

  private void join(int a, int b) {
    group[leader(a)] = leader(b);
  }

  boolean active(int core) {
    return depths[core] >= 0;
  }

  int depth(int core) {
    return depths[core];
  }

  long dispatched(int core) {
    return dispatched[core];
  }

  /** How far each core has come in all stretches that {@link #shares} knows of. */
  double[] come() {
    return come.clone();
  }

  /**
   * How many periods each core does while all do one on average. What the halves of the stretch
   * don't agree on is chance.
   *
   * @param before how far each core had come in earlier stretches
   */
  double[] shares(Pace pace, int from, double... before) {
    int n = pace.blocks();
    double span = (double) (pace.last().time() - pace.border(from).time());
    double[] x = progress(pace.border(from), pace.border(n));
    double[] first = progress(pace.border(from), pace.border((from + n) / 2));
    double[] second = progress(pace.border((from + n) / 2), pace.border(n));
    double mean = 0;
    for (int core = 0; core < cores; core++) {
      come[core] = active(core) ? before[core] + span * x[core] : 0;
      mean += come[core] / count();
    }
    double apart = 0;
    double chance = 0;
    for (int core = 0; core < cores; core++) {
      if (active(core)) {
        x[core] = come[core] / mean;
        apart += (x[core] - 1) * (x[core] - 1);
        double differs = (first[core] - second[core]) / 2 * span / mean;
        chance += differs * differs;
      }
    }
    double sure = apart > 0 ? Math.max(0, 1 - chance / apart) : 0;
    for (int core = 0; core < cores; core++) {
      x[core] = active(core) ? 1 + sure * (x[core] - 1) : 0;
    }
    return x;
  }

  private int count() {
    int n = 0;
    for (int depth : depths) {
      n += depth >= 0 ? 1 : 0;
    }
    return n;
  }

  /** Periods that a core has done in a cycle between two borders. */
  private double periods(int core, Pace.Border a, Pace.Border b) {
    int unit = clock[core];
    long time = b.ends()[unit] - a.ends()[unit];
    return time <= 0 ? 0 : (b.ended()[unit] - a.ended()[unit]) / ((double) time * ticks[core]);
  }

  /** Periods of each core's group between two borders over the mean of all. */
  private double[] progress(Pace.Border a, Pace.Border b) {
    var sum = new double[cores];
    var members = new int[cores];
    double all = 0;
    for (int core = 0; core < cores; core++) {
      if (active(core)) {
        double own = periods(core, a, b);
        sum[leader(core)] += own;
        members[leader(core)]++;
        all += own;
      }
    }
    var x = new double[cores];
    for (int core = 0; core < cores; core++) {
      if (active(core)) {
        x[core] = sum[leader(core)] / members[leader(core)] / all * count();
      }
    }
    return x;
  }

  /** Whether cores that meet have gone on as far as one another between two borders. */
  boolean together(Pace.Border a, Pace.Border b) {
    for (int core = 0; core < cores; core++) {
      int other = leader(core);
      if (active(core) && active(other)) {
        double own = periods(core, a, b);
        double its = periods(other, a, b);
        if (Math.abs(own - its) > TOGETHER * Math.max(own, its)) {
          return false;
        }
      }
    }
    return true;
  }
}
