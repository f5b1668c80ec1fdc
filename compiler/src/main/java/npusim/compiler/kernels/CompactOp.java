package npusim.compiler.kernels;

import java.util.Arrays;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Dma;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Indexed;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.Vec;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Node;
import npusim.compiler.memory.View;
import npusim.isa.BinFn;
import npusim.isa.DType;

/**
 * NonZero and Compress: results whose size depends on data. The result has room for the largest
 * size; a buffer named as the bounded dimension holds how much of it is valid.
 */
public final class CompactOp implements Kernel {

  @Override
  public boolean takesResident(Node n, int input) {
    return false;
  }

  @Override
  public void emit(KernelContext k) {
    Node n = k.node();
    if (n.is("NonZero")) {
      View x = k.in(0);
      long bound = k.out(0).dims()[1];
      if (bound > 0) {
        positions(k, x, k.out(0), true, bound);
      }
      return;
    }
    View data = k.in(0);
    View out = k.out(0);
    boolean flat = !n.has("axis");
    int axis = (int) n.intAttr("axis", 0);
    axis = axis < 0 ? axis + data.rank() : axis;
    if (flat) {
      View whole = data.reshape(data.size());
      if (whole == null) {
        View copy = k.temp("data", data.type(), data.dims());
        MapKernel.copy(k, data, copy);
        whole = copy.reshape(data.size());
      }
      data = whole;
      axis = 0;
    }
    View condition = k.in(1);
    long bound = out.dims()[axis];
    if (bound == 0) {
      return;
    }
    long used = Math.min(condition.dims()[0], data.dims()[axis]);
    View list = k.temp("positions", DType.I64, bound);
    positions(k, condition.slice(0, 0, used, 1), list, false, bound);
    int r = out.rank();
    long[] ds = Arrays.copyOf(data.strides(), r + 1);
    ds[axis] = 0;
    ds[r] = data.strides()[axis];
    long[] dd = Arrays.copyOf(out.dims(), r + 1);
    dd[r] = data.dims()[axis];
    long[] is = new long[r];
    is[axis] = 1;
    GatherKernel.run(
        k,
        new View(data.storage(), data.offset(), dd, ds),
        new View(list.storage(), 0, out.dims(), is),
        out);
  }

  /**
   * Positions of the elements that aren't 0, the rest of the list 0, and their number.
   *
   * @param coordinates whether a position becomes one row per dimension
   */
  private static void positions(
      KernelContext k, View x, View out, boolean coordinates, long bound) {
    Dim dim =
        k.graph().tensorType(k.node().output(0)).dims().stream()
            .filter(Dim::isBounded)
            .findFirst()
            .orElse(null);
    View count = dim == null ? k.temp("count", DType.I64, 1) : k.countBuffer(dim.symbol());
    long size = x.size();
    k.launch(
        (e, part, parts) -> {
          if (part == 0) {
            emit(e, x, out, count, coordinates, bound, size);
          }
        });
  }

  private static void emit(
      Emitter e, View x, View out, View count, boolean coordinates, long bound, long size) {
    long[] layout = View.rowMajor(x.dims());
    Loc in = e.tensor(x.type(), Math.max(1, size), layout);
    Loc list = e.tensor(DType.I64, Math.max(1, bound), 1);
    Loc row = e.tensor(DType.I64, Math.max(1, bound), 1);
    Loc number = e.tensor(DType.I64, 1, 1);
    int loaded = e.semaphore(Lane.LD0, Lane.VEC);
    int ready = e.semaphore(Lane.VEC, Lane.ST);
    int stored = e.semaphore(Lane.ST, Lane.VEC);
    Aff[] ext = Aff.of(x.dims());
    Vec v = new Vec(e);
    v.fill(list, 0L, Aff.of(bound));
    if (x.storage().resident()) {
      v.copy(in, x.loc(), ext);
    } else {
      new Dma(e).load(Lane.LD0, in, x.loc(), ext);
      e.signal(Lane.LD0, loaded, 1);
      e.await(Lane.VEC, loaded, 1);
    }
    new Indexed(e).compact(list, number, in, bound, ext);
    e.signal(Lane.VEC, ready, 1);
    e.await(Lane.ST, ready, 1);
    new Dma(e).store(count.loc(), number, Aff.ONE);
    int rank = coordinates ? x.rank() : 1;
    for (int d = 0; d < rank; d++) {
      Loc from = list;
      if (coordinates) {
        if (d > 0) {
          e.signal(Lane.ST, stored, 1);
          e.await(Lane.VEC, stored, 1);
        }
        v.bini(BinFn.DIV, row, list, layout[d], false, Aff.of(bound));
        v.bini(BinFn.MOD, row, row, x.dims()[d], false, Aff.of(bound));
        e.signal(Lane.VEC, ready, 1);
        e.await(Lane.ST, ready, 1);
        from = row;
      }
      Loc to = coordinates ? out.slice(0, d, 1, 1).loc() : out.loc();
      new Dma(e).store(to.withStrides(out.strides()[out.rank() - 1]), from, Aff.of(bound));
    }
  }
}
