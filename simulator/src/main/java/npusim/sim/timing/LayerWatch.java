package npusim.sim.timing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Watches the loops of {@link LayerLoops} in a run. Whenever the first core begins another
 * iteration it notes what the machine has done so far; once successive iterations take equally
 * long, it takes iterations away from every core, and the mean of those that agreed stands for
 * them.
 */
final class LayerWatch {
  /** Relative error of the mean iteration that counts as none. */
  private static final double ALIKE = 0.0025;

  /** Iterations that have to agree. */
  private static final int LEAST_ALIKE = 3;

  /** Relative difference of the units' busy cycles, node by node, that counts as none. */
  private static final double WORK_ALIKE = 0.03;

  /**
   * DRAM traffic that the mean has to cover: over fewer rows, which banks they meet in shows, and
   * so short a run is quickly simulated in full.
   */
  private static final long LEAST_BYTES = 48L << 20;

  /** Iterations that differ of which the mean may stand for others. */
  private static final int LEAST_SAMPLED = 10;

  /** Iterations before those, while pipelines and rows are as the start of the loop left them. */
  private static final int WARM_UP = 2;

  /** Relative error of the whole loop that counts as none when its iterations differ. */
  private static final double SAMPLED = 0.0035;

  /** Iterations taken away to be worth it. */
  private static final long LEAST_CUT = 2;

  private final Machine m;
  private final Issue issue;
  private final int nodeCount;
  private final int[][] bodies;
  private final List<List<TimingResult>> marks = new ArrayList<>();
  private final long[] cut;

  /** Core cycles that a refresh takes. */
  private final double refreshCycles;

  /** What an iteration takes, as the difference of two states of the machine. */
  record Period(TimingResult from, TimingResult to, int iterations, long cut) {
    static final Period NONE = new Period(null, null, 1, 0);
  }

  private final Period[] periods;

  LayerWatch(Machine machine, Issue issue, LayerLoops loops, int nodeCount) {
    m = machine;
    this.issue = issue;
    this.nodeCount = nodeCount;
    bodies = loops.bodies();
    cut = new long[loops.count()];
    var dram = m.hw.dram();
    refreshCycles =
        dram.refresh()
            ? dram.spec()
                .map(s -> s.timing().rfc() * s.tckPs() * 1e-6 * m.hw.chip().clockMhz())
                .orElse(0.0)
            : 0;
    periods = new Period[loops.count()];
    for (int i = 0; i < cut.length; i++) {
      marks.add(new ArrayList<>());
      periods[i] = Period.NONE;
    }
  }

  /** Whether the first core, back at the start of the loop body {@code body}, is of interest. */
  boolean wants(int body) {
    int loop = loop(0, body);
    SequencerState s = m.sequencer[0];
    return loop >= 0 && s.loopDepth == 1 && s.callDepth == 0 && cut[loop] == 0;
  }

  private int loop(int core, int body) {
    for (int i = 0; i < cut.length; i++) {
      if (bodies[core][i] == body) {
        return i;
      }
    }
    return -1;
  }

  /** Notes the state at the start of an iteration; shortens the loop when it is time to. */
  void look(int body) {
    int loop = loop(0, body);
    List<TimingResult> seen = marks.get(loop);
    seen.add(state());
    int span = steady(seen);
    if (span == 0 && sampled(seen, left(loop))) {
      span = seen.size() - 1 - WARM_UP;
    }
    if (span == 0) {
      return;
    }
    long less = shorten(loop);
    if (less > 0) {
      TimingResult from = seen.get(seen.size() - 1 - span);
      periods[loop] = new Period(from, seen.getLast(), span, less);
      cut[loop] = less;
    }
  }

  /** For each loop what was found out about it; empty when none was shortened. */
  List<Period> periods() {
    return Arrays.stream(cut).allMatch(n -> n == 0) ? List.of() : List.of(periods);
  }

  /**
   * How many of the last iterations took equally long; 0 when it is too early to say. When an
   * iteration begins varies by a little, so that the mean of {@code n} is right within an n-th of
   * how far they lie apart, and one refresh more or less must not show.
   */
  private int steady(List<TimingResult> seen) {
    TimingResult last = seen.getLast();
    long least = Long.MAX_VALUE;
    long most = 0;
    int alike = 0;
    for (int n = 1; n < seen.size(); n++) {
      long d = duration(seen, seen.size() - n);
      least = Math.min(least, d);
      most = Math.max(most, d);
      TimingResult first = seen.get(seen.size() - 1 - n);
      if (n >= LEAST_ALIKE
          && most - least <= ALIKE * n * most
          && refreshCycles <= ALIKE * (last.totalCycles() - first.totalCycles())
          && last.dramBytes() - first.dramBytes() >= LEAST_BYTES) {
        alike = n;
      }
    }
    return alike > 0 && sameWork(seen) ? alike : 0;
  }

  /**
   * Whether so many iterations have been seen that their mean may stand for the {@code left} others
   * although they differ: twice its standard error, over all iterations, counts as none, and so
   * does what the later ones differ from the earlier.
   */
  private static boolean sampled(List<TimingResult> seen, long left) {
    int n = seen.size() - 1 - WARM_UP;
    if (n < LEAST_SAMPLED
        || left < LEAST_CUT
        || seen.getLast().dramBytes() - seen.get(WARM_UP).dramBytes() < LEAST_BYTES) {
      return false;
    }
    double mean = (double) (seen.getLast().totalCycles() - seen.get(WARM_UP).totalCycles()) / n;
    double squares = 0;
    for (int i = 1; i <= n; i++) {
      double apart = duration(seen, i + WARM_UP) - mean;
      squares += apart * apart;
    }
    double error = Math.sqrt(squares / (n - 1) / n);
    int half = n / 2;
    long middle = seen.get(WARM_UP + half).totalCycles();
    double early = (double) (middle - seen.get(WARM_UP).totalCycles()) / half;
    double late = (double) (seen.getLast().totalCycles() - middle) / (n - half);
    double share = (double) left / (n + left);
    return 2 * error * share <= SAMPLED * mean && Math.abs(early - late) * share <= SAMPLED * mean;
  }

  /**
   * Whether units were busy with each graph node as long in the last iteration as in the one
   * before: iterations that only happen to take equally long differ there.
   */
  private static boolean sameWork(List<TimingResult> seen) {
    List<NodeTime> now = seen.getLast().nodes();
    List<NodeTime> before = seen.get(seen.size() - 2).nodes();
    List<NodeTime> first = seen.get(seen.size() - 3).nodes();
    long sum = 0;
    long apart = 0;
    for (int node = 0; node < now.size(); node++) {
      for (int unit = 0; unit < TimingUnit.COUNT; unit++) {
        long middle = before.get(node).busyCycles()[unit];
        long last = now.get(node).busyCycles()[unit] - middle;
        long other = middle - first.get(node).busyCycles()[unit];
        sum += last;
        apart += Math.abs(last - other);
      }
    }
    return apart <= WORK_ALIKE * sum;
  }

  private static long duration(List<TimingResult> seen, int i) {
    return seen.get(i).totalCycles() - seen.get(i - 1).totalCycles();
  }

  /** Iterations of a loop that every core has yet to begin; 0 if a core is not in it. */
  private long left(int loop) {
    long left = Long.MAX_VALUE;
    for (int core = 0; core < m.cores; core++) {
      int d = core * Code.MAX_LOOPS;
      if (m.sequencer[core].loopDepth == 0 || m.loopBody[d] != bodies[core][loop]) {
        return 0;
      }
      left = Math.min(left, m.loopLeft[d] - 1);
    }
    return left;
  }

  /** Takes iterations away from a loop that every core is in; returns how many. */
  private long shorten(int loop) {
    long less = left(loop);
    if (less < LEAST_CUT) {
      return 0;
    }
    for (int core = 0; core < m.cores; core++) {
      m.loopLeft[core * Code.MAX_LOOPS] -= less;
    }
    return less;
  }

  private TimingResult state() {
    SequencerState s = m.sequencer[0];
    int p = issue.pathAt(s, s.node(), s.time);
    var path = new long[(nodeCount + 1) * Category.COUNT];
    m.paths.accumulate(p, path);
    return Results.of(m, s.time, path, 0);
  }
}
