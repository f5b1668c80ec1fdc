package npusim.sim.functional;

import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.ScanFn;
import npusim.sim.functional.LocalOperand.Fields;
import npusim.sim.functional.value.Folds;
import npusim.sim.functional.value.Selection;

/** Running combinations and top-k along d3, row by row. */
final class VectorScan {
  private VectorScan() {}

  /** {@code v.scan}. */
  static void scan(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    ScanFn fn = args.choice(Field.FN, ScanFn.class);
    boolean exclusive = args.flag(Field.EXCLUSIVE);
    boolean reverse = args.flag(Field.REVERSE);
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    int row = Math.toIntExact(d[3]);
    int sa = (int) a.strides()[3];
    int sd = (int) dst.strides()[3];
    long[] outer = {d[0], d[1], d[2], 1};
    Nest rows = new Nest(outer, VectorReduce.outer(dst.strides()), VectorReduce.outer(a.strides()));
    if (a.isFloat()) {
      boolean f64 = a.type() == DType.F64;
      double[] x = new double[row];
      rows.forEach(
          1,
          (at, n) -> {
            a.load(at[1], sa, x, row);
            double acc = Folds.neutral(fn);
            boolean first = true;
            for (int j = 0; j < row; j++) {
              int i = reverse ? row - 1 - j : j;
              double before = acc;
              double v = x[i];
              double after = first ? v : Folds.step(fn, acc, v);
              acc = f64 ? after : (float) after;
              first = false;
              x[i] = exclusive ? before : acc;
            }
            dst.store(at[0], sd, x, row);
          });
      return;
    }
    boolean unsigned = a.type() == DType.U64;
    long neutral =
        switch (fn) {
          case SUM -> 0;
          case PROD -> 1;
          case MAX -> dst.isFloat() ? Long.MIN_VALUE : dst.type().minLong();
          case MIN -> dst.isFloat() ? Long.MAX_VALUE : dst.type().maxLong();
        };
    long[] x = new long[row];
    rows.forEach(
        1,
        (at, n) -> {
          a.load(at[1], sa, x, row);
          long acc = neutral;
          for (int j = 0; j < row; j++) {
            int i = reverse ? row - 1 - j : j;
            long before = acc;
            acc = j == 0 ? x[i] : Folds.step(fn, acc, x[i], unsigned);
            x[i] = exclusive ? before : acc;
          }
          dst.store(at[0], sd, x, row);
        });
  }

  /** {@code v.topk}. */
  static void topK(Core core, Args args) {
    long[] d = args.extents();
    int k = args.count(Field.K);
    if (Nest.isEmpty(d) || k <= 0) {
      return;
    }
    if (k > d[3]) {
      throw Fault.program("exec-count", "k = " + k + " of rows of " + d[3] + " elements");
    }
    boolean smallest = args.flag(Field.SMALLEST);
    long[] kept = {d[0], d[1], d[2], k};
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, kept);
    LocalOperand idx = LocalOperand.write(core, args, Fields.IDX, kept);
    int row = Math.toIntExact(d[3]);
    int sa = (int) a.strides()[3];
    int sd = (int) dst.strides()[3];
    int si = (int) idx.strides()[3];
    Nest rows =
        new Nest(
            new long[] {d[0], d[1], d[2], 1},
            VectorReduce.outer(dst.strides()),
            VectorReduce.outer(a.strides()),
            VectorReduce.outer(idx.strides()));
    long[] indices = new long[k];
    long[] x = new long[row];
    double[] y = new double[row];
    long flip = a.type() == DType.U64 ? Long.MIN_VALUE : 0;
    rows.forEach(
        1,
        (at, n) -> {
          int[] best;
          if (a.isFloat()) {
            a.load(at[1], sa, y, row);
            Selection.keys(y, x, row);
            best = Selection.best(x, row, k, smallest);
          } else {
            a.load(at[1], sa, x, row);
            for (int i = 0; i < row; i++) {
              x[i] ^= flip;
            }
            best = Selection.best(x, row, k, smallest);
            for (int i = 0; i < row; i++) {
              x[i] ^= flip;
            }
          }
          for (int i = 0; i < k; i++) {
            indices[i] = best[i];
          }
          idx.store(at[2], si, indices, k);
          if (a.isFloat()) {
            double[] values = new double[k];
            for (int i = 0; i < k; i++) {
              values[i] = y[best[i]];
            }
            dst.store(at[0], sd, values, k);
          } else {
            for (int i = 0; i < k; i++) {
              indices[i] = x[best[i]];
            }
            dst.store(at[0], sd, indices, k);
          }
        });
  }
}
