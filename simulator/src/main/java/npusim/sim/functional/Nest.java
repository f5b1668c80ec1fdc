package npusim.sim.functional;

/**
 * A loop nest over up to four dimensions that several operands walk with a stride each. Dimensions
 * of extent 1 are dropped and neighbours that every operand walks as one are merged, which keeps
 * the iteration order.
 */
final class Nest {
  /** Work on one run along the innermost dimension. */
  interface Run {
    /**
     * @param at element offset of the run's first element, per operand
     * @param n elements in the run
     */
    void run(long[] at, int n);
  }

  private static final int DIMS = 4;

  private final long[] d = {1, 1, 1, 1};
  private final long[][] s;
  private final boolean empty;

  /**
   * @param extents four extents, innermost last
   * @param strides per operand, four strides in elements
   */
  Nest(long[] extents, long[]... strides) {
    s = new long[strides.length][DIMS];
    boolean none = false;
    int top = DIMS - 1;
    boolean first = true;
    for (int i = DIMS - 1; i >= 0; i--) {
      none |= extents[i] <= 0;
      if (extents[i] == 1) {
        continue;
      }
      if (!first && mergeable(strides, i, top)) {
        d[top] *= extents[i];
        continue;
      }
      if (!first) {
        top--;
      }
      first = false;
      d[top] = extents[i];
      for (int k = 0; k < strides.length; k++) {
        s[k][top] = strides[k][i];
      }
    }
    empty = none;
  }

  private boolean mergeable(long[][] strides, int outer, int inner) {
    for (int k = 0; k < strides.length; k++) {
      if (strides[k][outer] != s[k][inner] * d[inner]) {
        return false;
      }
    }
    return true;
  }

  /** True when an extent is 0 or negative: there is nothing to do. */
  boolean isEmpty() {
    return empty;
  }

  /** Stride of an operand along the innermost dimension after merging. */
  int inner(int operand) {
    return (int) s[operand][DIMS - 1];
  }

  /** As {@link #inner}, for strides beyond an int. */
  long innerLong(int operand) {
    return s[operand][DIMS - 1];
  }

  /** Calls {@code body} for runs of at most {@code longest} elements, in iteration order. */
  void forEach(int longest, Run body) {
    if (empty) {
      return;
    }
    int ops = s.length;
    long[] at = new long[ops];
    for (long i0 = 0; i0 < d[0]; i0++) {
      for (long i1 = 0; i1 < d[1]; i1++) {
        for (long i2 = 0; i2 < d[2]; i2++) {
          for (long i3 = 0; i3 < d[3]; i3 += longest) {
            for (int k = 0; k < ops; k++) {
              long[] t = s[k];
              at[k] = i0 * t[0] + i1 * t[1] + i2 * t[2] + i3 * t[3];
            }
            body.run(at, (int) Math.min(longest, d[3] - i3));
          }
        }
      }
    }
  }

  /** Smallest element offset an operand reaches; the nest is not empty. */
  static long lowest(long[] extents, long[] strides) {
    long r = 0;
    for (int i = 0; i < extents.length; i++) {
      r += Math.min(0, (extents[i] - 1) * strides[i]);
    }
    return r;
  }

  /** Largest element offset an operand reaches; the nest is not empty. */
  static long highest(long[] extents, long[] strides) {
    long r = 0;
    for (int i = 0; i < extents.length; i++) {
      r += Math.max(0, (extents[i] - 1) * strides[i]);
    }
    return r;
  }

  /** True when any extent is 0 or negative. */
  static boolean isEmpty(long[] extents) {
    for (long e : extents) {
      if (e <= 0) {
        return true;
      }
    }
    return false;
  }
}
