package npusim.sim.functional;

import java.util.Arrays;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.UnFn;
import npusim.sim.functional.LocalOperand.Fields;
import npusim.sim.functional.value.BinaryFunctions;
import npusim.sim.functional.value.UnaryFunctions;

/**
 * Elementwise vector instructions. When a source is a float the result is computed in binary64 and
 * rounded once to binary32 (not when a source is f64), then converted to the destination's type;
 * otherwise in 64-bit integers.
 */
final class VectorElementwise {
  private VectorElementwise() {}

  /** Rounds a row to binary32 unless the computation is in f64. */
  static void roundToF32(boolean f64, double[] row, int n) {
    if (!f64) {
      for (int i = 0; i < n; i++) {
        row[i] = (float) row[i];
      }
    }
  }

  private static boolean anyF64(LocalOperand... sources) {
    return Arrays.stream(sources).anyMatch(s -> s.type() == DType.F64);
  }

  private static boolean anyU64(LocalOperand... sources) {
    return Arrays.stream(sources).anyMatch(s -> s.type() == DType.U64);
  }

  /** {@code v.un}. */
  static void unary(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    UnFn fn = args.choice(Field.FN, UnFn.class);
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    Nest nest = new Nest(d, dst.strides(), a.strides());
    int sd = nest.inner(0);
    int sa = nest.inner(1);
    UnaryFunctions.Longs onLongs =
        a.isFloat() ? null : UnaryFunctions.longs(fn, a.type() == DType.U64);
    if (onLongs != null) {
      long[] x = core.longs[0];
      nest.forEach(
          Core.RUN,
          (at, n) -> {
            a.load(at[1], sa, x, n);
            onLongs.apply(x, x, n);
            dst.store(at[0], sd, x, n);
          });
      return;
    }
    UnaryFunctions.Doubles f = UnaryFunctions.doubles(fn);
    requireFloatFunction(fn != UnFn.BITNOT, fn);
    boolean f64 = anyF64(a);
    double[] x = core.doubles[0];
    nest.forEach(
        Core.RUN,
        (at, n) -> {
          a.load(at[1], sa, x, n);
          f.apply(x, x, n);
          roundToF32(f64, x, n);
          dst.store(at[0], sd, x, n);
        });
  }

  private static void requireFloatFunction(boolean has, Enum<?> fn) {
    if (!has) {
      throw Fault.program("exec-type", "function " + fn + " is not defined on floats");
    }
  }

  private static boolean definedOnFloats(BinFn fn) {
    return switch (fn) {
      case BITAND, BITOR, BITXOR, SHL, SHR -> false;
      default -> true;
    };
  }

  /** {@code v.bin}. */
  static void binary(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    BinFn fn = args.choice(Field.FN, BinFn.class);
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    LocalOperand b = LocalOperand.read(core, args, Fields.B, d);
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    Nest nest = new Nest(d, dst.strides(), a.strides(), b.strides());
    int sd = nest.inner(0);
    int sa = nest.inner(1);
    int sb = nest.inner(2);
    boolean floats = a.isFloat() || b.isFloat();
    BinaryFunctions.Longs onLongs =
        floats ? null : BinaryFunctions.longs(fn, anyU64(a, b), a.type().bits());
    if (onLongs != null) {
      long[] x = core.longs[0];
      long[] y = core.longs[1];
      nest.forEach(
          Core.RUN,
          (at, n) -> {
            a.load(at[1], sa, x, n);
            b.load(at[2], sb, y, n);
            onLongs.apply(x, y, x, n);
            dst.store(at[0], sd, x, n);
          });
      return;
    }
    requireFloatFunction(definedOnFloats(fn), fn);
    BinaryFunctions.Doubles f = BinaryFunctions.doubles(fn);
    boolean f64 = anyF64(a, b);
    double[] x = core.doubles[0];
    double[] y = core.doubles[1];
    nest.forEach(
        Core.RUN,
        (at, n) -> {
          a.load(at[1], sa, x, n);
          b.load(at[2], sb, y, n);
          f.apply(x, y, x, n);
          roundToF32(f64, x, n);
          dst.store(at[0], sd, x, n);
        });
  }

  /** {@code v.bini}. */
  static void immediate(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    BinFn fn = args.choice(Field.FN, BinFn.class);
    boolean reverse = args.flag(Field.REVERSE);
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    Nest nest = new Nest(d, dst.strides(), a.strides());
    int sd = nest.inner(0);
    int sa = nest.inner(1);
    BinaryFunctions.Longs onLongs =
        a.isFloat() ? null : BinaryFunctions.longs(fn, anyU64(a), a.type().bits());
    if (onLongs != null) {
      long[] x = core.longs[0];
      long[] y = core.longs[1];
      Arrays.fill(y, args.get(Field.IMM));
      nest.forEach(
          Core.RUN,
          (at, n) -> {
            a.load(at[1], sa, x, n);
            onLongs.apply(reverse ? y : x, reverse ? x : y, x, n);
            dst.store(at[0], sd, x, n);
          });
      return;
    }
    requireFloatFunction(definedOnFloats(fn), fn);
    BinaryFunctions.Doubles f = BinaryFunctions.doubles(fn);
    boolean f64 = anyF64(a);
    double[] x = core.doubles[0];
    double[] y = core.doubles[1];
    // The constant counts as an operand of the computation, so that it has its precision.
    Arrays.fill(y, args.floatScalar(Field.IMM));
    nest.forEach(
        Core.RUN,
        (at, n) -> {
          a.load(at[1], sa, x, n);
          f.apply(reverse ? y : x, reverse ? x : y, x, n);
          roundToF32(f64, x, n);
          dst.store(at[0], sd, x, n);
        });
  }

  /** {@code v.sel}. */
  static void select(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    LocalOperand cond = LocalOperand.read(core, args, Fields.COND, d);
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    LocalOperand b = LocalOperand.read(core, args, Fields.B, d);
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    Nest nest = new Nest(d, dst.strides(), cond.strides(), a.strides(), b.strides());
    long[] c = core.longs[2];
    if (a.isFloat() || b.isFloat()) {
      double[] x = core.doubles[0];
      double[] y = core.doubles[1];
      nest.forEach(
          Core.RUN,
          (at, n) -> {
            cond.load(at[1], nest.inner(1), c, n);
            a.load(at[2], nest.inner(2), x, n);
            b.load(at[3], nest.inner(3), y, n);
            for (int i = 0; i < n; i++) {
              x[i] = c[i] != 0 ? x[i] : y[i];
            }
            dst.store(at[0], nest.inner(0), x, n);
          });
      return;
    }
    long[] x = core.longs[0];
    long[] y = core.longs[1];
    nest.forEach(
        Core.RUN,
        (at, n) -> {
          cond.load(at[1], nest.inner(1), c, n);
          a.load(at[2], nest.inner(2), x, n);
          b.load(at[3], nest.inner(3), y, n);
          for (int i = 0; i < n; i++) {
            x[i] = c[i] != 0 ? x[i] : y[i];
          }
          dst.store(at[0], nest.inner(0), x, n);
        });
  }

  /** {@code v.fma}: the product is rounded, then the sum. */
  static void multiplyAdd(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    LocalOperand b = LocalOperand.read(core, args, Fields.B, d);
    LocalOperand c = LocalOperand.read(core, args, Fields.C, d);
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    Nest nest = new Nest(d, dst.strides(), a.strides(), b.strides(), c.strides());
    if (!a.isFloat() && !b.isFloat() && !c.isFloat()) {
      long[] x = core.longs[0];
      long[] y = core.longs[1];
      long[] z = core.longs[2];
      nest.forEach(
          Core.RUN,
          (at, n) -> {
            a.load(at[1], nest.inner(1), x, n);
            b.load(at[2], nest.inner(2), y, n);
            c.load(at[3], nest.inner(3), z, n);
            for (int i = 0; i < n; i++) {
              x[i] = x[i] * y[i] + z[i];
            }
            dst.store(at[0], nest.inner(0), x, n);
          });
      return;
    }
    boolean f64 = anyF64(a, b, c);
    double[] x = core.doubles[0];
    double[] y = core.doubles[1];
    double[] z = core.doubles[2];
    nest.forEach(
        Core.RUN,
        (at, n) -> {
          a.load(at[1], nest.inner(1), x, n);
          b.load(at[2], nest.inner(2), y, n);
          c.load(at[3], nest.inner(3), z, n);
          for (int i = 0; i < n; i++) {
            x[i] *= y[i];
          }
          roundToF32(f64, x, n);
          for (int i = 0; i < n; i++) {
            x[i] += z[i];
          }
          roundToF32(f64, x, n);
          dst.store(at[0], nest.inner(0), x, n);
        });
  }
}
