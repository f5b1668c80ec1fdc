package npusim.sim.dram;

/**
 * The places of every channel's request queue: when those that are taken become free, soonest
 * first. A controller sees no further than its queue, which is what limits how far ahead it can
 * open rows.
 */
final class QueuePlaces {
  /** Bits of an entry that hold its number of requests; above them is the time. */
  private static final int BITS = 8;

  private static final int MASK = (1 << BITS) - 1;

  // By channel · FIELDS.
  private static final int HEAD = 0;
  private static final int ENTRIES = 1;
  private static final int TAKEN = 2;
  private static final int FIELDS = 4;

  private final int capacity;
  private final int ring;
  private final int shift;
  private final long[] entries;
  private final int[] state;

  /** By channel: when all places are free. */
  private final long[] empty;

  QueuePlaces(int channels, int capacity) {
    this.capacity = capacity;
    shift = 32 - Integer.numberOfLeadingZeros(capacity);
    ring = 1 << shift;
    entries = new long[channels << shift];
    state = new int[channels * FIELDS];
    empty = new long[channels];
  }

  /** When all places of a channel are free. */
  long emptyFrom(int channel) {
    return empty[channel];
  }

  /**
   * Earliest time from {@code at} on at which {@code n} requests have a place beside {@code others}
   * that are not counted here.
   */
  long room(int channel, int n, int others, long at) {
    int[] s = state;
    int c = channel * FIELDS;
    int taken = s[c + TAKEN] + others + n;
    if (taken <= capacity) {
      return at;
    }
    int head = s[c + HEAD];
    int left = s[c + ENTRIES];
    int base = channel << shift;
    long t = at;
    int freed = 0;
    while (taken - freed > capacity && left > 0) {
      long e = entries[base + head];
      t = Math.max(t, (e >> BITS) + 1);
      freed += (int) e & MASK;
      head = head + 1 & ring - 1;
      left--;
    }
    s[c + HEAD] = head;
    s[c + ENTRIES] = left;
    s[c + TAKEN] -= freed;
    return t;
  }

  /** Takes {@code n} places, at most 255, that become free at {@code time}. */
  void take(int channel, int n, long time) {
    int[] s = state;
    int c = channel * FIELDS;
    int base = channel << shift;
    int head = s[c + HEAD];
    int i = head + s[c + ENTRIES]++;
    s[c + TAKEN] += n;
    empty[channel] = Math.max(empty[channel], time);
    long entry = time << BITS | n;
    for (; i > head; i--) {
      long before = entries[base + (i - 1 & ring - 1)];
      if (before <= entry) {
        break;
      }
      entries[base + (i & ring - 1)] = before;
    }
    entries[base + (i & ring - 1)] = entry;
  }

  void copy(int from, int to) {
    System.arraycopy(entries, from << shift, entries, to << shift, ring);
    System.arraycopy(state, from * FIELDS, state, to * FIELDS, FIELDS);
    empty[to] = empty[from];
  }

  /** Whether two channels are in the same state for requests that come after {@code since}. */
  boolean alike(int a, int b, long since) {
    int x = a * FIELDS;
    int y = b * FIELDS;
    int i = past(a, since);
    int j = past(b, since);
    if (state[x + ENTRIES] - i != state[y + ENTRIES] - j) {
      return false;
    }
    for (; i < state[x + ENTRIES]; i++, j++) {
      if (entry(a, i) != entry(b, j)) {
        return false;
      }
    }
    return true;
  }

  /** Entries of a channel that are free before {@code since}: soonest first, they are the first. */
  private int past(int channel, long since) {
    int n = 0;
    while (n < state[channel * FIELDS + ENTRIES] && entry(channel, n) >> BITS < since) {
      n++;
    }
    return n;
  }

  private long entry(int channel, int i) {
    return entries[(channel << shift) + (state[channel * FIELDS + HEAD] + i & ring - 1)];
  }

  void shift(long by) {
    for (int i = 0; i < entries.length; i++) {
      entries[i] += by << BITS;
    }
    for (int i = 0; i < empty.length; i++) {
      empty[i] += by;
    }
  }
}
