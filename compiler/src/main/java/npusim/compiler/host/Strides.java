package npusim.compiler.host;

/** Index arithmetic over contiguous row-major tensors. */
public final class Strides {
  private Strides() {}

  /** Strides in elements of a contiguous tensor. */
  public static long[] of(long[] dims) {
    long[] s = new long[dims.length];
    long n = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      s[i] = n;
      n *= dims[i];
    }
    return s;
  }

  /**
   * Strides that read a tensor of shape {@code from} as if broadcast to {@code to}: 0 where
   * repeated.
   */
  public static long[] broadcast(long[] from, long[] to) {
    long[] own = of(from);
    long[] s = new long[to.length];
    int shift = to.length - from.length;
    for (int i = shift; i < to.length; i++) {
      s[i] = from[i - shift] == 1 ? 0 : own[i - shift];
    }
    return s;
  }

  /** Product of dimensions from {@code from} (inclusive) to {@code to} (exclusive). */
  public static long product(long[] dims, int from, int to) {
    long n = 1;
    for (int i = from; i < to; i++) {
      n *= dims[i];
    }
    return n;
  }

  /** Receives an element's position in the output and in the operands. */
  @FunctionalInterface
  public interface Visitor {
    /** Called for every output element in order; {@code at} is reused. */
    void visit(long out, long[] at);
  }

  /**
   * Walks every index of {@code dims} in row-major order and keeps a position for each operand.
   *
   * @param start first position of each operand
   * @param strides per operand and dimension, in elements
   */
  public static void walk(long[] dims, long[] start, long[][] strides, Visitor visitor) {
    long total = product(dims, 0, dims.length);
    long[] index = new long[dims.length];
    long[] at = start.clone();
    for (long i = 0; i < total; i++) {
      visitor.visit(i, at);
      for (int k = dims.length - 1; k >= 0; k--) {
        index[k]++;
        for (int o = 0; o < at.length; o++) {
          at[o] += strides[o][k];
        }
        if (index[k] < dims[k]) {
          break;
        }
        for (int o = 0; o < at.length; o++) {
          at[o] -= strides[o][k] * dims[k];
        }
        index[k] = 0;
      }
    }
  }
}
