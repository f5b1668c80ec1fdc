package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Node;
import npusim.compiler.kernels.ReduceKernel.Reduction;
import npusim.compiler.memory.View;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.RedFn;
import npusim.isa.Round;
import npusim.isa.UnFn;

/**
 * Softmax and the normalisations over rows. A row that fits in the scratchpad is handled in one
 * pass; longer ones by separate reductions and elementwise passes over temporaries in DRAM.
 */
public final class RowOp implements Kernel {

  @Override
  public void emit(KernelContext k) {
    switch (k.node().opType()) {
      case "Softmax" -> softmax(k, false);
      case "LogSoftmax" -> softmax(k, true);
      case "LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization" -> normalise(k);
      default -> throw k.unsupported("");
    }
  }

  @Override
  public int divides(KernelContext k, int input, int dim) {
    if (input > 0) {
      return -1;
    }
    Node n = k.node();
    int rank = k.outShape(0).length;
    int axis = (int) n.intAttr("axis", n.opset() < 13 && n.opType().endsWith("Softmax") ? 1 : -1);
    return dim < (axis < 0 ? axis + rank : axis) ? dim : -1;
  }

  private static DType wide(DType t) {
    return t == DType.F64 ? t : DType.F32;
  }

  private static void softmax(KernelContext k, boolean log) {
    Node n = k.node();
    View in = k.in(0);
    View out = k.out(0);
    int rank = in.rank();
    int axis = (int) n.intAttr("axis", n.opset() < 13 ? 1 : -1);
    axis = axis < 0 ? axis + rank : axis;
    boolean[] row = new boolean[rank];
    for (int i = axis; i < rank; i++) {
      // Before opset 13 everything from the axis on is one row.
      row[i] = i == axis || n.opset() < 13;
    }
    if (rank == 0) {
      in = in.reshape(1);
      out = out.reshape(1);
      row = new boolean[] {true};
    }
    DType t = k.outType(0);
    DType w = wide(t);
    // Differences from the largest and their exponentials are of the size that the result has.
    DType h = t == DType.F16 && !log ? t : w;
    Region r = new Region();
    int x = r.input(in.type());
    int d = r.bin(BinFn.SUB, h, x, r.reduce(RedFn.MAX, h, x));
    int y;
    if (log) {
      int s = r.reduce(RedFn.SUM, w, r.un(UnFn.EXP, w, d));
      y = r.bin(BinFn.SUB, t, d, r.un(UnFn.LOG, w, s));
    } else {
      int e = r.un(UnFn.EXP, h, d);
      y = r.bin(BinFn.MUL, t, e, r.un(UnFn.RECIP, w, r.reduce(RedFn.SUM, w, e)));
    }
    List<View> ins = new ArrayList<>(List.of(in));
    k.tail().append(r, y, ins);
    if (inOnePass(k) && MapKernel.rows(k, r, ins, out, row)) {
      return;
    }
    in = nearby(k, in);
    ins.set(0, in);
    // The exponentials are made twice: that is cheaper than to write and read them.
    View max = temp(k, "max", w, in, row);
    reduce(k, RedFn.MAX, w, in, max, row);
    View sum = temp(k, "sum", w, in, row);
    Region exponentials = new Region();
    int value = exponentials.input(in.type());
    int most = exponentials.input(w);
    exponentials.un(UnFn.EXP, w, exponentials.bin(BinFn.SUB, w, value, most));
    Region finish = new Region();
    finish.un(log ? UnFn.LOG : UnFn.RECIP, w, finish.input(w));
    ReduceKernel.run(
        k, new Reduction(RedFn.SUM, w, exponentials, finish), List.of(in, max), sum, row);
    Region last = new Region();
    int a = last.input(in.type());
    int b = last.input(w);
    int c = last.input(w);
    int below = last.bin(BinFn.SUB, w, a, b);
    int z =
        log
            ? last.bin(BinFn.SUB, t, below, c)
            : last.bin(BinFn.MUL, t, last.un(UnFn.EXP, w, below), c);
    List<View> args = new ArrayList<>(List.of(in, max, sum));
    k.tail().append(last, z, args);
    MapKernel.run(k, last, args, out);
  }

  /** Whether a kernel may keep rows in the scratchpad from a reduction to what uses it. */
  private static boolean inOnePass(KernelContext k) {
    return k.hw().core().vector().rowsOnChip();
  }

  /** What several kernels read comes to the shared SRAM first, where the chip has one. */
  private static View nearby(KernelContext k, View x) {
    boolean gains = k.hw().sharedSram().isPresent() && !inOnePass(k);
    if (!gains || k.near(x) || x.storage().resident()) {
      return x;
    }
    View copy = k.temp("near", x.type(), x.dims());
    if (!k.near(copy)) {
      return x;
    }
    MapKernel.copy(k, x, copy);
    return copy;
  }

  private static View temp(KernelContext k, String name, DType t, View in, boolean[] row) {
    long[] d = in.dims().clone();
    for (int i = 0; i < d.length; i++) {
      d[i] = row[i] ? 1 : d[i];
    }
    return k.temp(name, t, d);
  }

  private static void reduce(KernelContext k, RedFn fn, DType t, View in, View out, boolean[] row) {
    Region copy = new Region();
    copy.input(t);
    ReduceKernel.run(k, Reduction.of(fn, t, copy, in.type()), List.of(in), out, row);
  }

  private static void normalise(KernelContext k) {
    Node n = k.node();
    View in = k.in(0);
    int rank = in.rank();
    int axis = (int) n.intAttr("axis", -1);
    axis = axis < 0 ? axis + rank : axis;
    boolean[] row = new boolean[rank];
    long count = 1;
    for (int i = axis; i < rank; i++) {
      row[i] = true;
      count *= in.dims()[i];
    }
    boolean centred = n.is("LayerNormalization");
    double eps = n.floatAttr("epsilon", 1e-5f);
    if (k.out(1) != null || k.out(2) != null) {
      statistics(k, in, row, count, eps);
    }
    List<View> ins = new ArrayList<>();
    Region r = new Region();
    DType w = wide(in.type());
    DType t = k.outType(0);
    int x = r.input(in.type());
    ins.add(in);
    int scale = input(k, r, ins, 1);
    int bias = input(k, r, ins, 2);
    if (centred) {
      int mean = r.bini(BinFn.DIV, w, r.reduce(RedFn.SUM, w, x), (double) count);
      x = r.bin(BinFn.SUB, w, x, mean);
    }
    int var = r.bini(BinFn.DIV, w, r.reduce(RedFn.SUMSQ, w, x), (double) count);
    int inv = r.un(UnFn.RSQRT, w, r.bini(BinFn.ADD, w, var, eps));
    x = r.bin(BinFn.MUL, scale < 0 && bias < 0 ? t : w, x, inv);
    if (scale >= 0) {
      x = r.bin(BinFn.MUL, bias < 0 ? t : w, x, scale);
    }
    if (bias >= 0) {
      x = r.bin(BinFn.ADD, t, x, bias);
    }
    List<View> all = new ArrayList<>(ins);
    k.tail().append(r, x, all);
    if (!inOnePass(k) || !MapKernel.rows(k, r, all, k.out(0), row)) {
      inPasses(k, ins, scale, bias, row, count, eps, centred);
    }
  }

  private static int input(KernelContext k, Region r, List<View> ins, int i) {
    if (k.in(i) == null) {
      return -1;
    }
    ins.add(k.in(i));
    return r.input(k.in(i).type());
  }

  /** The optional outputs Mean and InvStdDev. */
  private static void statistics(KernelContext k, View in, boolean[] row, long count, double eps) {
    DType w = wide(in.type());
    View mean = temp(k, "mean", w, in, row);
    moment(k, RedFn.SUM, in, mean, row, count, -1);
    View centred = k.temp("centred", w, in.dims());
    subtract(k, in, mean, centred);
    View inv = temp(k, "inv", w, in, row);
    moment(k, RedFn.SUMSQ, centred, inv, row, count, eps);
    if (k.out(1) != null) {
      convert(k, mean, k.out(1).reshape(mean.dims()));
    }
    if (k.out(2) != null) {
      convert(k, inv, k.out(2).reshape(inv.dims()));
    }
  }

  private static void convert(KernelContext k, View from, View to) {
    Region r = new Region();
    r.convert(to.type(), r.input(from.type()), false, Round.TRUNC);
    MapKernel.run(k, r, List.of(from), to);
  }

  private static void subtract(KernelContext k, View a, View b, View out) {
    Region r = new Region();
    int x = r.input(a.type());
    r.bin(BinFn.SUB, out.type(), x, r.input(b.type()));
    MapKernel.run(k, r, List.of(a, b), out);
  }

  /** sum / count, or with a non-negative eps 1 / sqrt(sum / count + eps). */
  private static void moment(
      KernelContext k, RedFn fn, View in, View out, boolean[] row, long count, double eps) {
    Region finish = finish(out.type(), count, eps);
    ReduceKernel.run(k, Reduction.of(fn, out.type(), finish, in.type()), List.of(in), out, row);
  }

  /** 1 / sqrt(sum of squares of differences from the mean / count + eps). */
  private static void variance(
      KernelContext k, View in, View mean, View out, boolean[] row, long count, double eps) {
    DType w = out.type();
    Region differences = new Region();
    int x = differences.input(in.type());
    differences.bin(BinFn.SUB, w, x, differences.input(w));
    Region last = finish(w, count, eps);
    ReduceKernel.run(
        k, new Reduction(RedFn.SUMSQ, w, differences, last), List.of(in, mean), out, row);
  }

  private static Region finish(DType w, long count, double eps) {
    Region f = new Region();
    int v = f.bini(BinFn.DIV, w, f.input(w), (double) count);
    if (eps >= 0) {
      f.un(UnFn.RSQRT, w, f.bini(BinFn.ADD, w, v, eps));
    }
    return f;
  }

  private static void inPasses(
      KernelContext k,
      List<View> ins,
      int scale,
      int bias,
      boolean[] row,
      long count,
      double eps,
      boolean centred) {
    View x = nearby(k, ins.getFirst());
    DType w = wide(x.type());
    boolean again = centred && k.hw().core().vector().remakesValues();
    View mean = null;
    if (centred) {
      mean = temp(k, "mean", w, x, row);
      moment(k, RedFn.SUM, x, mean, row, count, -1);
    }
    if (centred && !again) {
      View c = k.temp("centred", w, x.dims());
      subtract(k, x, mean, c);
      x = c;
    }
    View inv = temp(k, "inv", w, x, row);
    if (again) {
      variance(k, x, mean, inv, row, count, eps);
    } else {
      moment(k, RedFn.SUMSQ, x, inv, row, count, eps);
    }
    Region r = new Region();
    List<View> args = new ArrayList<>(List.of(x, inv));
    int a = r.input(x.type());
    int b = r.input(w);
    if (again) {
      args.add(mean);
      a = r.bin(BinFn.SUB, w, a, r.input(w));
    }
    int s = scale < 0 ? -1 : r.input(ins.get(scale).type());
    int t = bias < 0 ? -1 : r.input(ins.get(bias).type());
    int v = r.bin(BinFn.MUL, w, a, b);
    if (s >= 0) {
      args.add(ins.get(scale));
      v = r.bin(BinFn.MUL, w, v, s);
    }
    if (t >= 0) {
      args.add(ins.get(bias));
      v = r.bin(BinFn.ADD, w, v, t);
    }
    v = r.convert(k.outType(0), v, false, Round.TRUNC);
    k.tail().append(r, v, args);
    MapKernel.run(k, r, args, k.out(0));
  }
}
