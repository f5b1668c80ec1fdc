package npusim.sim.functional.value;

/**
 * {@code acc[m][n] += Σ_k a[m][k] · w[k][n]} over packed row-major panels.
 *
 * <p>Every sum is taken in ascending k, one rounded product and one rounded addition at a time, so
 * that the result does not depend on the blocking; Java never contracts a product and a sum into
 * one rounding. The innermost loop runs over n with unit stride, which the JIT compiler turns into
 * vector instructions; four rows by two k share each load of w, and k is taken in blocks whose part
 * of w stays in the second-level cache while all rows pass.
 */
public final class MatrixProduct {
  /** Elements of w in a block of k. */
  private static final int BLOCK_ELEMENTS = 1 << 15;

  private MatrixProduct() {}

  private static int blockOfK(int n) {
    return Math.max(2, BLOCK_ELEMENTS / n & ~1);
  }

  /**
   * binary32.
   *
   * @param a rows × k, row-major
   * @param w k × n, row-major
   * @param acc rows × n, row-major, added to
   * @param rows number of rows
   */
  public static void floats(float[] a, float[] w, float[] acc, int rows, int k, int n) {
    int block = blockOfK(n);
    float[] r0 = new float[n];
    float[] r1 = new float[n];
    float[] r2 = new float[n];
    float[] r3 = new float[n];
    for (int from = 0; from < k; from += block) {
      int to = Math.min(k, from + block);
      int m = 0;
      for (; m + 3 < rows; m += 4) {
        System.arraycopy(acc, m * n, r0, 0, n);
        System.arraycopy(acc, (m + 1) * n, r1, 0, n);
        System.arraycopy(acc, (m + 2) * n, r2, 0, n);
        System.arraycopy(acc, (m + 3) * n, r3, 0, n);
        int i = from;
        for (; i + 1 < to; i += 2) {
          fourByTwo(r0, r1, r2, r3, w, i * n, n, a, m * k + i, k);
        }
        if (i < to) {
          addScaled(r0, w, i * n, n, a[m * k + i]);
          addScaled(r1, w, i * n, n, a[(m + 1) * k + i]);
          addScaled(r2, w, i * n, n, a[(m + 2) * k + i]);
          addScaled(r3, w, i * n, n, a[(m + 3) * k + i]);
        }
        System.arraycopy(r0, 0, acc, m * n, n);
        System.arraycopy(r1, 0, acc, (m + 1) * n, n);
        System.arraycopy(r2, 0, acc, (m + 2) * n, n);
        System.arraycopy(r3, 0, acc, (m + 3) * n, n);
      }
      for (; m < rows; m++) {
        System.arraycopy(acc, m * n, r0, 0, n);
        int i = from;
        for (; i + 3 < to; i += 4) {
          oneByFour(r0, w, i * n, n, a, m * k + i);
        }
        for (; i < to; i++) {
          addScaled(r0, w, i * n, n, a[m * k + i]);
        }
        System.arraycopy(r0, 0, acc, m * n, n);
      }
    }
  }

  private static void fourByTwo(
      float[] r0,
      float[] r1,
      float[] r2,
      float[] r3,
      float[] w,
      int p,
      int n,
      float[] a,
      int x,
      int k) {
    int q = p + n;
    float a0 = a[x];
    float a1 = a[x + 1];
    float b0 = a[x + k];
    float b1 = a[x + k + 1];
    float c0 = a[x + 2 * k];
    float c1 = a[x + 2 * k + 1];
    float d0 = a[x + 3 * k];
    float d1 = a[x + 3 * k + 1];
    for (int j = 0; j < n; j++) {
      float w0 = w[p + j];
      float w1 = w[q + j];
      r0[j] = (r0[j] + a0 * w0) + a1 * w1;
      r1[j] = (r1[j] + b0 * w0) + b1 * w1;
      r2[j] = (r2[j] + c0 * w0) + c1 * w1;
      r3[j] = (r3[j] + d0 * w0) + d1 * w1;
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

  /**
   * 32-bit integers, wrapping.
   *
   * @param a rows × k, row-major
   * @param w k × n, row-major
   * @param acc rows × n, row-major, added to
   * @param rows number of rows
   */
  public static void ints(int[] a, int[] w, int[] acc, int rows, int k, int n) {
    int block = blockOfK(n);
    int[] r0 = new int[n];
    int[] r1 = new int[n];
    int[] r2 = new int[n];
    int[] r3 = new int[n];
    for (int from = 0; from < k; from += block) {
      int to = Math.min(k, from + block);
      int m = 0;
      for (; m + 3 < rows; m += 4) {
        System.arraycopy(acc, m * n, r0, 0, n);
        System.arraycopy(acc, (m + 1) * n, r1, 0, n);
        System.arraycopy(acc, (m + 2) * n, r2, 0, n);
        System.arraycopy(acc, (m + 3) * n, r3, 0, n);
        int i = from;
        for (; i + 1 < to; i += 2) {
          fourByTwo(r0, r1, r2, r3, w, i * n, n, a, m * k + i, k);
        }
        if (i < to) {
          addScaled(r0, w, i * n, n, a[m * k + i]);
          addScaled(r1, w, i * n, n, a[(m + 1) * k + i]);
          addScaled(r2, w, i * n, n, a[(m + 2) * k + i]);
          addScaled(r3, w, i * n, n, a[(m + 3) * k + i]);
        }
        System.arraycopy(r0, 0, acc, m * n, n);
        System.arraycopy(r1, 0, acc, (m + 1) * n, n);
        System.arraycopy(r2, 0, acc, (m + 2) * n, n);
        System.arraycopy(r3, 0, acc, (m + 3) * n, n);
      }
      for (; m < rows; m++) {
        System.arraycopy(acc, m * n, r0, 0, n);
        int i = from;
        for (; i + 3 < to; i += 4) {
          oneByFour(r0, w, i * n, n, a, m * k + i);
        }
        for (; i < to; i++) {
          addScaled(r0, w, i * n, n, a[m * k + i]);
        }
        System.arraycopy(r0, 0, acc, m * n, n);
      }
    }
  }

  private static void fourByTwo(
      int[] r0, int[] r1, int[] r2, int[] r3, int[] w, int p, int n, int[] a, int x, int k) {
    int q = p + n;
    int a0 = a[x];
    int a1 = a[x + 1];
    int b0 = a[x + k];
    int b1 = a[x + k + 1];
    int c0 = a[x + 2 * k];
    int c1 = a[x + 2 * k + 1];
    int d0 = a[x + 3 * k];
    int d1 = a[x + 3 * k + 1];
    for (int j = 0; j < n; j++) {
      int w0 = w[p + j];
      int w1 = w[q + j];
      r0[j] = (r0[j] + a0 * w0) + a1 * w1;
      r1[j] = (r1[j] + b0 * w0) + b1 * w1;
      r2[j] = (r2[j] + c0 * w0) + c1 * w1;
      r3[j] = (r3[j] + d0 * w0) + d1 * w1;
    }
  }

  private static void oneByFour(int[] r, int[] w, int p, int n, int[] a, int x) {
    int p1 = p + n;
    int p2 = p1 + n;
    int p3 = p2 + n;
    int a0 = a[x];
    int a1 = a[x + 1];
    int a2 = a[x + 2];
    int a3 = a[x + 3];
    for (int j = 0; j < n; j++) {
      r[j] = (((r[j] + a0 * w[p + j]) + a1 * w[p1 + j]) + a2 * w[p2 + j]) + a3 * w[p3 + j];
    }
  }

  private static void addScaled(int[] r, int[] w, int p, int n, int s) {
    for (int j = 0; j < n; j++) {
      r[j] += s * w[p + j];
    }
  }
}
