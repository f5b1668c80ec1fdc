package npusim.sim.timing;

import java.util.Arrays;

/**
 * Critical paths of everything in flight. A record is a stretch of path spent on one graph node,
 * split by category, and points to the record before it. Records are counted references in one pool
 * of primitive arrays: a stretch that nothing in flight descends from is freed, and a stretch with
 * a single descendant on the same graph node is absorbed into it, so that the pool stays as small
 * as the paths differ.
 */
final class PathPool {
  /** No record: the start of the run. */
  static final int NONE = -1;

  private static final int C = Category.COUNT;

  /** Every so many compactions one goes deep; a power of two. */
  private static final int DEEP_EVERY = 128;

  /** Records that a deep compaction looks at. */
  private static final int DEEP = 512;

  private int capacity = 1024;
  private int[] previous = new int[capacity];
  private int[] references = new int[capacity];
  private int[] node = new int[capacity];
  private long[] cycles = new long[capacity * C];

  /** By record: a bit for every category that its cycles are of; those of others are undefined. */
  private int[] present = new int[capacity];

  private int free = NONE;
  private int used;
  private int compactions;

  /**
   * A new empty record on {@code graphNode} after {@code before}; the caller holds its one
   * reference.
   */
  int open(int before, int graphNode) {
    int r = free;
    if (r != NONE) {
      free = previous[r];
    } else {
      if (used == capacity) {
        grow();
      }
      r = used++;
    }
    references[r] = 1;
    node[r] = graphNode;
    present[r] = 0;
    int p = before;
    if (p != NONE && references[p] == 0) {
      throw new IllegalStateException("path record used after release");
    }
    if (p != NONE) {
      references[p]++;
    }
    previous[r] = p;
    return r;
  }

  void add(int record, int category, long amount) {
    if (amount == 0) {
      return;
    }
    int i = record * C + category;
    int bits = present[record];
    int bit = 1 << category;
    if ((bits & bit) == 0) {
      present[record] = bits | bit;
      cycles[i] = amount;
    } else {
      cycles[i] += amount;
    }
  }

  int node(int record) {
    return node[record];
  }

  /** The record before. */
  int previous(int record) {
    return previous[record];
  }

  long cycles(int record, int category) {
    return (present[record] >> category & 1) == 0 ? 0 : cycles[record * C + category];
  }

  void retain(int record) {
    if (record != NONE) {
      references[record]++;
    }
  }

  /** Gives a reference back; frees the record and what only it held. */
  void release(int record) {
    int r = record;
    while (r != NONE && --references[r] == 0) {
      int p = previous[r];
      previous[r] = free;
      free = r;
      r = p;
    }
  }

  /**
   * Absorbs the records before {@code record} that only it refers to and that are on the same graph
   * node. A record that others refer to stops this, and the newest nearly always is one; so now and
   * then the path is followed further back, where what was referred to is no longer.
   */
  void compact(int record) {
    absorb(record);
    if ((++compactions & DEEP_EVERY - 1) == 0) {
      int r = previous[record];
      for (int passed = 0; passed < DEEP && r != NONE; passed++) {
        absorb(r);
        r = previous[r];
      }
    }
  }

  private void absorb(int record) {
    int p = previous[record];
    int n = node[record];
    while (p != NONE && references[p] == 1 && node[p] == n) {
      for (int bits = present[p]; bits != 0; bits &= bits - 1) {
        int c = Integer.numberOfTrailingZeros(bits);
        add(record, c, cycles[p * C + c]);
      }
      int before = previous[p];
      previous[record] = before;
      references[p] = 0;
      previous[p] = free;
      free = p;
      p = before;
    }
  }

  /**
   * Adds the whole path that ends in {@code record} to {@code sums[(node + 1) · categories +
   * category]}.
   */
  void accumulate(int record, long[] sums) {
    for (int r = record; r != NONE; r = previous[r]) {
      int to = (node[r] + 1) * C;
      for (int bits = present[r]; bits != 0; bits &= bits - 1) {
        int c = Integer.numberOfTrailingZeros(bits);
        sums[to + c] += cycles[r * C + c];
      }
    }
  }

  /** Every record's number is below this. */
  int capacity() {
    return capacity;
  }

  /** Records in use; for tests. */
  int live() {
    int count = used;
    for (int r = free; r != NONE; r = previous[r]) {
      count--;
    }
    return count;
  }

  private void grow() {
    capacity *= 2;
    previous = Arrays.copyOf(previous, capacity);
    references = Arrays.copyOf(references, capacity);
    node = Arrays.copyOf(node, capacity);
    cycles = Arrays.copyOf(cycles, capacity * C);
    present = Arrays.copyOf(present, capacity);
  }
}
