package npusim.sim.timing;

import java.util.Arrays;
import npusim.hardware.Dram;

/**
 * Leaves out iterations of loops that many cores run side by side on a memory with bank state and
 * refresh. That all of them are in the same state as some time before, which {@link Repeats} asks
 * for, hardly ever happens with so many. But a loop's pace can be known from parts of it: some
 * stretches are simulated, and what lies between two of them takes as long as they let expect. What
 * is left out is counted at once ({@link DryRun}); its time passes when the stretch behind it has
 * shown the pace there. If that is another one, the loop has to show anew that it is steady.
 *
 * <p>That holds for loops whose pace hardly varies. Where it does, it depends on how cores happen
 * to meet at the memory, and the slightest change makes the whole run another one: nothing is left
 * out.
 */
final class Leaps {
  /** Cores from which on equal states are not to be expected. */
  static final int LEAST_CORES = 17;

  /** Refresh intervals of a block. */
  private static final double INTERVALS = 8;

  /** Blocks of a loop's first stretch at least, and of any other whose pace is not as before. */
  private static final int FIRST = 8;

  /** Blocks of a later stretch. */
  private static final int LATER = 4;

  /** How much of as far as a loop has come it may leap. */
  private static final double GROWTH = 0.5;

  /** The same where nothing but the arrays sets the pace, and what error shows that. */
  private static final double STEADY_GROWTH = 1;

  private static final double STEADY = 0.0002;

  /**
   * Standard error of a pace that is known, over it. Where cores get in each other's way by chance
   * it is greater for long; there any leap would change what comes after it.
   */
  private static final double KNOWN = 0.0005;

  /** Difference of the paces of two halves, or before and after a leap, that counts as none. */
  private static final double ALIKE = 0.0015;

  /** Leaps behind which a loop's pace was another until it is left alone. */
  private static final int MOST_WRONG = 2;

  /** A core that goes on so much slower than others, or faster, does something else. */
  private static final double SLOWEST = 0.5;

  /** As much as this of a leap is made at least for cores to do whole periods. */
  private static final double FEWER = 0.75;

  /** Iterations until the loop's start is of no effect. */
  private static final int WARM_UP = 2;

  /** Iterations that are left to every core, so that the loop ends as it would. */
  private static final long LEFT = 4;

  private final Machine m;
  private final DryRun dry;
  private final Leap leap;
  private final long blockSpan;
  private final Watch[] watches;
  private long skipped;

  /** What is known about the loop of the first core that is being run. */
  private static final class Watch {
    /** Where the loops around it are; a change means that it has begun anew. */
    final long[] around;

    int iteration = -1;

    /** Iterations after which registers have moved evenly; 0 when they never do. */
    int period;

    boolean done;

    Pace pace;

    /** Cycles that a block spans. */
    long span;

    /** Instructions that cores had started when the loop was first looked at. */
    long begun;

    /** Instructions left out. */
    long leapt;

    /** Whether the pace behind the last leap was as before. */
    boolean confirmed;

    /** Leaps behind which it was not. */
    int wrong;

    /** How far cores have come in its stretches, see {@link Company}. */
    double[] come;

    /** Parts of a period that cores have been left out too little. */
    double[] owed;

    Pending pending;

    Watch(long... around) {
      this.around = around;
    }
  }

  /**
   * A leap whose time has not passed yet.
   *
   * @param at the machine when it was made
   * @param before the pace before it
   * @param left instructions left out, of which {@code iterations} of the first core
   * @param until iteration at which the pace behind it is known
   */
  private record Pending(
      Leap.Mark at, Pace.Estimate before, long left, long iterations, int until) {}

  Leaps(Machine machine, Issue issue, DmaEngine dma, Interconnect net, DryRun dry, int nodeCount) {
    m = machine;
    this.dry = dry;
    leap = new Leap(m, issue, dma, net, nodeCount);
    var dram = m.hw.dram().spec().orElseThrow();
    double interval = (double) dram.timing().refi() * dram.tckPs() * m.hw.chip().clockMhz() * 1e-6;
    blockSpan = (long) (INTERVALS * interval);
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
    if (m.sequencer[0].callDepth > 0) {
      return false;
    }
    var w = watches[body];
    return w == null || !w.done || !sameAround(w);
  }

  private boolean sameAround(Watch w) {
    int depth = m.sequencer[0].loopDepth - 1;
    return Arrays.equals(w.around, 0, w.around.length, m.loopLeft, 0, depth);
  }

  /** Looks at the machine at cycle {@code now}; leaps when the time has come. */
  void look(int body, long now) {
    var w = watches[body];
    int depth = m.sequencer[0].loopDepth - 1;
    if (w == null || !sameAround(w)) {
      w = new Watch(Arrays.copyOf(m.loopLeft, depth));
      watches[body] = w;
    }
    if (++w.iteration < WARM_UP) {
      return;
    }
    if (w.iteration == WARM_UP) {
      w.period = dry.period(0, depth);
      w.pace = new Pace(Pace.Border.of(m, w.iteration, now));
      w.begun = w.pace.last().started();
      w.span = blockSpan;
      w.come = new double[m.cores];
      w.owed = new double[m.cores];
    }
    if (w.pending == null && (w.period == 0 || m.loopLeft[depth] <= LEFT + w.period)) {
      w.done = true;
      w.pace = null;
      return;
    }
    var last = w.pace.last();
    boolean whole = (w.iteration - last.iteration()) % w.period == 0;
    boolean due = w.pending != null && w.iteration == w.pending.until;
    if (due || whole && now - last.time() >= w.span) {
      if (w.pace.add(Pace.Border.of(m, w.iteration, now))) {
        w.span *= 2;
      }
      if (due) {
        settle(w, now);
      }
      if (w.pending == null) {
        consider(w, m.code[0].ops[body].node);
      }
    }
  }

  /** Lets the time pass of what was left out, now that the pace behind it is known as well. */
  private void settle(Watch w, long now) {
    Pending p = w.pending;
    Pace.Estimate before = p.before;
    Pace.Estimate after = w.pace.estimate(before.by(), w.pace.blocks());
    double left = before.by() == Pace.Measure.ITERATIONS ? p.iterations : p.left;
    long by = Math.round(left * (before.mean() + after.mean()) / 2);
    long since = w.pace.last().started() - w.pace.border(0).started();
    leap.pass(p.at, now, by, (double) p.left / Math.max(1, since));
    w.pace.shift(by);
    w.confirmed = Math.abs(after.mean() - before.mean()) <= ALIKE * before.mean();
    w.wrong += w.confirmed ? 0 : 1;
    w.done = w.wrong == MOST_WRONG;
    w.pending = null;
  }

  /** Leaps if the pace is known well enough. */
  private void consider(Watch w, int node) {
    Pace pace = w.pace;
    int least = w.confirmed ? LATER : FIRST;
    if (w.done || pace.blocks() < least) {
      return;
    }
    Pace.Estimate known = pace.estimate(w.confirmed ? pace.blocks() : least);
    if (known.error() > KNOWN || known.apart() > ALIKE) {
      return;
    }
    Pace.Border from = pace.border(known.from());
    Pace.Border last = pace.last();
    int blocks = pace.blocks() - known.from();
    double each = (double) (last.started() - from.started()) / blocks;
    double growth = known.error() < STEADY ? STEADY_GROWTH : GROWTH;
    double far = growth * (last.started() - w.begun + w.leapt);
    if (far < LATER * each) {
      return;
    }
    int[] depths = Company.depths(m, from, node);
    if (depths == null || depths[0] != m.sequencer[0].loopDepth - 1) {
      return;
    }
    var company = Company.of(m, dry, w.period, depths);
    if (company == null || !company.together(from, last)) {
      w.done = company == null;
      return;
    }
    double[] shares = company.shares(pace, known.from(), w.come);
    // Iterations of the first core in the stretch that is to follow.
    double verify = (double) LATER * (last.iteration() - from.iteration()) / blocks;
    double most = Double.MAX_VALUE;
    double perPeriod = 0;
    for (int core = 0; core < m.cores; core++) {
      if (company.active(core)) {
        if (shares[core] < SLOWEST || shares[core] > 1 / SLOWEST) {
          return;
        }
        double kept = LEFT + 2.0 * w.period + verify * shares[core] / shares[0];
        double free = m.loopLeft[core * Code.MAX_LOOPS + company.depth(core)] - kept;
        most = Math.min(most, free / w.period / shares[core]);
        perPeriod += shares[core] * company.dispatched(core);
      }
    }
    if (Math.min(most, far / perPeriod) * perPeriod < LATER * each) {
      w.done = most * perPeriod < LATER * each;
      return;
    }
    double periods = evenly(Math.min(most, far / perPeriod), w, company, shares);
    int until = w.iteration + w.period * (int) Math.ceil(verify / w.period);
    if (!leave(w, company, periods, shares, known, until)) {
      w.done = true;
    }
  }

  /**
   * How many periods all cores do on average, not many less than {@code most}, for each to do a
   * whole number of them as nearly as can be.
   */
  private double evenly(double most, Watch w, Company company, double... shares) {
    double best = most;
    double least = Double.MAX_VALUE;
    long last = (long) (most * shares[0]);
    for (long own = last; own > FEWER * last && least > 0; own--) {
      double periods = own / shares[0];
      double off = 0;
      for (int core = 0; core < m.cores; core++) {
        if (company.active(core)) {
          double times = periods * shares[core] + w.owed[core];
          off = Math.max(off, Math.abs(times - Math.rint(times)));
        }
      }
      if (off < least) {
        least = off;
        best = periods;
      }
    }
    return best;
  }

  /** Leaves out periods of the loop; returns whether that was possible. */
  private boolean leave(
      Watch w, Company company, double periods, double[] shares, Pace.Estimate known, int until) {
    var moved = new long[m.cores][];
    var times = new long[m.cores];
    var counts = new DryRun.Count[m.cores];
    long left = 0;
    for (int core = 0; core < m.cores; core++) {
      if (company.active(core)) {
        double exactly = periods * shares[core] + w.owed[core];
        times[core] = Math.round(exactly);
        w.owed[core] = exactly - times[core];
        counts[core] = new DryRun.Count(m);
        moved[core] = dry.follow(core, company.depth(core), w.period, times[core], counts[core]);
        if (moved[core] == null) {
          return false;
        }
        left += times[core] * company.dispatched(core);
      }
    }
    leap.count(times, counts);
    for (int core = 0; core < m.cores; core++) {
      if (moved[core] != null) {
        m.loopLeft[core * Code.MAX_LOOPS + company.depth(core)] -= times[core] * w.period;
        for (int r = 0; r < 32; r++) {
          m.registers[core * 32 + r] += times[core] * moved[core][r];
        }
        skipped += times[core] * counts[core].tally.totals[Tally.SCALARS];
      }
    }
    long now = w.pace.last().time();
    w.pending = new Pending(leap.mark(now), known, left, times[0] * w.period, until);
    w.leapt += left;
    w.come = company.come();
    w.span = blockSpan;
    w.pace.anew(Pace.Border.of(m, w.iteration, now));
    return true;
  }
}
