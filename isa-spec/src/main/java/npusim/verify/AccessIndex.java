package npusim.verify;

import java.util.ArrayList;
import java.util.List;

/**
 * The accesses to one memory that a later access may still conflict with. An access that is ordered
 * before a covering write (or a covering read, if it reads) is dropped: whatever is unordered with
 * it is unordered with the later one too. So is one that every lane is ordered behind.
 */
final class AccessIndex {
  private static final int BUCKETS = 4096;
  private static final int FIRST_SWEEP = 128;

  /** Earlier reads that a read looks at to replace one. */
  private static final int READS_LOOKED_AT = 16;

  private final long origin;
  private final int shift;
  private final Bucket[] buckets = new Bucket[BUCKETS + 1];
  private final List<Access> live = new ArrayList<>();
  private final Floor floor;
  private int nextSweep = FIRST_SWEEP;
  private long query;

  /** Knows what every lane that may use the memory is already ordered behind. */
  interface Floor {
    /** For every lane of the system, the last event that all of those lanes are ordered behind. */
    long[] events();
  }

  /** Told of two accesses, at least one of them a write, that overlap without order. */
  interface Conflict {
    /** Reports the pair. */
    void found(Access earlier, Access later);
  }

  private static final class Bucket {
    final List<Access> reads = new ArrayList<>(2);
    final List<Access> writes = new ArrayList<>(2);
  }

  /** An index with its resolution spent on bytes {@code from..to-1}; others are legal, too. */
  AccessIndex(long from, long to, Floor floor) {
    this.floor = floor;
    this.origin = from * 8;
    this.shift =
        Math.max(9, 64 - Long.numberOfLeadingZeros(Math.max(1, (to - from) * 8 / BUCKETS)));
  }

  /** Compares an access with the earlier ones and keeps it for later ones. */
  void add(Access access, Clock clock, Conflict conflict) {
    query++;
    int first = bucket(access.footprint.from());
    int last = bucket(access.footprint.to() - 1);
    for (int b = first; b <= last; b++) {
      if (buckets[b] == null) {
        buckets[b] = new Bucket();
      }
      Bucket bucket = buckets[b];
      compare(bucket.writes, bucket.writes.size(), access, clock, conflict);
      compare(
          bucket.reads,
          access.write ? bucket.reads.size() : READS_LOOKED_AT,
          access,
          clock,
          conflict);
      (access.write ? bucket.writes : bucket.reads).add(access);
    }
    live.add(access);
    if (live.size() > nextSweep) {
      sweep();
    }
  }

  /**
   * Compares with the last {@code count} accesses of a list and takes out those that are no longer
   * needed.
   */
  private void compare(
      List<Access> list, int count, Access access, Clock clock, Conflict conflict) {
    int stop = Math.max(0, list.size() - count);
    for (int i = list.size() - 1; i >= stop; i--) {
      Access earlier = list.get(i);
      if (!earlier.superseded && earlier.seen != query) {
        earlier.seen = query;
        compare(earlier, access, clock, conflict);
      }
      if (earlier.superseded) {
        Access moved = list.removeLast();
        if (i < list.size()) {
          list.set(i, moved);
        }
      }
    }
  }

  private static void compare(Access earlier, Access access, Clock clock, Conflict conflict) {
    if (clock.knows(earlier.core, earlier.lane, earlier.event)) {
      earlier.superseded =
          (access.write || !earlier.write) && access.footprint.covers(earlier.footprint);
    } else if ((access.write || earlier.write) && access.footprint.overlaps(earlier.footprint)) {
      conflict.found(earlier, access);
    }
  }

  /** Drops what no lane can be unordered with any more. */
  private void sweep() {
    long[] events = floor.events();
    live.removeIf(
        a -> {
          a.superseded |= a.event <= events[a.core * Lanes.COUNT + a.lane];
          return a.superseded;
        });
    for (Bucket bucket : buckets) {
      if (bucket != null) {
        bucket.reads.removeIf(a -> a.superseded);
        bucket.writes.removeIf(a -> a.superseded);
      }
    }
    nextSweep = Math.max(FIRST_SWEEP, 2 * live.size());
  }

  private int bucket(long bit) {
    return Math.clamp((bit - origin) >> shift, 0, BUCKETS);
  }
}
