package npusim.sim.functional;

import java.util.List;
import java.util.SplittableRandom;

/** The policies behind the schedules with decoupled units. */
final class Policies {
  private Policies() {}

  /** The part whose unit comes first in the order; of several cores or queues the first. */
  static QueuedRunner.Policy priority(Schedule.Priority schedule) {
    return possible -> {
      int best = 0;
      int bestRank = Integer.MAX_VALUE;
      for (int i = 0; i < possible.size(); i++) {
        int rank = schedule.order().indexOf(possible.get(i).unit());
        if (rank < bestRank) {
          best = i;
          bestRank = rank;
        }
      }
      return best;
    };
  }

  /**
   * Random steps. Every part has a weight that changes from time to time between very slow and
   * fast, so that long delays of one unit happen, not only small jitter.
   */
  static QueuedRunner.Policy random(long seed) {
    return new RandomPolicy(new SplittableRandom(seed));
  }

  private static final class RandomPolicy implements QueuedRunner.Policy {
    private static final int[] WEIGHTS = {1, 1, 10, 100, 1000};
    private static final int PHASE_STEPS = 60;
    private static final int PARTS = 16;

    private final SplittableRandom random;
    private int[] weights = new int[0];
    private int left;

    RandomPolicy(SplittableRandom random) {
      this.random = random;
    }

    @Override
    public int choose(List<QueuedRunner.Step> possible) {
      int needed = (possible.getLast().core() + 1) * PARTS;
      if (left-- <= 0 || weights.length < needed) {
        weights = new int[Math.max(weights.length, needed)];
        for (int i = 0; i < weights.length; i++) {
          weights[i] = WEIGHTS[random.nextInt(WEIGHTS.length)];
        }
        left = 1 + random.nextInt(PHASE_STEPS);
      }
      long total = 0;
      for (QueuedRunner.Step s : possible) {
        total += weights[s.core() * PARTS + s.part()];
      }
      long pick = random.nextLong(total);
      for (int i = 0; i < possible.size(); i++) {
        QueuedRunner.Step s = possible.get(i);
        pick -= weights[s.core() * PARTS + s.part()];
        if (pick < 0) {
          return i;
        }
      }
      throw new IllegalStateException("weights do not add up");
    }
  }
}
