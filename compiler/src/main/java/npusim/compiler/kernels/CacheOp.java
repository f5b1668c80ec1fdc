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

  /**
   * Copies a tensor through the scratchpad, cores sharing its longest dimension but the last. A
   * tile holds as much of the inner dimensions as fits.
   */
  private static void copy(KernelContext k, View from, View to, Aff[] fromShift, Aff[] toShift) {
    long[] dims = from.dims();
    long room = k.spmBudget() / 2 * 8 / from.type().bits();
    if (room < 1) {
      throw k.tooSmall("scratchpad");
    }
    long[] tile = new long[dims.length];
    for (int i = dims.length - 1; i >= 0; i--) {
      tile[i] = Math.clamp(room, 1, Math.max(1, dims[i]));
      room /= tile[i];
    }
    int cut = 0;
    for (int i = 0; i < dims.length - 1; i++) {
      cut = dims[i] > dims[cut] ? i : cut;
    }
    int shared = cut;
    k.launch(
        (e, part, parts) -> {
          long[] r = Axis.split(dims[shared], 1, part, parts);
          if (r[0] < r[1]) {
            var axes = new Axis[dims.length];
            for (int i = 0; i < dims.length; i++) {
              axes[i] =
                  i == shared
                      ? new Axis("r" + i, r[0], r[1], tile[i])
                      : new Axis("r" + i, 0, dims[i], tile[i]);
            }
            TileIn in = new TileIn(e, "in", from, tile, 2, Lane.LD0, Lane.ST);
            copy(
                e, in, to, fromShift, toShift, axes, 0, new Aff[dims.length], new Aff[dims.length]);
          }
        });
  }

  /** Walks the axes from {@code at} on; those before it stand at {@code origin}. */
  private static void copy(
      Emitter e,
      TileIn in,
      View to,
      Aff[] fromShift,
      Aff[] toShift,
      Axis[] axes,
      int at,
      Aff[] origin,
      Aff[] extents) {
    if (at == axes.length) {
      Loc local = in.fetch(shifted(origin, fromShift), extents);
      in.take(Lane.ST);
      Loc target = to.loc().at(shifted(origin, toShift));
      new Dma(e).store(target, local, TileIn.order(to.strides()), extents);
      in.release(Lane.ST);
      in.next();
      return;
    }
    axes[at].loop(
        e,
        s -> {
          origin[at] = s.origin();
          extents[at] = s.extent();
          copy(e, in, to, fromShift, toShift, axes, at + 1, origin.clone(), extents.clone());
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
