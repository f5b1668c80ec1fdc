package npusim.sim.functional;

import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Round;
import npusim.sim.functional.LocalOperand.Fields;
import npusim.sim.functional.value.Conversion;

/** Type conversion, quantisation and dequantisation. */
final class VectorConvert {
  private VectorConvert() {}

  /** {@code v.cvt}. */
  static void convert(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    boolean saturate = args.flag(Field.SATURATE);
    Round round = args.choice(Field.ROUND, Round.class);
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    Nest nest = new Nest(d, dst.strides(), a.strides());
    int sd = nest.inner(0);
    int sa = nest.inner(1);
    DType to = dst.type();
    if (!a.isFloat()) {
      long[] x = core.longs[0];
      boolean unsigned = a.type() == DType.U64;
      if (to.isFloat() && (unsigned || saturate)) {
        // Through binary64, where an unsigned 64-bit value keeps its size and saturation is
        // decided.
        convertFloats(core.doubles[0], nest, a, dst, saturate);
        return;
      }
      nest.forEach(
          Core.RUN,
          (at, n) -> {
            a.load(at[1], sa, x, n);
            if (saturate) {
              Conversion.saturate(to, unsigned, x, n);
            }
            dst.store(at[0], sd, x, n);
          });
      return;
    }
    if (to.isInteger()) {
      double[] x = core.doubles[0];
      long[] y = core.longs[0];
      nest.forEach(
          Core.RUN,
          (at, n) -> {
            a.load(at[1], sa, x, n);
            Conversion.round(round, x, n);
            Conversion.toIntegers(to, saturate, x, y, n);
            dst.store(at[0], sd, y, n);
          });
      return;
    }
    convertFloats(core.doubles[0], nest, a, dst, saturate);
  }

  /** Into a float or BOOL. */
  private static void convertFloats(
      double[] x, Nest nest, LocalOperand a, LocalOperand dst, boolean saturate) {
    nest.forEach(
        Core.RUN,
        (at, n) -> {
          a.load(at[1], nest.inner(1), x, n);
          if (saturate) {
            Conversion.clampToFloat(dst.type(), x, n);
          }
          dst.store(at[0], nest.inner(0), x, n);
        });
  }

  /**
   * {@code v.quant}: saturate(round_half_even(a / scale) + zp); into 8-bit floats saturate(a /
   * scale + zp).
   */
  static void quantise(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    LocalOperand scale = LocalOperand.read(core, args, Fields.SCALE, d);
    LocalOperand zp = LocalOperand.read(core, args, Fields.ZP, d);
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    Nest nest = new Nest(d, dst.strides(), a.strides(), scale.strides(), zp.strides());
    boolean f64 = a.type() == DType.F64 || scale.type() == DType.F64;
    DType to = dst.type();
    double[] x = core.doubles[0];
    double[] s = core.doubles[1];
    double[] z = core.doubles[2];
    long[] y = core.longs[0];
    nest.forEach(
        Core.RUN,
        (at, n) -> {
          a.load(at[1], nest.inner(1), x, n);
          scale.load(at[2], nest.inner(2), s, n);
          zp.load(at[3], nest.inner(3), z, n);
          for (int i = 0; i < n; i++) {
            x[i] /= s[i];
          }
          VectorElementwise.roundToF32(f64, x, n);
          if (to.isFloat()) {
            for (int i = 0; i < n; i++) {
              x[i] += z[i];
            }
            Conversion.clampToFloat(to, x, n);
            dst.store(at[0], nest.inner(0), x, n);
            return;
          }
          for (int i = 0; i < n; i++) {
            x[i] = Math.rint(x[i]) + z[i];
          }
          Conversion.toIntegers(to, true, x, y, n);
          dst.store(at[0], nest.inner(0), y, n);
        });
  }

  /** {@code v.dequant}: (a − zp) · scale. */
  static void dequantise(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    LocalOperand scale = LocalOperand.read(core, args, Fields.SCALE, d);
    LocalOperand zp = LocalOperand.read(core, args, Fields.ZP, d);
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    Nest nest = new Nest(d, dst.strides(), a.strides(), scale.strides(), zp.strides());
    boolean f64 = a.type() == DType.F64 || scale.type() == DType.F64;
    double[] x = core.doubles[0];
    double[] s = core.doubles[1];
    double[] z = core.doubles[2];
    nest.forEach(
        Core.RUN,
        (at, n) -> {
          a.load(at[1], nest.inner(1), x, n);
          scale.load(at[2], nest.inner(2), s, n);
          zp.load(at[3], nest.inner(3), z, n);
          for (int i = 0; i < n; i++) {
            x[i] -= z[i];
          }
          // The difference is a number of the datapath as well: binary32.
          VectorElementwise.roundToF32(f64, x, n);
          for (int i = 0; i < n; i++) {
            x[i] *= s[i];
          }
          VectorElementwise.roundToF32(f64, x, n);
          dst.store(at[0], nest.inner(0), x, n);
        });
  }
}
