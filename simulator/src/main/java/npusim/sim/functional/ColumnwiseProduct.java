package npusim.sim.functional;

import java.util.Arrays;
import npusim.isa.DType;
import npusim.isa.Field;

/**
 * The product of which every column has activations of its own, next to those of the column before:
 * a depthwise convolution.
 */
final class ColumnwiseProduct {
  private final LocalOperand memory;
  private final long[] m;
  private final long[] sm;
  private final long[] steps;
  private final int n;

  private ColumnwiseProduct(LocalOperand memory, long[] m, long[] sm, long[] steps, int n) {
    this.memory = memory;
    this.m = m;
    this.sm = sm;
    this.steps = steps;
    this.n = n;
  }

  /** Binds operand A and checks its range. */
  static ColumnwiseProduct bind(Core core, Args args, int n) {
    long[] m = {args.get(Field.M0), args.get(Field.M1), args.get(Field.M2)};
    long[] sm = {
      args.constant(Field.A_SM0), args.constant(Field.A_SM1), args.constant(Field.A_SM2)
    };
    long[] k = {args.get(Field.K0), args.get(Field.K1), args.get(Field.K2)};
    long[] sk = {
      args.constant(Field.A_SK0), args.constant(Field.A_SK1), args.constant(Field.A_SK2)
    };
    DType type = args.type(Field.A_T);
    LocalOperand memory = LocalOperand.at(core, "a", args.get(Field.A), new long[4], type);
    long[] extents = {m[0], m[1], m[2], k[0], k[1], k[2], n};
    long[] strides = {sm[0], sm[1], sm[2], sk[0], sk[1], sk[2], 1};
    memory.checkElements(Nest.lowest(extents, strides), Nest.highest(extents, strides));
    long[] steps = steps(k, sk);
    // Elements of less than a byte aren't watched one by one.
    if (type.bits() >= 8) {
      for (long at : steps) {
        memory.shifted(at).checkWrittenNested(m, sm, new long[] {1, 1, n}, new long[] {0, 0, 1});
      }
    }
    return new ColumnwiseProduct(memory, m, sm, steps, n);
  }

  /** Elements of A before those of each step of the sums. */
  private static long[] steps(long[] k, long[] sk) {
    long[] at = new long[Math.toIntExact(k[0] * k[1] * k[2])];
    for (int i = 0; i < at.length; i++) {
      long rest = i / k[2];
      at[i] = rest / k[1] * sk[0] + rest % k[1] * sk[1] + i % k[2] * sk[2];
    }
    return at;
  }

  private long element(int row) {
    long m2 = row % m[2];
    long rest = row / m[2];
    return rest / m[1] * sm[0] + rest % m[1] * sm[1] + m2 * sm[2];
  }

  /** Integer sums, wrapping. */
  void ints(AccRows acc, int[] weights, boolean accumulate) {
    int[] sums = new int[n];
    int[] a = new int[n];
    for (int r = 0; r < acc.count(); r++) {
      Arrays.fill(sums, 0);
      if (accumulate) {
        acc.load(r, sums, 0);
      }
      long first = element(r);
      for (int i = 0; i < steps.length; i++) {
        int at = (int) (first + steps[i]);
        memory.lanes().loadInts(memory.bytes(), memory.base(), at, 1, a, 0, n);
        for (int c = 0; c < n; c++) {
          sums[c] += a[c] * weights[i * n + c];
        }
      }
      acc.store(r, sums, 0);
    }
  }

  /** Sums in binary32: every product rounded, then the sum, in the order of the steps. */
  void floats(AccRows acc, float[] weights, boolean accumulate) {
    float[] sums = new float[n];
    float[] a = new float[n];
    for (int r = 0; r < acc.count(); r++) {
      Arrays.fill(sums, 0);
      if (accumulate) {
        acc.load(r, sums, 0);
      }
      long first = element(r);
      for (int i = 0; i < steps.length; i++) {
        int at = (int) (first + steps[i]);
        memory.lanes().loadFloats(memory.bytes(), memory.base(), at, 1, a, 0, n);
        for (int c = 0; c < n; c++) {
          sums[c] += a[c] * weights[i * n + c];
        }
      }
      acc.store(r, sums, 0);
    }
  }
}
