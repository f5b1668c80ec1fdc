package npusim.compiler.kernels;

import java.util.Arrays;
import java.util.List;
import npusim.compiler.ir.Node;
import npusim.compiler.kernels.ReduceKernel.Reduction;
import npusim.compiler.memory.View;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.RedFn;
import npusim.isa.Round;
import npusim.isa.UnFn;

/** Reduce operators. */
public final class ReduceOp implements Kernel {

  @Override
  public int divides(KernelContext k, int input, int dim) {
    boolean kept = k.node().intAttr("keepdims", 1) != 0 && k.outShape(0).length > 0;
    return input > 0 || input < 0 && !kept || axes(k)[dim] ? -1 : dim;
  }

  @Override
  public void emit(KernelContext k) {
    Node n = k.node();
    View in = k.in(0);
    boolean[] axes = axes(k);
    boolean any = false;
    long count = 1;
    long[] keep = in.dims().clone();
    for (int i = 0; i < axes.length; i++) {
      if (axes[i]) {
        any = true;
        count *= keep[i];
        keep[i] = 1;
      }
    }
    DType t = in.type();
    String op = n.opType();
    if (!any
        && (op.equals("ReduceMax")
            || op.equals("ReduceMin")
            || op.equals("ReduceSum")
            || op.equals("ReduceProd")
            || op.equals("ReduceMean"))) {
      MapKernel.copy(k, in, k.out(0).reshape(in.dims()));
      return;
    }
    boolean extreme = op.equals("ReduceMax") || op.equals("ReduceMin");
    boolean widens = op.equals("ReduceSumInteger");
    DType acc = widens ? DType.I32 : extreme || !t.isFloat() || t == DType.F64 ? t : DType.F32;
    Region finish = new Region();
    int v = finish.input(acc);
    RedFn fn =
        switch (op) {
          case "ReduceSum", "ReduceSumInteger", "ReduceLogSum", "ReduceMean" -> RedFn.SUM;
          case "ReduceMax" -> RedFn.MAX;
          case "ReduceMin" -> RedFn.MIN;
          case "ReduceProd" -> RedFn.PROD;
          case "ReduceSumSquare", "ReduceL2" -> RedFn.SUMSQ;
          case "ReduceL1" -> RedFn.SUMABS;
          default -> throw k.unsupported("");
        };
    switch (op) {
      case "ReduceMean" -> finish.bini(BinFn.DIV, t, v, (double) count);
      case "ReduceLogSum" -> finish.un(UnFn.LOG, t, v);
      case "ReduceL2" -> finish.un(UnFn.SQRT, t, v);
      default -> {
        if (acc != t && !widens) {
          finish.convert(t, v, false, Round.TRUNC);
        }
      }
    }
    Reduction f = Reduction.of(fn, acc, finish, t);
    ReduceKernel.run(k, f, List.of(in), k.out(0).reshape(keep), axes);
  }

  /** The reduced dimensions, from the attribute or the second input. */
  static boolean[] axes(KernelContext k) {
    Node n = k.node();
    int rank = k.in(0).rank();
    long[] list = n.intsAttr("axes", (long[]) null);
    if (list == null && n.hasInput(1)) {
      list = k.longs(1, "axes");
    }
    boolean[] axes = new boolean[rank];
    if (list == null || list.length == 0) {
      boolean all = n.intAttr("noop_with_empty_axes", 0) == 0;
      Arrays.fill(axes, all);
      return axes;
    }
    for (long a : list) {
      axes[(int) (a < 0 ? a + rank : a)] = true;
    }
    return axes;
  }
}
