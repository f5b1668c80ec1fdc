package npusim.sim.functional;

import java.util.Arrays;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.RedFn;
import npusim.sim.functional.LocalOperand.Fields;
import npusim.sim.functional.value.Folds;

/**
 * Reductions. Every result combines its elements one at a time in iteration order (d0 outermost),
 * rounded to binary32 after each step unless the operand is f64; integers combine in 64 bits.
 */
final class VectorReduce {
  private VectorReduce() {}

  /** {@code v.red}. */
  static void reduce(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    RedFn fn = args.choice(Field.FN, RedFn.class);
    if (fn == RedFn.ARGMAX || fn == RedFn.ARGMIN) {
      argument(core, args, d, fn == RedFn.ARGMAX);
      return;
    }
    int mask = (int) args.constant(Field.MASK);
    long[] kept = d.clone();
    for (int i = 0; i < 4; i++) {
      if ((mask >> i & 1) != 0) {
        kept[i] = 1;
      }
    }
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    boolean accumulate = args.get(Field.ACCUM) != 0;
    LocalOperand old = accumulate ? LocalOperand.read(core, args, Fields.DST, kept) : null;
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, kept);

    // The results lie densely in a scratch array, one slot per kept position.
    long[] slotStrides = new long[4];
    int slots = 1;
    for (int i = 3; i >= 0; i--) {
      if ((mask >> i & 1) == 0) {
        slotStrides[i] = slots;
        slots = Math.multiplyExact(slots, Math.toIntExact(d[i]));
      }
    }
    Nest walk = new Nest(d, a.strides(), slotStrides);
    Nest results = new Nest(kept, dst.strides(), slotStrides);
    if (a.isFloat()) {
      floats(core, fn, a, old, dst, walk, results, slots);
    } else {
      integers(core, fn, a, old, dst, walk, results, slots);
    }
  }

  private static void floats(
      Core core,
      RedFn fn,
      LocalOperand a,
      LocalOperand old,
      LocalOperand dst,
      Nest walk,
      Nest results,
      int slots) {
    boolean f64 = a.type() == DType.F64;
    double[] acc = new double[slots];
    Arrays.fill(acc, Folds.neutral(fn));
    double[] x = core.doubles[0];
    int so = results.inner(0);
    int ss = results.inner(1);
    if (old != null) {
      results.forEach(
          Core.RUN,
          (at, n) -> {
            old.load(at[0], so, x, n);
            for (int i = 0; i < n; i++) {
              acc[(int) at[1] + i * ss] = x[i];
            }
          });
    }
    int sa = walk.inner(0);
    int slot = walk.inner(1);
    walk.forEach(
        Core.RUN,
        (at, n) -> {
          a.load(at[0], sa, x, n);
          if (slot == 0) {
            acc[(int) at[1]] = Folds.fold(fn, acc[(int) at[1]], x, n, f64);
          } else {
            Folds.combine(fn, acc, (int) at[1], slot, x, n, f64);
          }
        });
    results.forEach(
        Core.RUN,
        (at, n) -> {
          for (int i = 0; i < n; i++) {
            x[i] = acc[(int) at[1] + i * ss];
          }
          dst.store(at[0], so, x, n);
        });
  }

  private static void integers(
      Core core,
      RedFn fn,
      LocalOperand a,
      LocalOperand old,
      LocalOperand dst,
      Nest walk,
      Nest results,
      int slots) {
    boolean unsigned = a.type() == DType.U64;
    long[] acc = new long[slots];
    Arrays.fill(acc, Folds.neutralLong(fn, unsigned));
    long[] x = core.longs[0];
    int so = results.inner(0);
    int ss = results.inner(1);
    if (old != null) {
      results.forEach(
          Core.RUN,
          (at, n) -> {
            old.load(at[0], so, x, n);
            for (int i = 0; i < n; i++) {
              acc[(int) at[1] + i * ss] = x[i];
            }
          });
    }
    int sa = walk.inner(0);
    int slot = walk.inner(1);
    walk.forEach(
        Core.RUN,
        (at, n) -> {
          a.load(at[0], sa, x, n);
          for (int i = 0; i < n; i++) {
            int k = (int) at[1] + i * slot;
            acc[k] = Folds.step(fn, acc[k], x[i], unsigned);
          }
        });
    results.forEach(
        Core.RUN,
        (at, n) -> {
          for (int i = 0; i < n; i++) {
            x[i] = acc[(int) at[1] + i * ss];
          }
          dst.store(at[0], so, x, n);
        });
  }

  /**
   * argmax and argmin along d3; a NaN is taken as the extreme value, the first (or last) one wins.
   */
  private static void argument(Core core, Args args, long[] d, boolean max) {
    long[] kept = {d[0], d[1], d[2], 1};
    boolean last = args.flag(Field.LAST);
    long indexBase = args.get(Field.INDEX_BASE);
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, kept);
    int row = Math.toIntExact(d[3]);
    int sa = (int) a.strides()[3];
    long[] result = new long[1];
    Nest rows = new Nest(kept, outer(dst.strides()), outer(a.strides()));
    if (a.isFloat()) {
      double[] x = new double[row];
      rows.forEach(
          1,
          (at, n) -> {
            a.load(at[1], sa, x, row);
            result[0] = indexBase + Folds.argument(x, row, max, last);
            dst.store(at[0], 0, result, 1);
          });
    } else {
      long[] x = new long[row];
      long flip = a.type() == DType.U64 ? Long.MIN_VALUE : 0;
      rows.forEach(
          1,
          (at, n) -> {
            a.load(at[1], sa, x, row);
            result[0] = indexBase + Folds.argument(x, row, max, last, flip);
            dst.store(at[0], 0, result, 1);
          });
    }
  }

  /** The strides without the innermost dimension. */
  static long[] outer(long[] strides) {
    return new long[] {strides[0], strides[1], strides[2], 0};
  }
}
