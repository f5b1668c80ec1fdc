package npusim.sim.functional;

import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Opcode;
import npusim.sim.functional.value.Lanes;

/**
 * Rows of the streamed operand A: three strided row dimensions, each row gathered over three
 * reduction dimensions.
 */
final class StreamedRows {
  private final LocalOperand memory;
  private final long[] m;
  private final long[] sm;
  private final long[] k;
  private final long[] sk;

  private StreamedRows(LocalOperand memory, long[] m, long[] sm, long[] k, long[] sk) {
    this.memory = memory;
    this.m = m;
    this.sm = sm;
    this.k = k;
    this.sk = sk;
  }

  /**
   * Binds operand A and checks its range.
   *
   * @param depth reduction extents, the first unused
   */
  static StreamedRows bind(Core core, Args args, long[] depth) {
    boolean gemm = args.instruction().op() == Opcode.M_GEMM;
    long[] m = {args.get(Field.M0), args.get(Field.M1), args.get(Field.M2)};
    long[] sm = {
      args.constant(Field.A_SM0), args.constant(Field.A_SM1), args.constant(Field.A_SM2)
    };
    long[] k = {depth[1], depth[2], depth[3]};
    long[] sk = {
      gemm ? args.constant(Field.A_SK0) : 0,
      gemm ? args.constant(Field.A_SK1) : 0,
      args.constant(Field.A_SK2)
    };
    DType type = args.type(Field.A_T);
    long[] extents = {m[0], m[1], m[2], k[0], k[1], k[2]};
    long[] strides = {sm[0], sm[1], sm[2], sk[0], sk[1], sk[2]};
    LocalOperand memory = LocalOperand.at(core, "a", args.get(Field.A), strides, type);
    memory.checkElements(Nest.lowest(extents, strides), Nest.highest(extents, strides));
    memory.checkWrittenNested(m, sm, k, sk);
    merge(k, sk);
    return new StreamedRows(memory, m, sm, k, sk);
  }

  /** Merges reduction dimensions that follow each other without a gap. */
  private static void merge(long[] k, long[] sk) {
    for (int i = 1; i >= 0; i--) {
      if (k[i] == 1 || sk[i] == sk[2] * k[2]) {
        k[2] *= k[i];
        k[i] = 1;
        sk[i] = 0;
      } else {
        return;
      }
    }
  }

  private int element(int row) {
    long m2 = row % m[2];
    long rest = row / m[2];
    return (int) (rest / m[1] * sm[0] + rest % m[1] * sm[1] + m2 * sm[2]);
  }

  void loadFloats(int row, float[] out, int at) {
    Lanes lanes = memory.lanes();
    int e = element(row);
    int run = (int) k[2];
    int to = at;
    for (long k0 = 0; k0 < k[0]; k0++) {
      for (long k1 = 0; k1 < k[1]; k1++, to += run) {
        lanes.loadFloats(
            memory.bytes(),
            memory.base(),
            e + (int) (k0 * sk[0] + k1 * sk[1]),
            (int) sk[2],
            out,
            to,
            run);
      }
    }
  }

  void loadInts(int row, int[] out, int at) {
    Lanes lanes = memory.lanes();
    int e = element(row);
    int run = (int) k[2];
    int to = at;
    for (long k0 = 0; k0 < k[0]; k0++) {
      for (long k1 = 0; k1 < k[1]; k1++, to += run) {
        lanes.loadInts(
            memory.bytes(),
            memory.base(),
            e + (int) (k0 * sk[0] + k1 * sk[1]),
            (int) sk[2],
            out,
            to,
            run);
      }
    }
  }

  /** Takes one run along the innermost row dimension at one reduction index. */
  private interface Segment {
    /**
     * @param e element offset of its first row
     * @param at position in a panel of reduction index × rows
     * @param run rows
     */
    void take(int e, int at, int run);
  }

  /** Walks rows {@code from} to {@code from + count} with the reduction index outermost. */
  private void columns(int from, int count, Segment segment) {
    int index = 0;
    for (long k0 = 0; k0 < k[0]; k0++) {
      for (long k1 = 0; k1 < k[1]; k1++) {
        for (long k2 = 0; k2 < k[2]; k2++, index++) {
          int shift = (int) (k0 * sk[0] + k1 * sk[1] + k2 * sk[2]);
          for (int r = 0; r < count; ) {
            int run = (int) Math.min(count - r, m[2] - (from + r) % m[2]);
            segment.take(element(from + r) + shift, index * count + r, run);
            r += run;
          }
        }
      }
    }
  }

  /**
   * Loads rows {@code from} to {@code from + count} transposed: a panel of reduction index × rows.
   */
  void loadColumns(int from, int count, float[] out) {
    Lanes lanes = memory.lanes();
    columns(
        from,
        count,
        (e, at, run) ->
            lanes.loadFloats(memory.bytes(), memory.base(), e, (int) sm[2], out, at, run));
  }

  /** As {@link #loadColumns(int, int, float[])}, for integers. */
  void loadColumns(int from, int count, int[] out) {
    Lanes lanes = memory.lanes();
    columns(
        from,
        count,
        (e, at, run) ->
            lanes.loadInts(memory.bytes(), memory.base(), e, (int) sm[2], out, at, run));
  }
}
