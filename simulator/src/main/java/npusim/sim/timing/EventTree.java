package npusim.sim.timing;

import java.util.Arrays;

/**
 * Next event time of each actor, in groups of {@link #GROUP} (the actors of one core). A group's
 * earliest event is looked for among the few that it has when it is asked for after one of them has
 * changed, the earliest of all groups by a tournament tree. An entry holds time and actor in one
 * number, so ties go to the lower actor and the order of events depends on nothing but the state.
 */
final class EventTree {
  /** Time of an actor without an event. */
  static final long NEVER = Long.MAX_VALUE >> 6;

  /** Numbers of actors in a group, of which the first ones are used. */
  static final int GROUP = 32;

  private static final int GROUP_BITS = 5;

  private static final long NONE = NEVER << 6;

  private final long[] key;

  /** By group: a bit for every actor that has an event. */
  private final int[] pending;

  private final long[] groupKey;

  /** Groups in which an event has changed: which is the earliest now is not known yet. */
  private final int[] stale;

  private final boolean[] isStale;
  private int staleCount;

  private final int[] winner;
  private final int leaves;

  EventTree(int groups) {
    int n = 1;
    while (n < groups) {
      n <<= 1;
    }
    leaves = n;
    key = new long[groups * GROUP];
    Arrays.setAll(key, a -> NONE | a % GROUP);
    pending = new int[groups];
    stale = new int[groups];
    isStale = new boolean[groups];
    groupKey = new long[n];
    Arrays.fill(groupKey, NONE);
    winner = new int[2 * n];
    for (int i = 0; i < n; i++) {
      winner[n + i] = i;
    }
    for (int i = n - 1; i >= 1; i--) {
      winner[i] = winner[2 * i];
    }
  }

  /** The {@code i}-th actor of a group. */
  static int actor(int group, int i) {
    return group << GROUP_BITS | i;
  }

  /** The group of an actor. */
  static int group(int actor) {
    return actor >> GROUP_BITS;
  }

  /** The number of an actor in its group. */
  static int index(int actor) {
    return actor & GROUP - 1;
  }

  /** Actor with the earliest event; its time is {@link #NEVER} when there is none. */
  int first() {
    refresh();
    int group = winner[1];
    return group * GROUP + (int) (groupKey[group] & 63);
  }

  /** Time of the earliest event. */
  long firstTime() {
    refresh();
    return groupKey[winner[1]] >> 6;
  }

  long time(int actor) {
    return key[actor] >> 6;
  }

  void set(int actor, long t) {
    int group = group(actor);
    int i = index(actor);
    long now = t << 6 | i;
    if (now == key[actor]) {
      return;
    }
    key[actor] = now;
    int bit = 1 << i;
    pending[group] = t == NEVER ? pending[group] & ~bit : pending[group] | bit;
    if (!isStale[group]) {
      isStale[group] = true;
      stale[staleCount++] = group;
    }
  }

  /** Finds the earliest event of the groups in which one has changed. */
  private void refresh() {
    while (staleCount > 0) {
      int group = stale[--staleCount];
      isStale[group] = false;
      long min = NONE;
      int base = group * GROUP;
      for (int bits = pending[group]; bits != 0; bits &= bits - 1) {
        min = Math.min(min, key[base + Integer.numberOfTrailingZeros(bits)]);
      }
      groupKey[group] = min;
      climb(group);
    }
  }

  private void climb(int group) {
    int[] w = winner;
    for (int i = leaves + group >> 1; i >= 1; i >>= 1) {
      int left = w[2 * i];
      int right = w[2 * i + 1];
      w[i] = groupKey[right] >> 6 < groupKey[left] >> 6 ? right : left;
    }
  }

  /** Adds {@code delta} to every pending event. */
  void shift(long delta) {
    refresh();
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
