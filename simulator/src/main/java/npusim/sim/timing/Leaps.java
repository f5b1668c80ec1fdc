package npusim.sim.timing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.hardware.Dram;

/**
 * Leaves out iterations of loops that many cores run side by side on a memory with bank state and
 * refresh. That all of them are in the same state as some time before, which {@link Repeats} asks
 * for, hardly ever happens with so many; but over some hundred microseconds they go on at one pace.
 * When two halves of such a stretch took equally long and every core got equally far, the
 * iterations that follow take as long; what they count is followed exactly ({@link DryRun}).
 */
final class Leaps {
  /** Cores from which on equal states are not to be expected. */
  static final int LEAST_CORES = 17;

  /** Refresh intervals that a stretch has to span. */
  private static final int INTERVALS = 48;

  /** Relative difference of the two halves of a stretch that counts as none. */
  private static final double HALVES = 0.0025;

  /** Length of a leap over that of the stretch before it; after stretches that were alike. */
  private static final double NEAR = 1;

  private static final double FAR = 16;

  /** Relative difference of two stretches that counts as none. */
  private static final double SAME = 0.005;

  /** Parts of a stretch that are compared, and the standard error of their mean. */
  private static final int PARTS = 8;

  private static final double ERROR = 0.004;

  private static final double WELL_KNOWN = 0.001;

  private static final int MOST_MARKS = 24;

  /** By how much the paces of cores that meet may seem to differ. */
  private static final double TOGETHER = 0.25;

  /** Places in a stretch from which the next may begin. */
  private static final int STEPS = 8;

  /** A core that goes on so much slower than the first, or faster, does something else. */
  private static final double SLOWEST = 0.5;

  /** Iterations until the loop's start is of no effect. */
  private static final int WARM_UP = 2;

  /** Iterations that are left to every core, so that the loop ends as it would. */
  private static final long LEFT = 4;

  private final Machine m;
  private final DryRun dry;
  private final Leap leap;
  private final long minimumSpan;
  private final Watch[] watches;
  private long skipped;

  /** What is known about the loop of the first core that is being run. */
  private static final class Watch {
    /** Where the loops around it are; a change means that it has begun anew. */
    long[] around = {};

    /** When each iteration began. */
    final List<Long> begins = new ArrayList<>();

    /** The oldest first. */
    final ArrayDeque<Mark> marks = new ArrayDeque<>();

    /** Iterations after which registers have moved evenly; 0 when they never do. */
    int period;

    boolean done;

    void mark(Mark mark) {
      marks.addLast(mark);
      if (marks.size() == MOST_MARKS) {
        // Every second one, the oldest among them: stretches may be ever longer.
        var half = new ArrayList<Mark>();
        for (Mark each : marks) {
          half.add(each);
        }
        marks.clear();
        for (int k = 0; k < half.size(); k += 2) {
          marks.addLast(half.get(k));
        }
      }
    }

    /** How many times as far as it has been seen it is believed to go on alike. */
    double far = NEAR;

    private double pace;

    /** Takes note of the cycles of an iteration: the oftener they are the same, the farther. */
    void farther(double cycles) {
      far = Math.abs(cycles - pace) <= SAME * cycles ? Math.min(2 * far, FAR) : NEAR;
      pace = cycles;
    }
  }

  /** The machine when an iteration began. */
  record Mark(
      int iteration,
      long time,
      long[] path,
      Tally tally,
      long[][] dram,
      long[] starts,
      int[] depths,
      int[] bodies,
      long[] lefts,
      int[] calls) {}

  Leaps(Machine machine, Issue issue, DmaEngine dma, Interconnect net, DryRun dry, int nodeCount) {
    m = machine;
    this.dry = dry;
    leap = new Leap(m, issue, dma, net, nodeCount);
    var dram = m.hw.dram().spec().orElseThrow();
    minimumSpan =
        (long)
            (INTERVALS
                * (double) dram.timing().refi()
                * dram.tckPs()
                * m.hw.chip().clockMhz()
                * 1e-6);
    watches = new Watch[m.code[0].length() + 1];
  }

  /** Whether leaps are for this machine. */
  static boolean suit(Machine m) {
    var dma = m.hw.core().dma();
    return m.cores >= LEAST_CORES
        && m.hw.dram().model() == Dram.Model.DDR
        && !m.dram[0].isIdeal()
        && dma.load().requested(1) == 1
        && dma.store().requested(1) == 1;
  }

  /** Instructions that were left out. */
  long skipped() {
    return skipped;
  }

  /**
   * Whether the first core, back at the start of the loop body {@code body}, is to be looked at.
   */
  boolean wants(int body) {
    if (m.callDepth[0] > 0) {
      return false;
    }
    var w = watches[body];
    return w == null || !w.done || !sameAround(w);
  }

  private boolean sameAround(Watch w) {
    int depth = m.loopDepth[0] - 1;
    if (w.around.length != depth) {
      return false;
    }
    for (int d = 0; d < depth; d++) {
      if (w.around[d] != m.loopLeft[d]) {
        return false;
      }
    }
    return true;
  }

  /** Looks at the machine at cycle {@code now}; leaps when the time has come. */
  void look(int body, long now) {
    var w = watches[body];
    if (w == null || !sameAround(w)) {
      w = new Watch();
      w.around = Arrays.copyOf(m.loopLeft, m.loopDepth[0] - 1);
      watches[body] = w;
    }
    w.begins.add(now);
    int i = w.begins.size() - 1;
    int depth = m.loopDepth[0] - 1;
    if (i < WARM_UP) {
      return;
    }
    if (i == WARM_UP) {
      w.period = dry.period(0, depth);
    }
    if (w.period == 0 || m.loopLeft[depth] <= LEFT + w.period) {
      w.done = true;
      w.marks.clear();
      return;
    }
    for (Mark mark : w.marks) {
      int n = i - mark.iteration;
      if (now - mark.time < minimumSpan) {
        break;
      }
      boolean whole = n % 2 == 0 && n % w.period == 0;
      double error = whole ? error(w, mark, n, now) : 1;
      if (error > ERROR) {
        continue;
      }
      int[] depths = depths(mark, m.code[0].nodeOf[body]);
      if (depths != null && depths[0] == depth) {
        w.farther((double) (now - mark.time) / n);
        // The better the pace is known, the farther.
        double far = Math.max(w.far, error <= WELL_KNOWN ? 3 * NEAR : NEAR);
        w.done = !leap(mark, depths, n, w.period, now, far);
        w.marks.clear();
        return;
      }
    }
    if (w.marks.isEmpty() || now - w.marks.getLast().time >= minimumSpan / STEPS) {
      w.mark(mark(i, now));
    }
  }

  /**
   * How well the pace over {@code n} iterations is known: the relative standard error of the mean
   * of its parts, 1 when the halves took differently long.
   */
  private static double error(Watch w, Mark mark, int n, long now) {
    long middle = w.begins.get(mark.iteration + n / 2);
    long first = middle - mark.time;
    long second = now - middle;
    if (Math.abs(first - second) > HALVES * (first + second)) {
      return 1;
    }
    int parts = Math.min(PARTS, n);
    double mean = (double) (now - mark.time) / n;
    double squares = 0;
    for (int k = 0; k < parts; k++) {
      int from = n * k / parts;
      int to = n * (k + 1) / parts;
      long time = w.begins.get(mark.iteration + to) - w.begins.get(mark.iteration + from);
      double apart = (double) time / (to - from) - mean;
      squares += apart * apart;
    }
    return Math.sqrt(squares / (parts - 1) / parts) / mean;
  }

  private Mark mark(int iteration, long now) {
    var dram = new long[m.dram.length][];
    for (int i = 0; i < dram.length; i++) {
      dram[i] = m.dram[i].counters();
    }
    return new Mark(
        iteration,
        now,
        leap.path(),
        m.tally.copy(),
        dram,
        starts(),
        m.loopDepth.clone(),
        m.loopBody.clone(),
        m.loopLeft.clone(),
        m.callDepth.clone());
  }

  /** Instructions started, by core. */
  private long[] starts() {
    var starts = new long[m.cores];
    for (UnitState u : m.unit) {
      starts[u.core] += u.starts;
    }
    return starts;
  }

  /**
   * For each core how deep the loop is that it went on in since the mark, -1 for one that did
   * nothing; null when one did something else or none of this holds.
   */
  private int[] depths(Mark mark, int node) {
    long[] starts = starts();
    var depths = new int[m.cores];
    for (int core = 0; core < m.cores; core++) {
      depths[core] = -1;
      if (starts[core] == mark.starts[core]) {
        continue;
      }
      int at = core * Code.MAX_LOOPS;
      int most = Math.min(m.loopDepth[core], mark.depths[core]);
      int d = 0;
      while (d < most
          && m.loopBody[at + d] == mark.bodies[at + d]
          && m.loopLeft[at + d] == mark.lefts[at + d]) {
        d++;
      }
      if (d == most
          || m.loopBody[at + d] != mark.bodies[at + d]
          || m.loopLeft[at + d] >= mark.lefts[at + d]
          || m.callDepth[core] != mark.calls[core]
          || m.code[core].nodeOf[m.loopBody[at + d]] != node) {
        return null;
      }
      depths[core] = d;
    }
    return depths;
  }

  /**
   * Leaves out iterations as {@code n} of them have been.
   *
   * @param far how often as many at most
   * @return whether that was possible
   */
  private boolean leap(Mark mark, int[] depths, int n, int period, long now, double far) {
    long[] starts = starts();
    double reach = far * n;
    boolean meeting = false;
    double slowest = 1;
    double greatest = 1;
    long shortest = Long.MAX_VALUE;
    var pace = new double[m.cores];
    for (int core = 0; core < m.cores; core++) {
      if (depths[core] >= 0) {
        if (dry.follow(core, depths[core], period, 0, null) == null) {
          return false;
        }
        double done =
            (double) (starts[core] - mark.starts[core]) * period / Math.max(1, dry.dispatched());
        pace[core] = done / n;
        meeting |= dry.meets();
        slowest = Math.min(slowest, pace[core]);
        greatest = Math.max(greatest, pace[core]);
        shortest = Math.min(shortest, m.loopLeft[core * Code.MAX_LOOPS + depths[core]]);
        reach =
            Math.min(reach, (m.loopLeft[core * Code.MAX_LOOPS + depths[core]] - LEFT) / pace[core]);
        if (pace[core] < SLOWEST || pace[core] > 1 / SLOWEST) {
          return false;
        }
      }
    }
    // Cores that meet in every iteration do as many as the others.
    boolean apart = meeting && (slowest < 1 - TOGETHER || greatest > 1 + TOGETHER);
    long whole = (long) (meeting ? Math.min(far * n, shortest - LEFT) : reach) / period;
    if (whole <= 0 || apart) {
      return false;
    }
    var moved = new long[m.cores][];
    var times = new long[m.cores];
    var counts = new DryRun.Count[m.cores];
    for (int core = 0; core < m.cores; core++) {
      if (pace[core] > 0) {
        long most = (m.loopLeft[core * Code.MAX_LOOPS + depths[core]] - LEFT / 2) / period;
        times[core] = meeting ? whole : Math.min(most, Math.round(whole * pace[core]));
        counts[core] = new DryRun.Count(m);
        moved[core] = dry.follow(core, depths[core], period, times[core], counts[core]);
        if (moved[core] == null) {
          return false;
        }
      }
    }
    leap.over(mark, now, (double) (whole * period) / n, times, counts);
    for (int core = 0; core < m.cores; core++) {
      if (moved[core] != null) {
        m.loopLeft[core * Code.MAX_LOOPS + depths[core]] -= times[core] * period;
        for (int r = 0; r < 32; r++) {
          m.registers[core * 32 + r] += times[core] * moved[core][r];
        }
        skipped += times[core] * counts[core].tally.totals[Tally.SCALARS];
      }
    }
    return true;
  }
}
