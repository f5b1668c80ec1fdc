package npusim.sim.functional;

import java.util.Arrays;
import npusim.isa.Field;
import npusim.sim.functional.LocalOperand.Fields;

/** Constants, sequences and copies within local memory. */
final class VectorMove {
  private VectorMove() {}

  /** {@code v.fill}. */
  static void fill(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    Nest nest = new Nest(d, dst.strides());
    int sd = nest.inner(0);
    if (dst.isFloat()) {
      double[] x = core.doubles[0];
      Arrays.fill(x, args.floatScalar(Field.IMM));
      nest.forEach(Core.RUN, (at, n) -> dst.store(at[0], sd, x, n));
    } else {
      long[] x = core.longs[0];
      Arrays.fill(x, args.get(Field.IMM));
      nest.forEach(Core.RUN, (at, n) -> dst.store(at[0], sd, x, n));
    }
  }

  /**
   * {@code v.iota}: start + step · i3, the product and the sum each rounded once in the type's
   * arithmetic.
   */
  static void sequence(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    long[] s = dst.strides();
    long[] outer = {d[0], d[1], d[2], 1};
    // One run per row: merging rows would let the sequence run on into the next row.
    Nest rows = new Nest(outer, new long[] {s[0], s[1], s[2], 0});
    int row = Math.toIntExact(d[3]);
    int sd = (int) s[3];
    if (dst.isFloat()) {
      double start = args.floatScalar(Field.START);
      double step = args.floatScalar(Field.STEP);
      double[] x = new double[row];
      for (int i = 0; i < row; i++) {
        x[i] = start + step * i;
      }
      rows.forEach(1, (at, n) -> dst.store(at[0], sd, x, row));
    } else {
      long start = args.get(Field.START);
      long step = args.get(Field.STEP);
      long[] x = new long[row];
      for (int i = 0; i < row; i++) {
        x[i] = start + step * i;
      }
      rows.forEach(1, (at, n) -> dst.store(at[0], sd, x, row));
    }
  }

  /** {@code v.copy}: bitwise. */
  static void copy(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    ElementCopy.localToLocal(a, dst, d);
  }
}
