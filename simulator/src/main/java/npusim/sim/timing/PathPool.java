package npusim.sim.timing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Critical paths of everything in flight. A record is a stretch of path spent on one graph node,
 * split by category, and points to the record before it. Records are made one behind the other and
 * never given back; from time to time {@link #collect} copies those that something still leads to
 * and forgets the others. A stretch that only one other, on the same graph node, follows is joined
 * with it then, so that what is kept stays as small as the paths differ.
 */
final class PathPool {
  /** No record: the start of the run. */
  static final int NONE = -1;

  private static final int C = Category.COUNT;

  /**
   * Words of a record: the record before and the graph node, then cycles and category of up to
   * three categories. A record of more is several.
   */
  private static final int WORDS = 4;

  private static final int TAG_BITS = 4;
  private static final long TAG = (1 << TAG_BITS) - 1;

  /** Records between two collections at least. */
  private static final int LEAST = 256;

  /** Records between two collections for each that the first of them has left. */
  private static final int GROWTH = 4;

  /** Counts for a reference from outside, to be more than one from a record. */
  private static final int ROOT = 2;

  private int capacity = LEAST + LEAST / 4;
  private long[] words = new long[capacity * WORDS];
  private int used;
  private int limit = LEAST;

  /** Records that somebody keeps the numbers of. */
  private final List<int[]> pinned = new ArrayList<>();

  // For collections: the words to copy to, and by record what it became, how many lead to it.
  private long[] spare = new long[capacity * WORDS];
  private int[] copy = new int[capacity];
  private int[] references = new int[capacity];
  private int[] chain = new int[capacity];

  PathPool() {
    Arrays.fill(copy, NONE);
  }

  /** A new empty record on {@code graphNode} after {@code before}. */
  int open(int before, int graphNode) {
    if (used == capacity) {
      grow();
    }
    int r = used++;
    long[] w = words;
    int at = r * WORDS;
    w[at] = (long) before << Integer.SIZE | graphNode & 0xffff_ffffL;
    w[at + 1] = 0;
    w[at + 2] = 0;
    w[at + 3] = 0;
    return r;
  }

  void add(int record, int category, long amount) {
    if (amount == 0) {
      return;
    }
    long[] w = words;
    int at = record * WORDS;
    long tag = category + 1;
    for (int i = at + 1; i < at + WORDS; i++) {
      if (w[i] == 0) {
        w[i] = amount << TAG_BITS | tag;
        return;
      }
      if ((w[i] & TAG) == tag) {
        w[i] += amount << TAG_BITS;
        return;
      }
    }
    // What it was goes into a record of its own in front.
    int front = open(NONE, NONE);
    w = words;
    System.arraycopy(w, at, w, front * WORDS, WORDS);
    w[at] = (long) front << Integer.SIZE | w[at] & 0xffff_ffffL;
    w[at + 1] = amount << TAG_BITS | tag;
    w[at + 2] = 0;
    w[at + 3] = 0;
  }

  int node(int record) {
    return (int) words[record * WORDS];
  }

  /** The record before. */
  int previous(int record) {
    return (int) (words[record * WORDS] >> Integer.SIZE);
  }

  long cycles(int record, int category) {
    for (int i = record * WORDS + 1; i < (record + 1) * WORDS; i++) {
      if ((words[i] & TAG) == category + 1) {
        return words[i] >> TAG_BITS;
      }
    }
    return 0;
  }

  /**
   * Adds the whole path that ends in {@code record} to {@code sums[(node + 1) · categories +
   * category]}.
   */
  void accumulate(int record, long[] sums) {
    for (int r = record; r != NONE; r = previous(r)) {
      int to = (node(r) + 1) * C;
      for (int i = r * WORDS + 1; i < (r + 1) * WORDS && words[i] != 0; i++) {
        sums[to + (int) (words[i] & TAG) - 1] += words[i] >> TAG_BITS;
      }
    }
  }

  /** Every record's number is below this. */
  int capacity() {
    return capacity;
  }

  /** Keeps the records of which the numbers are in {@code records}, and the numbers valid. */
  void pin(int... records) {
    pinned.add(records);
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
    for (int h = 0; h < holders.count(); h++) {
      mark(holders.get(h));
    }
    for (int p = 0; p < pinned.size(); p++) {
      for (int r : pinned.get(p)) {
        mark(r);
      }
    }
    long[] from = words;
    words = spare;
    spare = from;
    used = 0;
    for (int h = 0; h < holders.count(); h++) {
      holders.set(h, copied(from, holders.get(h)));
    }
    for (int p = 0; p < pinned.size(); p++) {
      int[] records = pinned.get(p);
      for (int i = 0; i < records.length; i++) {
        records[i] = copied(from, records[i]);
      }
    }
    Arrays.fill(copy, 0, before, NONE);
    Arrays.fill(references, 0, before, 0);
    limit = Math.max(LEAST, GROWTH * used);
    if (capacity < limit + limit / 4) {
      resize(limit + limit / 2);
    }
  }

  /** Counts a reference from outside, and those among the records that it keeps. */
  private void mark(int root) {
    if (root == NONE) {
      return;
    }
    boolean seen = references[root] != 0;
    references[root] += ROOT;
    for (int r = previous(root); !seen && r != NONE; r = previous(r)) {
      seen = references[r]++ != 0;
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
    int last = r == NONE ? NONE : copy[r];
    boolean alone = r != NONE && references[r] == 1;
    while (n > 0) {
      r = chain[--n];
      int at = r * WORDS;
      int graphNode = (int) from[at];
      if (!alone || node(last) != graphNode) {
        last = open(last, graphNode);
      }
      for (int i = at + 1; i < at + WORDS && from[i] != 0; i++) {
        add(last, (int) (from[i] & TAG) - 1, from[i] >> TAG_BITS);
      }
      copy[r] = last;
      alone = references[r] == 1;
    }
    return last;
  }

  private void grow() {
    resize(capacity * 2);
  }

  private void resize(int records) {
    int old = capacity;
    capacity = records;
    words = Arrays.copyOf(words, records * WORDS);
    spare = new long[records * WORDS];
    copy = Arrays.copyOf(copy, records);
    Arrays.fill(copy, old, records, NONE);
    references = Arrays.copyOf(references, records);
    chain = new int[records];
  }
}
