package npusim.verify;

import java.util.ArrayList;
import java.util.List;

/**
 * The accesses to one memory that a later access may still conflict with. An access that is ordered
 * before a covering write (or a covering read, if it reads) is dropped: whatever is unordered with
 * it is unordered with the later one too.
 */
final class AccessIndex {
  private static final int BUCKETS = 1024;
  private static final int FIRST_SWEEP = 128;

  private final int shift;
  private final List<List<Access>> buckets = new ArrayList<>();
  private final List<Access> live = new ArrayList<>();
  private final Floor floor;
  private int nextSweep = FIRST_SWEEP;
  private long query;

  /** Knows what every lane that may use the memory is already ordered behind. */
  interface Floor {
    /** For every lane of the system, the last event that all of those lanes are ordered behind. */
    long[] events();
  }

  /** An index of a memory of the given size in bytes. */
  AccessIndex(long bytes, Floor floor) {
    this.floor = floor;
    int bits = 64 - Long.numberOfLeadingZeros(Math.max(1, bytes * 8 / BUCKETS));
    this.shift = Math.max(bits, 9);
    for (int i = 0; i <= BUCKETS; i++) {
      buckets.add(new ArrayList<>(0));
    }
  }

  /** Told of two accesses, at least one of them a write, that overlap without order. */
  interface Conflict {
    /** Reports the pair. */
    void found(Access earlier, Access later);
  }

  /** Compares an access with the earlier ones and keeps it for later ones. */
  void add(Access access, Clock clock, Conflict conflict) {
    query++;
    int first = bucket(access.footprint.from());
    int last = bucket(access.footprint.to() - 1);
    for (int b = first; b <= last; b++) {
      List<Access> bucket = buckets.get(b);
      for (int i = bucket.size() - 1; i >= 0; i--) {
        Access earlier = bucket.get(i);
        if (!earlier.superseded && earlier.seen != query) {
          earlier.seen = query;
          compare(earlier, access, clock, conflict);
        }
        if (earlier.superseded) {
          Access moved = bucket.removeLast();
          if (moved != earlier) {
            bucket.set(i, moved);
          }
        }
      }
      bucket.add(access);
    }
    live.add(access);
    if (live.size() > nextSweep) {
      sweep();
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
    nextSweep = Math.max(FIRST_SWEEP, 2 * live.size());
  }

  private static void compare(Access earlier, Access access, Clock clock, Conflict conflict) {
    if (clock.knows(earlier.core, earlier.lane, earlier.event)) {
      earlier.superseded =
          (access.write || !earlier.write) && access.footprint.covers(earlier.footprint);
    } else if ((access.write || earlier.write) && access.footprint.overlaps(earlier.footprint)) {
      conflict.found(earlier, access);
    }
  }

  private int bucket(long bit) {
    return Math.clamp(bit >> shift, 0, BUCKETS);
  }
}
