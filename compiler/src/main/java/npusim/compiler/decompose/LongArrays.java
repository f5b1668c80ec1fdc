package npusim.compiler.decompose;

import java.util.Arrays;

/** Small helpers for arrays of extents. */
final class LongArrays {
  private LongArrays() {}

  /** {@code n} times a value. */
  static long[] filled(int n, long value) {
    long[] out = new long[n];
    Arrays.fill(out, value);
    return out;
  }

  /** One array after the other. */
  static long[] join(long[] a, long... b) {
    long[] out = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, out, a.length, b.length);
    return out;
  }

  /** The product, overflow refused. */
  static long product(long... a) {
    return Arrays.stream(a).reduce(1, Math::multiplyExact);
  }
}
