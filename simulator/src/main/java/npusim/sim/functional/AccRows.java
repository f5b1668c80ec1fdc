package npusim.sim.functional;

import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Word;
import npusim.sim.functional.value.Lanes;

/**
 * Rows of accumulators that a matrix instruction writes: three strided row dimensions, columns
 * contiguous.
 */
final class AccRows {
  private static final Lanes F32 = Lanes.of(DType.F32);
  private static final Lanes I32 = Lanes.of(DType.I32);

  /** Null when there are no rows. */
  private final LocalOperand operand;

  private final long[] m;
  private final long[] s;
  private final int n;

  private AccRows(LocalOperand operand, long[] m, long[] s, int n) {
    this.operand = operand;
    this.m = m;
    this.s = s;
    this.n = n;
  }

  /** Binds the accumulators of an instruction and checks that they lie in accumulator memory. */
  static AccRows bind(Core core, Args args, int n) {
    long[] m = {args.get(Field.M0), args.get(Field.M1), args.get(Field.M2)};
    long[] s = {
      args.constant(Field.ACC_S0), args.constant(Field.ACC_S1), args.constant(Field.ACC_S2)
    };
    long[] extents = {m[0], m[1], m[2], n};
    if (Nest.isEmpty(extents)) {
      return new AccRows(null, new long[] {0, 0, 0}, s, 0);
    }
    long address = args.get(Field.ACC);
    if (address < Word.ACC_BASE) {
      throw Fault.program("exec-address", "operand acc is not in accumulator memory");
    }
    for (int i = 0; i < 3; i++) {
      if (m[i] > 1 && Math.abs(s[i]) < n) {
        throw Fault.program(
            "exec-address",
            "rows of acc overlap: stride "
                + s[i]
                + " of row dimension "
                + i
                + " is below n = "
                + n);
      }
    }
    LocalOperand o =
        LocalOperand.at(
            core, "acc", address, new long[] {s[0], s[1], s[2], 1}, args.type(Field.ACC_T));
    o.checkRange(extents);
    if (args.get(Field.ACCUM) != 0) {
      o.checkWritten(extents);
    }
    o.markWritten(extents);
    return new AccRows(o, m, s, n);
  }

  boolean isEmpty() {
    return n == 0;
  }

  /** Number of rows. */
  int count() {
    return Math.toIntExact(m[0] * m[1] * m[2]);
  }

  private int element(int row) {
    long m2 = row % m[2];
    long rest = row / m[2];
    return (int) (rest / m[1] * s[0] + rest % m[1] * s[1] + m2 * s[2]);
  }

  void load(int row, float[] out, int at) {
    F32.loadFloats(operand.bytes(), operand.base(), element(row), 1, out, at, n);
  }

  void load(int row, int[] out, int at) {
    I32.loadInts(operand.bytes(), operand.base(), element(row), 1, out, at, n);
  }

  void store(int row, float[] in, int at) {
    F32.storeFloats(operand.bytes(), operand.base(), element(row), 1, in, at, n);
  }

  void store(int row, int[] in, int at) {
    I32.storeInts(operand.bytes(), operand.base(), element(row), 1, in, at, n);
  }
}
