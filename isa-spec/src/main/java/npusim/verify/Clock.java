package npusim.verify;

import java.util.Arrays;

/**
 * Vector clock of a lane: for every lane of the system, up to which of its events this lane is
 * ordered behind. What is known of other cores is shared between clocks and copied only when it
 * grows, since cores meet rarely.
 */
final class Clock {
  private final int core;
  private final long[] own;
  private long[] others;

  /** A clock of a core that knows nothing yet. */
  Clock(int core, int cores) {
    this(core, new long[Lanes.COUNT], new long[cores * Lanes.COUNT]);
  }

  private Clock(int core, long[] own, long[] others) {
    this.core = core;
    this.own = own;
    this.others = others;
  }

  Clock copy() {
    return new Clock(core, own.clone(), others);
  }

  /** Counts a new event of a lane of this core and returns its number. */
  long tick(int lane) {
    return ++own[lane];
  }

  /** True when ordered behind an event. */
  boolean knows(int otherCore, int lane, long event) {
    return (otherCore == core ? own[lane] : others[otherCore * Lanes.COUNT + lane]) >= event;
  }

  /** Lowers a floor to what this clock is ordered behind. */
  void lower(long[] floor) {
    for (int i = 0; i < floor.length; i++) {
      long known = i / Lanes.COUNT == core ? own[i % Lanes.COUNT] : others[i];
      floor[i] = Math.min(floor[i], known);
    }
  }

  /** Takes over everything the other clock is ordered behind. */
  void join(Clock other) {
    others = union(others, other.others);
    if (other.core == core) {
      for (int i = 0; i < own.length; i++) {
        own[i] = Math.max(own[i], other.own[i]);
      }
      return;
    }
    int at = other.core * Lanes.COUNT;
    for (int i = 0; i < other.own.length; i++) {
      if (others[at + i] < other.own[i]) {
        others = others.clone();
        for (int j = i; j < other.own.length; j++) {
          others[at + j] = Math.max(others[at + j], other.own[j]);
        }
        break;
      }
    }
    for (int i = 0; i < own.length; i++) {
      own[i] = Math.max(own[i], other.others[core * Lanes.COUNT + i]);
    }
  }

  @SuppressWarnings("ReferenceEquality") // the same array needs no comparison
  private static long[] union(long[] a, long[] b) {
    if (a == b || dominates(a, b)) {
      return a;
    }
    if (dominates(b, a)) {
      return b;
    }
    long[] both = a.clone();
    for (int i = 0; i < both.length; i++) {
      both[i] = Math.max(both[i], b[i]);
    }
    return both;
  }

  private static boolean dominates(long[] a, long[] b) {
    for (int i = 0; i < a.length; i++) {
      if (a[i] < b[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return "core " + core + " " + Arrays.toString(own);
  }
}
