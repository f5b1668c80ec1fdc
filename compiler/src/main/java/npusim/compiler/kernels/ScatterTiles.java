package npusim.compiler.kernels;

import java.util.Arrays;
import java.util.stream.IntStream;
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
import npusim.compiler.memory.View;
import npusim.isa.ScatterFn;

/**
 * Updates on chip: a tile of the result that holds the whole indexed axis is loaded, takes all
 * updates to it and is stored.
 */
final class ScatterTiles {
  private static final int SLOTS = 2;

  private final ScatterFn fn;
  private final View target;
  private final View idx;
  private final View updates;
  private final long[] tile;

  /** Dimension that cores divide, -1 when the first does all. */
  private final int cut;

  private ScatterTiles(ScatterFn fn, View target, View idx, View updates, int cores) {
    this.fn = fn;
    this.target = target;
    this.idx = idx;
    this.updates = updates;
    tile = updates.dims().clone();
    int longest = -1;
    for (int i = 0; i < tile.length; i++) {
      longest = isFree(i) && (longest < 0 || tile[i] > tile[longest]) ? i : longest;
    }
    cut = longest;
    if (cut >= 0) {
      tile[cut] = Math.ceilDiv(tile[cut], cores);
    }
  }

  /**
   * Applies updates to a result in memory.
   *
   * @param target dimensions of the updates (stride 0 where the index decides), then the axis
   * @param idx indices along the axis, of the updates' dimensions
   * @return false when the smallest tile is larger than the scratchpad
   */
  static boolean run(KernelContext k, ScatterFn fn, View target, View idx, View updates) {
    ScatterTiles s = new ScatterTiles(fn, target, idx, updates, k.cores());
    if (!s.fit(k.spmBudget())) {
      return false;
    }
    k.launch(s::emit);
    return true;
  }

  /** Whether a dimension of the updates is one of the result too, which tiles may divide. */
  private boolean isFree(int dim) {
    return target.strides()[dim] != 0;
  }

  /** Shrinks the tile until it fits; twice the budget, without prefetch, is the limit. */
  private boolean fit(long budget) {
    while (bytes() > budget) {
      int largest = -1;
      for (int i = 0; i < tile.length; i++) {
        // Free dimensions shrink the tile of the result too, so they go first.
        if (tile[i] > 1 && (largest < 0 || isFree(i) && tile[i] >= tile[largest])) {
          largest = i;
        }
      }
      if (largest < 0) {
        return bytes() <= 2 * budget - 2048;
      }
      tile[largest] = (tile[largest] + 1) / 2;
    }
    return true;
  }

  private long bytes() {
    long t = target.dims()[updates.rank()];
    long n = 1;
    for (int i = 0; i < tile.length; i++) {
      t *= isFree(i) ? tile[i] : 1;
      n *= tile[i];
    }
    return target.type().bytesFor(t)
        + SLOTS * (idx.type().bytesFor(n) + updates.type().bytesFor(n))
        + 1024;
  }

  private void emit(Emitter e, int part, int parts) {
    int r = updates.rank();
    if (cut < 0 && part > 0) {
      return;
    }
    // The result's tile stays while all updates to it pass: its dimensions are the outer loops.
    int[] order =
        IntStream.concat(
                IntStream.range(0, r).filter(this::isFree),
                IntStream.range(0, r).filter(i -> !isFree(i)))
            .toArray();
    Axis[] axes = new Axis[r];
    int[] map = new int[r];
    for (int a = 0; a < r; a++) {
      int i = order[a];
      long n = updates.dims()[i];
      long[] range = i == cut ? Axis.split(n, 1, part, parts) : new long[] {0, n};
      axes[a] = new Axis("d" + i, range[0], range[1], tile[i]);
      map[i] = a;
    }
    LoopNest nest = new LoopNest(e, axes);
    if (nest.empty()) {
      return;
    }
    Kept kept = new Kept(e, nest, map, axes);
    LoopNest.Operand ix = operand(e, nest, idx, map);
    LoopNest.Operand up = operand(e, nest, updates, map);
    int outer = (int) IntStream.range(0, r).filter(this::isFree).count();
    nest.around(outer, kept::load, kept::store);
    Loc rows = kept.local.withStrides(Arrays.copyOf(kept.local.strides(), r));
    nest.run(
        () ->
            new Indexed(e)
                .scatter(
                    fn,
                    rows,
                    up.loc(),
                    ix.loc(),
                    kept.local.strides()[r],
                    target.dims()[r],
                    nest.extents(map)));
    e.await(Lane.LD0, kept.stored, 1);
  }

  private static LoopNest.Operand operand(Emitter e, LoopNest nest, View v, int[] map) {
    int depth = nest.depth(map, v.strides());
    TileIn in = new TileIn(e, "in", v, nest.tile(map), depth == 0 ? 1 : SLOTS, Lane.LD0, Lane.VEC);
    return nest.operand(in, depth, map, Lane.VEC);
  }

  /** The result's tile in the scratchpad. */
  private final class Kept {
    final Loc local;
    final int stored;
    private final Emitter e;
    private final LoopNest nest;
    private final int[] map;
    private final int loaded;
    private final int updated;

    Kept(Emitter e, LoopNest nest, int[] updatesMap, Axis[] axes) {
      this.e = e;
      this.nest = nest;
      int r = updates.rank();
      map = new int[r + 1];
      long[] extents = new long[r + 1];
      for (int i = 0; i < r; i++) {
        map[i] = isFree(i) ? updatesMap[i] : -1;
        extents[i] = isFree(i) ? axes[updatesMap[i]].tile() : 1;
      }
      map[r] = -1;
      extents[r] = target.dims()[r];
      long n = Arrays.stream(extents).reduce(1, Math::multiplyExact);
      Area area = e.scratch(target.type().bytesFor(n));
      local = new Loc(area, Aff.of(area.lo()), TileIn.layout(target, extents), target.type());
      loaded = e.semaphore(Lane.LD0, Lane.VEC);
      updated = e.semaphore(Lane.VEC, Lane.ST);
      stored = e.semaphore(Lane.ST, Lane.LD0);
      e.signal(Lane.ST, stored, 1);
    }

    void load() {
      e.await(Lane.LD0, stored, 1);
      new Dma(e).load(Lane.LD0, local, memory(), TileIn.order(target.strides()), extents());
      e.signal(Lane.LD0, loaded, 1);
      e.await(Lane.VEC, loaded, 1);
    }

    void store() {
      e.signal(Lane.VEC, updated, 1);
      e.await(Lane.ST, updated, 1);
      new Dma(e).store(memory(), local, TileIn.order(target.strides()), extents());
      e.signal(Lane.ST, stored, 1);
    }

    private Loc memory() {
      return target.loc().at(nest.origin(map));
    }

    private Aff[] extents() {
      Aff[] ext = nest.extents(map);
      ext[map.length - 1] = Aff.of(target.dims()[map.length - 1]);
      return ext;
    }
  }
}
