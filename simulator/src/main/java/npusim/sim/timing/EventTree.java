package npusim.sim.timing;

import java.util.Arrays;

/**
 * Next event time of each actor in a tournament tree: setting a time costs log2(actors), finding
 * the earliest is free. Ties go to the lower actor number, so the order of events depends on
 * nothing but the state.
 */
final class EventTree {
  /** Time of an actor without an event. */
  static final long NEVER = Long.MAX_VALUE;

  private final long[] time;
  private final int[] winner;
  private final int leaves;

  EventTree(int actors) {
    int n = 1;
    while (n < actors) {
      n <<= 1;
    }
    leaves = n;
    time = new long[n];
    winner = new int[2 * n];
    Arrays.fill(time, NEVER);
    for (int i = 0; i < n; i++) {
      winner[n + i] = i;
    }
    for (int i = n - 1; i >= 1; i--) {
      winner[i] = winner[2 * i];
    }
  }

  /** Actor with the earliest event; its time is {@link #NEVER} when there is none. */
  int first() {
    return winner[1];
  }

  long time(int actor) {
    return time[actor];
  }

  void set(int actor, long t) {
    if (time[actor] == t) {
      return;
    }
    time[actor] = t;
    int[] w = winner;
    for (int i = (leaves + actor) >> 1; i >= 1; i >>= 1) {
      int left = w[2 * i];
      int right = w[2 * i + 1];
      w[i] = time[right] < time[left] ? right : left;
    }
  }

  /** Adds {@code delta} to every pending event. */
  void shift(long delta) {
    for (int i = 0; i < leaves; i++) {
      if (time[i] != NEVER) {
        time[i] += delta;
      }
    }
  }
}
