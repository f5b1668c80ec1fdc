package npusim.sim.timing;

import java.util.Arrays;

/**
 * What the future of a run depends on, relative to a moment: facts (queue contents, counts, program
 * positions) and times apart. Two equal snapshots mean that the run goes on alike.
 */
final class Snapshot {
  private static final long NEVER = Long.MIN_VALUE;

  private final long now;
  private long[] facts = new long[256];
  private int factCount;
  private long[] times = new long[256];
  private int timeCount;

  Snapshot(long now) {
    this.now = now;
  }

  long now() {
    return now;
  }

  void fact(long value) {
    if (factCount == facts.length) {
      facts = Arrays.copyOf(facts, factCount * 2);
    }
    facts[factCount++] = value;
  }

  /** A time of which only the future part matters. */
  void future(long time) {
    relative(Math.max(0, time - now));
  }

  /** A time that matters for another {@code cycles} once it has passed. */
  void recent(long time, long cycles) {
    relative(Math.max(-cycles, time - now));
  }

  /** A pending event; {@link EventTree#NEVER} for none. */
  void event(long time) {
    fact(time == EventTree.NEVER ? 1 : 0);
    relative(time == EventTree.NEVER ? NEVER : time - now);
  }

  /** A time, past or future. */
  void time(long time) {
    relative(time - now);
  }

  private void relative(long value) {
    if (timeCount == times.length) {
      times = Arrays.copyOf(times, timeCount * 2);
    }
    times[timeCount++] = value;
  }

  boolean sameFacts(Snapshot other) {
    return factCount == other.factCount
        && Arrays.equals(facts, 0, factCount, other.facts, 0, factCount);
  }

  boolean sameTimes(Snapshot other) {
    return timeCount == other.timeCount
        && Arrays.equals(times, 0, timeCount, other.times, 0, timeCount);
  }
}
