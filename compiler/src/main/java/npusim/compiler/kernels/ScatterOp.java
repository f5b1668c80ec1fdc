package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Area;
import npusim.compiler.codegen.Axis;
import npusim.compiler.codegen.Dma;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Indexed;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
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
    if (!onChip(k, fn, target, idx, k.in(2))) {
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
    if (rows || !onChip(k, fn, target, list, values)) {
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
   * Updates tiles that hold the whole axis.
   *
   * @param target dimensions of the updates (stride 0 where the index decides), then the axis
   */
  private static boolean onChip(
      KernelContext k, ScatterFn fn, View target, View idx, View updates) {
    int r = updates.rank();
    long[] tile = updates.dims().clone();
    int cut = -1;
    for (int i = 0; i < r; i++) {
      boolean free = target.strides()[i] != 0;
      cut = free && (cut < 0 || updates.dims()[i] > updates.dims()[cut]) ? i : cut;
    }
    if (cut >= 0 && k.cores() > 1) {
      tile[cut] = Math.ceilDiv(tile[cut], k.cores());
    }
    while (bytes(tile, target, idx, updates) > k.spmBudget()) {
      int largest = -1;
      for (int i = 0; i < r; i++) {
        boolean free = target.strides()[i] != 0;
        // Free dimensions shrink the tile of the result too, so they go first.
        if (tile[i] > 1 && (largest < 0 || free && tile[i] >= tile[largest])) {
          largest = i;
        }
      }
      if (largest < 0) {
        if (bytes(tile, target, idx, updates) <= 2 * k.spmBudget() - 2048) {
          break;
        }
        return false;
      }
      tile[largest] = (tile[largest] + 1) / 2;
    }
    int split = cut;
    k.launch((e, part, parts) -> onChip(e, part, parts, split, fn, target, idx, updates, tile));
    return true;
  }

  private static long bytes(long[] tile, View target, View idx, View updates) {
    long t = target.dims()[updates.rank()];
    long n = 1;
    for (int i = 0; i < tile.length; i++) {
      t *= target.strides()[i] == 0 ? 1 : tile[i];
      n *= tile[i];
    }
    return target.type().bytesFor(t)
        + SLOTS * (idx.type().bytesFor(n) + updates.type().bytesFor(n))
        + 1024;
  }

  private static void onChip(
      Emitter e,
      int part,
      int parts,
      int cut,
      ScatterFn fn,
      View target,
      View idx,
      View updates,
      long[] tile) {
    int r = updates.rank();
    if (cut < 0 && part > 0) {
      return;
    }
    // The result's tile stays while all updates to it pass: its dimensions are the outer loops.
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < r; i++) {
      if (target.strides()[i] != 0) {
        order.add(i);
      }
    }
    int kept = order.size();
    for (int i = 0; i < r; i++) {
      if (target.strides()[i] == 0) {
        order.add(i);
      }
    }
    Axis[] axes = new Axis[r];
    int[] map = new int[r];
    for (int a = 0; a < r; a++) {
      int i = order.get(a);
      long n = updates.dims()[i];
      long[] range = i == cut ? Axis.split(n, 1, part, parts) : new long[] {0, n};
      axes[a] = new Axis("d" + i, range[0], range[1], tile[i]);
      map[i] = a;
    }
    LoopNest nest = new LoopNest(e, axes);
    if (nest.empty()) {
      return;
    }
    int[] mapTarget = new int[r + 1];
    long[] targetTile = new long[r + 1];
    for (int i = 0; i < r; i++) {
      mapTarget[i] = target.strides()[i] == 0 ? -1 : map[i];
      targetTile[i] = target.strides()[i] == 0 ? 1 : axes[map[i]].tile();
    }
    mapTarget[r] = -1;
    targetTile[r] = target.dims()[r];
    long n = Arrays.stream(targetTile).reduce(1, Math::multiplyExact);
    Area area = e.scratch(target.type().bytesFor(n));
    Loc local = new Loc(area, Aff.of(area.lo()), TileIn.layout(target, targetTile), target.type());
    int loaded = e.semaphore(Lane.LD0, Lane.VEC);
    int updated = e.semaphore(Lane.VEC, Lane.ST);
    int stored = e.semaphore(Lane.ST, Lane.LD0);
    e.signal(Lane.ST, stored, 1);
    LoopNest.Operand ix = operand(e, nest, idx, map);
    LoopNest.Operand up = operand(e, nest, updates, map);
    nest.around(
        kept,
        () -> {
          e.await(Lane.LD0, stored, 1);
          Aff[] ext = nest.extents(mapTarget);
          ext[r] = Aff.of(target.dims()[r]);
          new Dma(e)
              .load(
                  Lane.LD0,
                  local,
                  target.loc().at(nest.origin(mapTarget)),
                  TileIn.order(target.strides()),
                  ext);
          e.signal(Lane.LD0, loaded, 1);
          e.await(Lane.VEC, loaded, 1);
        },
        () -> {
          e.signal(Lane.VEC, updated, 1);
          e.await(Lane.ST, updated, 1);
          Aff[] ext = nest.extents(mapTarget);
          ext[r] = Aff.of(target.dims()[r]);
          new Dma(e)
              .store(
                  target.loc().at(nest.origin(mapTarget)),
                  local,
                  TileIn.order(target.strides()),
                  ext);
          e.signal(Lane.ST, stored, 1);
        });
    nest.run(
        () ->
            new Indexed(e)
                .scatter(
                    fn,
                    local.withStrides(Arrays.copyOf(local.strides(), r)),
                    up.loc(),
                    ix.loc(),
                    local.strides()[r],
                    target.dims()[r],
                    nest.extents(map)));
    e.await(Lane.LD0, stored, 1);
  }

  private static LoopNest.Operand operand(Emitter e, LoopNest nest, View v, int[] map) {
    int depth = nest.depth(map, v.strides());
    TileIn in = new TileIn(e, "in", v, nest.tile(map), depth == 0 ? 1 : SLOTS, Lane.LD0, Lane.VEC);
    return nest.operand(in, depth, map, Lane.VEC);
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
