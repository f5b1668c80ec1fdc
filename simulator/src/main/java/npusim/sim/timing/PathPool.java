package npusim.sim.timing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Critical paths of everything in flight. A record is a stretch of path spent on one graph node,
 * split by category, and points to the record before it, which is of another node: a stretch that
 * goes on from a record on its own node begins as a copy of that. Records are made one behind the
 * other and never given back; from time to time {@link #collect} copies those that something still
 * leads to and forgets the others, so that what is kept stays as small as the paths differ.
 */
final class PathPool {
  /** No record: the start of the run. */
  static final int NONE = -1;

  private static final int C = Category.COUNT;

  /** Words of a record: the record before and the graph node, then cycles by category. */
  private static final int WORDS = 1 + C;

  /** Records between two collections at least. */
  private static final int LEAST = 512;

  /** Records between two collections for each that the first of them has left. */
  private static final int GROWTH = 4;

  private int capacity = LEAST + LEAST / 4;
  private long[] words = new long[capacity * WORDS];
  private int used;
  private int limit = LEAST;

  /** Records below this are never copied into what goes on from them. */
  private int sealed;

  /** Records that somebody keeps the numbers of. */
  private final List<int[]> pinned = new ArrayList<>();

  // For collections: the words to copy to, and by record what it became, whether it is pinned.
  private long[] spare = new long[capacity * WORDS];
  private int[] copy = new int[capacity];
  private boolean[] apart = new boolean[capacity];
  private int[] chain = new int[capacity];

  PathPool() {
    Arrays.fill(copy, NONE);
  }

  /** A new record for what goes on after {@code before} on {@code graphNode}. */
  int open(int before, int graphNode) {
    if (before < sealed || node(before) != graphNode) {
      return link(before, graphNode);
    }
    int record = next();
    goOn(words, before, record);
    return record;
  }

  /** A new empty record behind {@code before}, which may still become longer. */
  int link(int before, int graphNode) {
    int record = next();
    int at = record * WORDS;
    long[] w = words;
    w[at] = (long) before << Integer.SIZE | graphNode & 0xffff_ffffL;
    for (int i = 1; i < WORDS; i++) {
      w[at + i] = 0;
    }
    return record;
  }

  private int next() {
    if (used == capacity) {
      resize(capacity * 2);
    }
    return used++;
  }

  /**
   * Copies a record. One number at a time: the one it goes on from has just been written so, and a
   * wide load has to wait for all of it.
   */
  private static void goOn(long[] w, int before, int record) {
    int from = before * WORDS;
    int to = record * WORDS;
    for (int i = 0; i < WORDS; i++) {
      w[to + i] = w[from + i];
    }
  }

  void add(int record, int category, long amount) {
    words[record * WORDS + 1 + category] += amount;
  }

  int node(int record) {
    return (int) words[record * WORDS];
  }

  /** The record before. */
  int previous(int record) {
    return (int) (words[record * WORDS] >> Integer.SIZE);
  }

  long cycles(int record, int category) {
    return words[record * WORDS + 1 + category];
  }

  /**
   * Adds the whole path that ends in {@code record} to {@code sums[(node + 1) · categories +
   * category]}.
   */
  void accumulate(int record, long[] sums) {
    for (int r = record; r != NONE; r = previous(r)) {
      int to = (node(r) + 1) * C;
      for (int c = 0; c < C; c++) {
        sums[to + c] += cycles(r, c);
      }
    }
  }

  /** Every record's number is below this. */
  int capacity() {
    return capacity;
  }

  /**
   * Keeps the records of which the numbers are in {@code records}, and the numbers valid. Paths
   * that go on from them lead to them; what is added to one later lengthens those that were linked.
   */
  void pin(int... records) {
    pinned.add(records);
    sealed = used;
  }

  /** Takes back {@link #pin}. */
  @SuppressWarnings("ReferenceEquality") // which array it is, not what is in it
  void unpin(int... records) {
    pinned.removeIf(p -> p == records);
  }

  /** Whether it is time to {@link #collect}. */
  boolean isFull() {
    return used >= limit;
  }

  /** Forgets every record that leads to none of the holders' or of those pinned. */
  void collect(Holders holders) {
    int before = used;
    long[] from = words;
    words = spare;
    spare = from;
    used = 0;
    copyPinned(from);
    sealed = used;
    for (int h = 0; h < holders.count(); h++) {
      holders.set(h, copied(from, holders.get(h)));
    }
    Arrays.fill(copy, 0, before, NONE);
    Arrays.fill(apart, 0, before, false);
    limit = Math.max(LEAST, GROWTH * used);
    if (capacity < limit + limit / 4) {
      resize(limit + limit / 2);
    }
  }

  private void copyPinned(long[] from) {
    for (int p = 0; p < pinned.size(); p++) {
      for (int r : pinned.get(p)) {
        if (r != NONE) {
          apart[r] = true;
        }
      }
    }
    for (int p = 0; p < pinned.size(); p++) {
      int[] records = pinned.get(p);
      for (int i = 0; i < records.length; i++) {
        records[i] = copied(from, records[i]);
      }
    }
  }

  /** What a record of the words {@code from} has become. */
  private int copied(long[] from, int record) {
    int n = 0;
    int r = record;
    while (r != NONE && copy[r] == NONE) {
      chain[n++] = r;
      r = (int) (from[r * WORDS] >> Integer.SIZE);
    }
    while (n > 0) {
      int next = chain[--n];
      copy[next] = copied(from, next, r);
      r = next;
    }
    return r == NONE ? NONE : copy[r];
  }

  /** Copies {@code record} behind what {@code before} has become. */
  private int copied(long[] from, int record, int before) {
    int at = record * WORDS;
    int graphNode = (int) from[at];
    int previous = before == NONE ? NONE : copy[before];
    if (previous == NONE || apart[before] || node(previous) != graphNode) {
      int to = next();
      System.arraycopy(from, at, words, to * WORDS, WORDS);
      words[to * WORDS] = (long) previous << Integer.SIZE | graphNode & 0xffff_ffffL;
      return to;
    }
    int to = next();
    goOn(words, previous, to);
    for (int c = 0; c < C; c++) {
      add(to, c, from[at + 1 + c]);
    }
    return to;
  }

  private void resize(int records) {
    int old = capacity;
    capacity = records;
    words = Arrays.copyOf(words, records * WORDS);
    spare = new long[records * WORDS];
    copy = Arrays.copyOf(copy, records);
    Arrays.fill(copy, old, records, NONE);
    apart = Arrays.copyOf(apart, records);
    chain = new int[records];
  }
}
