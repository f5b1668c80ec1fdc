package npusim.compiler.kernels;

import java.util.List;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Axis;
import npusim.compiler.codegen.Dma;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.ir.Node;
import npusim.compiler.memory.View;

/**
 * What depends on the present length of a KV cache besides the attention: {@code CacheRows} copies
 * the last rows of a table, {@code CacheAppend} writes new keys or values behind the old ones.
 */
final class CacheOp implements Kernel {
  private static final String APPEND = "CacheAppend";

  @Override
  public List<View> inPlace(KernelContext k) {
    return k.node().opType().equals(APPEND) ? List.of(k.in(0)) : null;
  }

  @Override
  public boolean takesResident(Node n, int input) {
    return n.opType().equals(APPEND) && input == 1;
  }

  @Override
  public void emit(KernelContext k) {
    if (k.node().opType().equals(APPEND)) {
      append(k);
    } else {
      rows(k);
    }
  }

  /** table [n, w], total → the rows total − steps … total − 1. */
  private static void rows(KernelContext k) {
    View table = k.in(0);
    View out = k.out(0);
    Aff first = k.launch(1).plus(-out.dims()[0]);
    View all = new View(table.storage(), table.offset(), out.dims(), table.strides());
    copy(k, all, out, new Aff[] {first, Aff.ZERO}, null);
  }

  /** cache [B, H, C, D], steps [B, H, S, D], total: steps go to rows total − S … total − 1. */
  private static void append(KernelContext k) {
    View cache = k.in(0);
    View steps = k.in(1);
    Aff first = k.launch(2).plus(-steps.dims()[2]);
    View place = new View(cache.storage(), cache.offset(), steps.dims(), cache.strides());
    copy(k, steps, place, null, new Aff[] {Aff.ZERO, Aff.ZERO, first, Aff.ZERO});
  }

  /** Copies a tensor through the scratchpad, cores sharing its outermost long dimension. */
  private static void copy(KernelContext k, View from, View to, Aff[] fromShift, Aff[] toShift) {
    long[] dims = from.dims();
    int cut = 0;
    for (int i = 0; i < dims.length - 1; i++) {
      cut = dims[i] > dims[cut] ? i : cut;
    }
    long rest = 1;
    for (int i = 0; i < dims.length; i++) {
      rest *= i == cut ? 1 : dims[i];
    }
    long tile = Math.max(1, k.spmBudget() / 2 * 8 / from.type().bits() / Math.max(1, rest));
    if (k.spmBudget() * 8 < 2 * rest * from.type().bits()) {
      throw k.tooSmall("scratchpad");
    }
    int axis = cut;
    k.launch(
        (e, part, parts) -> {
          long[] r = Axis.split(dims[axis], 1, part, parts);
          if (r[0] < r[1]) {
            copy(e, from, to, fromShift, toShift, new Axis("r", r[0], r[1], tile), axis);
          }
        });
  }

  private static void copy(
      Emitter e, View from, View to, Aff[] fromShift, Aff[] toShift, Axis rows, int axis) {
    long[] tile = from.dims().clone();
    tile[axis] = rows.tile();
    TileIn in = new TileIn(e, "in", from, tile, 2, Lane.LD0, Lane.ST);
    rows.loop(
        e,
        s -> {
          Aff[] origin = Aff.of(new long[tile.length]);
          Aff[] extents = Aff.of(tile);
          origin[axis] = s.origin();
          extents[axis] = s.extent();
          Loc local = in.fetch(shifted(origin, fromShift), extents);
          in.take(Lane.ST);
          Loc target = to.loc().at(shifted(origin, toShift));
          new Dma(e).store(target, local, TileIn.order(to.strides()), extents);
          in.release(Lane.ST);
          in.next();
        });
  }

  private static Aff[] shifted(Aff[] origin, Aff[] shift) {
    if (shift == null) {
      return origin;
    }
    Aff[] r = origin.clone();
    for (int i = 0; i < r.length; i++) {
      r[i] = r[i].plus(shift[i]);
    }
    return r;
  }
}
