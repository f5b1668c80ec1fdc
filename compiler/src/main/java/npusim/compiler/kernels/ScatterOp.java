package npusim.compiler.kernels;

import java.util.Arrays;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Axis;
import npusim.compiler.codegen.Indexed;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.LoopNest;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.ir.Node;
import npusim.compiler.memory.View;
import npusim.isa.ScatterFn;

/**
 * ScatterElements and ScatterND: the data is copied to the result, then tiles of it that hold the
 * whole indexed axis are updated on chip; plain updates of long rows are written by the DMA's
 * scatter instead.
 */
public final class ScatterOp implements Kernel {
  private static final int SLOTS = 2;

  @Override
  public String units() {
    return "VEC ST";
  }

  @Override
  public boolean takesResident(Node n, int input) {
    return false;
  }

  @Override
  public void emit(KernelContext k) {
    Node n = k.node();
    View out = k.out(0);
    if (out.size() == 0) {
      return;
    }
    MapKernel.copy(k, k.in(0), out);
    if (k.in(2).size() == 0) {
      return;
    }
    ScatterFn fn =
        switch (n.stringAttr("reduction", "none")) {
          case "none" -> ScatterFn.NONE;
          case "add" -> ScatterFn.ADD;
          case "mul" -> ScatterFn.MUL;
          case "max" -> ScatterFn.MAX;
          case "min" -> ScatterFn.MIN;
          default -> throw k.unsupported("reduction " + n.stringAttr("reduction", ""));
        };
    if (n.is("ScatterElements")) {
      elements(k, fn);
    } else {
      tuples(k, fn);
    }
  }

  private static void elements(KernelContext k, ScatterFn fn) {
    View out = k.out(0);
    View idx = k.in(1);
    int axis = (int) k.node().intAttr("axis", 0);
    axis = axis < 0 ? axis + out.rank() : axis;
    int r = out.rank();
    // Dimensions of the updates, the axis among them; then the axis of the result.
    long[] ds = Arrays.copyOf(out.strides(), r + 1);
    long[] dd = Arrays.copyOf(idx.dims(), r + 1);
    ds[axis] = 0;
    ds[r] = out.strides()[axis];
    dd[r] = out.dims()[axis];
    View target = new View(out.storage(), out.offset(), dd, ds);
    if (!ScatterTiles.run(k, fn, target, idx, k.in(2))) {
      throw k.tooSmall("scratchpad");
    }
  }

  private static void tuples(KernelContext k, ScatterFn fn) {
    View out = k.out(0);
    View idx = k.in(1);
    View updates = k.in(2);
    int q = (int) idx.dims()[idx.rank() - 1];
    int tuples = idx.rank() - 1;
    long[] lookup = Arrays.copyOf(out.dims(), q);
    View linear = TupleIndex.linear(k, idx, lookup);
    long limit = Arrays.stream(lookup).reduce(1, Math::multiplyExact);
    // Tuples as one dimension, so that their order is kept.
    long count = linear.size();
    int rest = out.rank() - q;
    long[] d = new long[1 + rest];
    long[] us = new long[1 + rest];
    long[] ds = new long[2 + rest];
    View u = updates.contiguous() ? updates : copy(k, updates);
    d[0] = count;
    us[0] = 1;
    for (int i = 0; i < rest; i++) {
      d[1 + i] = out.dims()[q + i];
      us[1 + i] = u.strides()[tuples + i];
      ds[1 + i] = out.strides()[q + i];
      us[0] *= d[1 + i];
    }
    long[] dd = Arrays.copyOf(d, 2 + rest);
    dd[1 + rest] = limit;
    ds[1 + rest] = q == 0 ? 0 : out.strides()[q - 1];
    View target = new View(out.storage(), out.offset(), dd, ds);
    View ix = linear.reshape(count);
    long[] is = new long[1 + rest];
    is[0] = 1;
    View list = new View(ix.storage(), ix.offset(), d, is);
    View values = new View(u.storage(), u.offset(), d, us);
    long row = 1;
    for (int i = 1; i < d.length; i++) {
      row *= d[i];
    }
    boolean rows =
        fn == ScatterFn.NONE && !out.storage().resident() && out.type().bytesFor(row) >= 32;
    if (rows || !ScatterTiles.run(k, fn, target, list, values)) {
      if (fn != ScatterFn.NONE || out.storage().resident()) {
        throw k.tooSmall("scratchpad");
      }
      byRows(k, target, ix, values, row);
    }
  }

  private static View copy(KernelContext k, View v) {
    View t = k.temp("updates", v.type(), v.dims());
    MapKernel.copy(k, v, t);
    return t;
  }

  /**
   * Rows to DRAM; the rows are one after the other on one core so that the last of equal indices
   * stays.
   */
  private static void byRows(KernelContext k, View target, View list, View values, long row) {
    int rest = values.rank() - 1;
    long elements = k.spmBudget() * 8 / (SLOTS * (values.type().bits() + 64L)) - 64;
    long rowTile = Math.min(row, Math.max(1, elements));
    long listTile = Math.min(list.size(), Math.max(1, elements / rowTile));
    View v =
        new View(
            values.storage(), values.offset(), new long[] {list.size(), row}, new long[] {row, 1});
    View t =
        new View(
            target.storage(),
            target.offset(),
            new long[] {target.dims()[1 + rest], row},
            new long[] {target.strides()[1 + rest], 1});
    k.launch(
        (e, part, parts) -> {
          long[] range = Axis.split(row, 16, part, parts);
          Axis columns = new Axis("c", range[0], range[1], rowTile);
          Axis rows = Axis.of("i", list.size(), listTile);
          LoopNest nest = new LoopNest(e, columns, rows);
          if (nest.empty()) {
            return;
          }
          int[] mv = {1, 0};
          int[] ml = {1};
          TileIn data = new TileIn(e, "v", v, nest.tile(mv), SLOTS, Lane.LD0, Lane.ST);
          TileIn indices = new TileIn(e, "i", list, nest.tile(ml), SLOTS, Lane.LD0, Lane.ST);
          LoopNest.Operand a = nest.operand(data, 2, mv, Lane.ST);
          LoopNest.Operand b = nest.operand(indices, 2, ml, Lane.ST);
          nest.run(
              () ->
                  new Indexed(e)
                      .scatterRows(
                          t.loc().at(Aff.ZERO, nest.at(0).origin()),
                          a.loc(),
                          b.loc(),
                          t.dims()[0],
                          nest.at(1).extent(),
                          nest.at(0).extent()));
        });
  }
}
