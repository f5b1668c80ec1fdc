package npusim.sim.functional.value;

/**
 * {@code acc[m][n] += Σ_k a[m][k] · w[k][n]} over packed row-major panels.
 *
 * <p>Every sum is taken in ascending k, one rounded product and one rounded addition at a time, so
 * that the result does not depend on how rows are blocked; Java never contracts a product and a sum
 * into one rounding. The innermost loop runs over n with unit stride, which the JIT compiler turns
 * into vector instructions; two rows by four k share each load of w.
 */
public final class MatrixProduct {
  private MatrixProduct() {}

  /**
   * binary32, rows {@code from} (inclusive) to {@code to} (exclusive).
   *
   * @param a rows × k, row-major
   * @param w k × n, row-major
   * @param acc rows × n, row-major, added to
   */
  public static void floats(float[] a, float[] w, float[] acc, int from, int to, int k, int n) {
    float[] r0 = new float[n];
    float[] r1 = new float[n];
    for (int m = from; m < to; m += 2) {
      boolean pair = m + 1 < to;
      int x = m * k;
      int y = pair ? x + k : x;
      System.arraycopy(acc, m * n, r0, 0, n);
      if (pair) {
        System.arraycopy(acc, (m + 1) * n, r1, 0, n);
      }
      int i = 0;
      for (; i + 3 < k; i += 4) {
        if (pair) {
          twoByFour(r0, r1, w, i * n, n, a, x + i, y + i);
        } else {
          oneByFour(r0, w, i * n, n, a, x + i);
        }
      }
      for (; i < k; i++) {
        addScaled(r0, w, i * n, n, a[x + i]);
        if (pair) {
          addScaled(r1, w, i * n, n, a[y + i]);
        }
      }
      System.arraycopy(r0, 0, acc, m * n, n);
      if (pair) {
        System.arraycopy(r1, 0, acc, (m + 1) * n, n);
      }
    }
  }

  private static void twoByFour(
      float[] r0, float[] r1, float[] w, int p, int n, float[] a, int x, int y) {
    int p1 = p + n;
    int p2 = p1 + n;
    int p3 = p2 + n;
    float a0 = a[x];
    float a1 = a[x + 1];
    float a2 = a[x + 2];
    float a3 = a[x + 3];
    float b0 = a[y];
    float b1 = a[y + 1];
    float b2 = a[y + 2];
    float b3 = a[y + 3];
    for (int j = 0; j < n; j++) {
      float w0 = w[p + j];
      float w1 = w[p1 + j];
      float w2 = w[p2 + j];
      float w3 = w[p3 + j];
      r0[j] = (((r0[j] + a0 * w0) + a1 * w1) + a2 * w2) + a3 * w3;
      r1[j] = (((r1[j] + b0 * w0) + b1 * w1) + b2 * w2) + b3 * w3;
    }
  }

  private static void oneByFour(float[] r, float[] w, int p, int n, float[] a, int x) {
    int p1 = p + n;
    int p2 = p1 + n;
    int p3 = p2 + n;
    float a0 = a[x];
    float a1 = a[x + 1];
    float a2 = a[x + 2];
    float a3 = a[x + 3];
    for (int j = 0; j < n; j++) {
      r[j] = (((r[j] + a0 * w[p + j]) + a1 * w[p1 + j]) + a2 * w[p2 + j]) + a3 * w[p3 + j];
    }
  }

  private static void addScaled(float[] r, float[] w, int p, int n, float s) {
    for (int j = 0; j < n; j++) {
      r[j] += s * w[p + j];
    }
  }

  /** As {@link #floats}, on wrapping 32-bit integers. */
  public static void ints(int[] a, int[] w, int[] acc, int from, int to, int k, int n) {
    int[] r0 = new int[n];
    int[] r1 = new int[n];
    for (int m = from; m < to; m += 2) {
      boolean pair = m + 1 < to;
      int x = m * k;
      // Without a second row the last one is computed twice and the copy dropped.
      int y = pair ? x + k : x;
      System.arraycopy(acc, m * n, r0, 0, n);
      if (pair) {
        System.arraycopy(acc, (m + 1) * n, r1, 0, n);
      }
      int i = 0;
      for (; i + 3 < k; i += 4) {
        twoByFour(r0, r1, w, i * n, n, a, x + i, y + i);
      }
      for (; i < k; i++) {
        addScaled(r0, w, i * n, n, a[x + i]);
        addScaled(r1, w, i * n, n, a[y + i]);
      }
      System.arraycopy(r0, 0, acc, m * n, n);
      if (pair) {
        System.arraycopy(r1, 0, acc, (m + 1) * n, n);
      }
    }
  }

  private static void twoByFour(int[] r0, int[] r1, int[] w, int p, int n, int[] a, int x, int y) {
    int p1 = p + n;
    int p2 = p1 + n;
    int p3 = p2 + n;
    int a0 = a[x];
    int a1 = a[x + 1];
    int a2 = a[x + 2];
    int a3 = a[x + 3];
    int b0 = a[y];
    int b1 = a[y + 1];
    int b2 = a[y + 2];
    int b3 = a[y + 3];
    for (int j = 0; j < n; j++) {
      int w0 = w[p + j];
      int w1 = w[p1 + j];
      int w2 = w[p2 + j];
      int w3 = w[p3 + j];
      r0[j] = (((r0[j] + a0 * w0) + a1 * w1) + a2 * w2) + a3 * w3;
      r1[j] = (((r1[j] + b0 * w0) + b1 * w1) + b2 * w2) + b3 * w3;
    }
  }

  private static void addScaled(int[] r, int[] w, int p, int n, int s) {
    for (int j = 0; j < n; j++) {
      r[j] += s * w[p + j];
    }
  }
}
