package npusim.sim.timing;

import java.util.Arrays;

/**
 * Next event time of each actor, in groups of {@link #GROUP} (the actors of one core). A group's
 * earliest event is kept up to date by a scan of its few entries, the earliest of all groups by a
 * tournament tree. An entry holds time and actor in one number, so ties go to the lower actor and
 * the order of events depends on nothing but the state.
 */
final class EventTree {
  /** Time of an actor without an event. */
  static final long NEVER = Long.MAX_VALUE >> 6;

  /** Actors of a group; at most 64. */
  static final int GROUP = 2 * TimingUnit.COUNT;

  private final long[] key;
  private final long[] groupKey;
  private final int[] winner;
  private final int leaves;

  EventTree(int groups) {
    int n = 1;
    while (n < groups) {
      n <<= 1;
    }
    leaves = n;
    key = new long[groups * GROUP];
    for (int a = 0; a < key.length; a++) {
      key[a] = NEVER << 6 | a % GROUP;
    }
    groupKey = new long[n];
    Arrays.fill(groupKey, NEVER << 6);
    winner = new int[2 * n];
    for (int i = 0; i < n; i++) {
      winner[n + i] = i;
    }
    for (int i = n - 1; i >= 1; i--) {
      winner[i] = winner[2 * i];
    }
  }

  /** Actor with the earliest event; its time is {@link #NEVER} when there is none. */
  int first() {
    int group = winner[1];
    return group * GROUP + (int) (groupKey[group] & 63);
  }

  /** Time of the earliest event. */
  long firstTime() {
    return groupKey[winner[1]] >> 6;
  }

  long time(int actor) {
    return key[actor] >> 6;
  }

  void set(int actor, long t) {
    int group = actor / GROUP;
    long old = key[actor];
    long now = t << 6 | (old & 63);
    key[actor] = now;
    long min = groupKey[group];
    if (now < min) {
      min = now;
    } else if (old == min) {
      int base = group * GROUP;
      min = Long.MAX_VALUE;
      for (int i = base; i < base + GROUP; i++) {
        min = Math.min(min, key[i]);
      }
    } else {
      return;
    }
    groupKey[group] = min;
    int[] w = winner;
    for (int i = leaves + group >> 1; i >= 1; i >>= 1) {
      int left = w[2 * i];
      int right = w[2 * i + 1];
      w[i] = groupKey[right] >> 6 < groupKey[left] >> 6 ? right : left;
    }
  }

  /** Adds {@code delta} to every pending event. */
  void shift(long delta) {
    for (int a = 0; a < key.length; a++) {
      if (time(a) != NEVER) {
        key[a] += delta << 6;
      }
    }
    for (int g = 0; g < groupKey.length; g++) {
      if (groupKey[g] >> 6 != NEVER) {
        groupKey[g] += delta << 6;
      }
    }
  }
}
