package npusim.sim.functional;

import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.ScatterFn;
import npusim.sim.functional.LocalOperand.Fields;

/** Vector instructions whose addresses or counts depend on data. */
final class VectorIndexed {
  private VectorIndexed() {}

  /** Index after wrapping, or -1 when it is out of range. */
  private static long index(long raw, long limit, boolean wrap) {
    long i = raw < 0 && wrap ? raw + limit : raw;
    return i >= 0 && i < limit ? i : -1;
  }

  private static Fault outOfRange(long raw, long limit) {
    return Fault.data("exec-index", "index " + raw + " is outside 0.." + (limit - 1));
  }

  /** {@code v.gather}: bitwise. */
  static void gather(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    long limit = args.get(Field.LIMIT);
    long istride = args.constant(Field.ISTRIDE);
    boolean wrap = args.flag(Field.WRAP);
    LocalOperand idx = LocalOperand.read(core, args, Fields.IDX, d);
    LocalOperand a = LocalOperand.indexed(core, args, Fields.A);
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    if (a.type() != dst.type()) {
      throw Fault.program(
          "exec-type", "source is " + a.type() + " but destination is " + dst.type());
    }
    Nest nest = new Nest(d, dst.strides(), idx.strides(), a.strides());
    int sd = nest.inner(0);
    int si = nest.inner(1);
    int sa = nest.inner(2);
    long[] raw = core.longs[0];
    int size = a.type().bits() >> 3;
    long[] one = new long[1];
    nest.forEach(
        Core.RUN,
        (at, n) -> {
          idx.load(at[1], si, raw, n);
          for (int i = 0; i < n; i++) {
            long k = index(raw[i], limit, wrap);
            if (k < 0) {
              throw outOfRange(raw[i], limit);
            }
            long e = k * istride + at[2] + (long) i * sa;
            a.checkOneRead(e);
            long to = at[0] + (long) i * sd;
            if (size > 0) {
              System.arraycopy(
                  a.bytes(),
                  a.base() + (int) e * size,
                  dst.bytes(),
                  dst.base() + (int) to * size,
                  size);
            } else {
              a.load(e, 0, one, 1);
              dst.store(to, 0, one, 1);
            }
          }
        });
  }

  /** {@code v.scatter}. */
  static void scatter(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    ScatterFn fn = args.choice(Field.FN, ScatterFn.class);
    long limit = args.get(Field.LIMIT);
    long istride = args.constant(Field.ISTRIDE);
    boolean wrap = args.flag(Field.WRAP);
    boolean skip = args.flag(Field.SKIP_OOR);
    LocalOperand idx = LocalOperand.read(core, args, Fields.IDX, d);
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    LocalOperand dst = LocalOperand.indexed(core, args, Fields.DST);
    Nest nest = new Nest(d, dst.strides(), idx.strides(), a.strides());
    long[] raw = core.longs[0];
    boolean floats = a.isFloat() || dst.isFloat();
    nest.forEach(
        Core.RUN,
        (at, n) -> {
          idx.load(at[1], nest.inner(1), raw, n);
          for (int i = 0; i < n; i++) {
            long k = index(raw[i], limit, wrap);
            if (k < 0) {
              if (skip) {
                continue;
              }
              throw outOfRange(raw[i], limit);
            }
            long to = k * istride + at[0] + (long) i * nest.inner(0);
            if (fn != ScatterFn.NONE) {
              dst.checkOneRead(to);
            }
            dst.checkOneWrite(to);
            long from = at[2] + (long) i * nest.inner(2);
            if (floats) {
              combineFloats(fn, a, from, dst, to);
            } else {
              combineLongs(fn, a, from, dst, to);
            }
          }
        });
  }

  private static void combineFloats(
      ScatterFn fn, LocalOperand a, long from, LocalOperand dst, long to) {
    double[] v = new double[1];
    double[] old = new double[1];
    a.load(from, 0, v, 1);
    if (fn != ScatterFn.NONE) {
      dst.load(to, 0, old, 1);
    }
    v[0] =
        switch (fn) {
          case NONE -> v[0];
          case ADD -> old[0] + v[0];
          case MUL -> old[0] * v[0];
          case MAX -> Math.max(old[0], v[0]);
          case MIN -> Math.min(old[0], v[0]);
        };
    VectorElementwise.roundToF32(a.type() == DType.F64 || dst.type() == DType.F64, v, 1);
    dst.store(to, 0, v, 1);
  }

  private static void combineLongs(
      ScatterFn fn, LocalOperand a, long from, LocalOperand dst, long to) {
    long[] v = new long[1];
    long[] old = new long[1];
    a.load(from, 0, v, 1);
    if (fn != ScatterFn.NONE) {
      dst.load(to, 0, old, 1);
    }
    boolean unsigned = dst.type() == DType.U64;
    boolean less = unsigned ? Long.compareUnsigned(v[0], old[0]) < 0 : v[0] < old[0];
    v[0] =
        switch (fn) {
          case NONE -> v[0];
          case ADD -> old[0] + v[0];
          case MUL -> old[0] * v[0];
          case MAX -> less ? old[0] : v[0];
          case MIN -> less ? v[0] : old[0];
        };
    dst.store(to, 0, v, 1);
  }

  /** {@code v.compact}. */
  static void compact(Core core, Args args) {
    long[] d = args.extents();
    long limit = args.get(Field.LIMIT);
    long[] found = {0};
    LocalOperand cnt =
        LocalOperand.at(core, "cnt", args.get(Field.CNT), new long[4], args.type(Field.CNT_T));
    if (!Nest.isEmpty(d)) {
      LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
      long stride = args.constant(Field.DST_S0);
      LocalOperand dst =
          LocalOperand.at(
              core,
              "dst",
              args.get(Field.DST),
              new long[] {0, 0, 0, stride},
              args.type(Field.DST_T));
      long[] linear = {d[1] * d[2] * d[3], d[2] * d[3], d[3], 1};
      Nest nest = new Nest(d, a.strides(), linear);
      double[] x = core.doubles[0];
      long[] one = new long[1];
      nest.forEach(
          Core.RUN,
          (at, n) -> {
            // Every number that is not zero stays so in binary64.
            a.load(at[0], nest.inner(0), x, n);
            for (int i = 0; i < n; i++) {
              if (x[i] != 0) {
                if (found[0] < limit) {
                  one[0] = at[1] + i;
                  dst.checkOneWrite(found[0] * stride);
                  dst.store(found[0] * stride, 0, one, 1);
                }
                found[0]++;
              }
            }
          });
    }
    cnt.checkOneWrite(0);
    cnt.store(0, 0, found, 1);
  }
}
