package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Axis;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Indexed;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.LoopNest;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.codegen.TileOut;
import npusim.compiler.ir.Node;
import npusim.compiler.memory.View;
import npusim.compiler.tiling.TileChooser;
import npusim.isa.RedFn;
import npusim.isa.ScanFn;

/**
 * Operators that work along one axis held whole on chip: ArgMax, ArgMin, CumSum, CumProd, TopK.
 * Rows of the first two may be longer ({@link LongRows}).
 */
public final class AxisOp implements Kernel {
  private static final int SLOTS = 2;

  @Override
  public void emit(KernelContext k) {
    Node n = k.node();
    View in = k.in(0);
    int rank = in.rank();
    boolean scan = n.is("CumSum") || n.is("CumProd");
    long a = scan ? k.longs(1, "axis")[0] : n.intAttr("axis", n.is("TopK") ? -1 : 0);
    int axis = (int) (a < 0 ? a + rank : a);
    if (in.size() == 0) {
      return;
    }
    View x = last(in, axis);
    switch (n.opType()) {
      case "ArgMax", "ArgMin" -> {
        long[] d = in.dims().clone();
        d[axis] = 1;
        View o = last(k.out(0).reshape(d), axis);
        boolean lastIndex = n.intAttr("select_last_index", 0) != 0;
        RedFn fn = n.is("ArgMax") ? RedFn.ARGMAX : RedFn.ARGMIN;
        run(
            k,
            x,
            List.of(o),
            (e, src, dst, ext) ->
                new Indexed(e).argReduce(fn, lastIndex, Aff.ZERO, dst[0], src, ext),
            cut -> new LongRows(k, fn, lastIndex, x, o, cut).run());
      }
      case "CumSum", "CumProd" -> {
        ScanFn fn = n.is("CumSum") ? ScanFn.SUM : ScanFn.PROD;
        boolean exclusive = n.intAttr("exclusive", 0) != 0;
        boolean reverse = n.intAttr("reverse", 0) != 0;
        run(
            k,
            x,
            List.of(last(k.out(0), axis)),
            (e, src, dst, ext) -> new Indexed(e).scan(fn, exclusive, reverse, dst[0], src, ext));
      }
      case "TopK" -> topK(k, x, axis);
      default -> throw k.unsupported("");
    }
  }

  private static void topK(KernelContext k, View x, int axis) {
    View values = k.out(0);
    View indices = k.out(1);
    long count = (values != null ? values : indices).dims()[axis];
    long[] d = (values != null ? values : indices).dims();
    if (values == null) {
      values = k.temp("values", x.type(), d);
    }
    if (indices == null) {
      indices = k.temp("indices", npusim.isa.DType.I64, d);
    }
    if (count == 0) {
      return;
    }
    boolean smallest = k.node().intAttr("largest", 1) == 0;
    run(
        k,
        x,
        List.of(last(values, axis), last(indices, axis)),
        (e, src, dst, ext) -> new Indexed(e).topK(smallest, count, dst[0], dst[1], src, ext));
  }

  /** The view with one dimension moved to the end. */
  private static View last(View v, int axis) {
    int[] p = new int[v.rank()];
    for (int i = 0, j = 0; i < p.length; i++) {
      if (i != axis) {
        p[j++] = i;
      }
    }
    p[p.length - 1] = axis;
    return v.transpose(p);
  }

  /** What is done to a tile; extents are those of the input. */
  @FunctionalInterface
  private interface Body {
    void emit(Emitter e, Loc src, Loc[] dst, Aff[] extents);
  }

  private static void run(KernelContext k, View in, List<View> outs, Body body) {
    run(
        k,
        in,
        outs,
        body,
        cut -> {
          throw k.tooSmall("scratchpad");
        });
  }

  /**
   * As above.
   *
   * @param tooLong what to do with rows that don't fit, given the dimension that cores divide
   */
  private static void run(
      KernelContext k, View in, List<View> outs, Body body, IntConsumer tooLong) {
    int r = in.rank();
    long[] dims = in.dims().clone();
    boolean[] whole = new boolean[r];
    whole[r - 1] = true;
    List<TileChooser.Operand> operands = new ArrayList<>();
    if (!in.storage().resident()) {
      operands.add(operand(in));
    }
    outs.forEach(o -> operands.add(operand(o)));
    int cut = -1;
    for (int i = 0; i < r - 1; i++) {
      cut = cut < 0 || dims[i] > dims[cut] ? i : cut;
    }
    if (k.cores() > 1 && cut >= 0) {
      dims[cut] = Math.ceilDiv(dims[cut], k.cores());
    }
    long[] found = TileChooser.choose(dims, operands, 0, k.spmBudget() - 512, whole);
    if (found == null) {
      found = TileChooser.choose(dims, operands, 0, 2 * k.spmBudget() - 2048, whole);
    }
    if (found == null) {
      tooLong.accept(cut);
      return;
    }
    long[] tile = found;
    int split = cut;
    k.launch(
        (e, part, parts) -> {
          if (split < 0 && part > 0) {
            return;
          }
          Axis[] axes = new Axis[r];
          int[] map = new int[r];
          for (int i = 0; i < r; i++) {
            long n = in.dims()[i];
            long[] range = i == split ? Axis.split(n, 1, part, parts) : new long[] {0, n};
            axes[i] = new Axis("d" + i, range[0], range[1], tile[i]);
            map[i] = i;
          }
          LoopNest nest = new LoopNest(e, axes);
          if (nest.empty()) {
            return;
          }
          TileIn src = new TileIn(e, "in", in, nest.tile(map), SLOTS, Lane.LD0, Lane.VEC);
          LoopNest.Operand x = nest.operand(src, r, map, Lane.VEC);
          List<TileOut> results = new ArrayList<>();
          for (View o : outs) {
            long[] t = nest.tile(map);
            t[r - 1] = o.dims()[r - 1];
            results.add(new TileOut(e, "out", o, t, SLOTS, Lane.VEC, k.otherCores(part)));
          }
          nest.run(
              () -> {
                Loc[] dst = new Loc[results.size()];
                for (int i = 0; i < dst.length; i++) {
                  Aff[] ext = nest.extents(map);
                  ext[r - 1] = Aff.of(outs.get(i).dims()[r - 1]);
                  dst[i] = results.get(i).begin(nest.origin(map), ext);
                }
                body.emit(e, x.loc(), dst, nest.extents(map));
                results.forEach(TileOut::commit);
              });
        });
  }

  private static TileChooser.Operand operand(View v) {
    return new TileChooser.Operand(v.strides(), (long) SLOTS * v.type().bits(), v.type().bits());
  }
}
