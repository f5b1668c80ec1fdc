package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Axis;
import npusim.compiler.codegen.Dma;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.Shape4;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.codegen.TileOut;
import npusim.compiler.memory.View;
import npusim.compiler.tiling.TileChooser;

/**
 * Evaluates a {@link Region} over tensors of one shape, tile by tile; copies and permutations are a
 * special case.
 */
public final class MapKernel {
  private static final int SLOTS = 2;
  private static final long MIN_TILE_BYTES = 16 << 10;
  private static final long MOST_TILES = 4;

  private final KernelContext k;
  private final Region region;
  private final List<View> ins;
  private final View out;
  private final boolean[] reduced;

  private MapKernel(KernelContext k, Region region, List<View> ins, View out, boolean[] reduced) {
    this.k = k;
    this.region = region;
    this.ins = ins;
    this.out = out;
    this.reduced = reduced;
  }

  /**
   * Computes {@code out = region(ins)}.
   *
   * @param ins views that broadcast to the result's shape
   */
  public static void run(KernelContext k, Region region, List<View> ins, View out) {
    if (!rows(k, region, ins, out, new boolean[out.rank()])) {
      throw k.tooSmall("scratchpad");
    }
  }

  /**
   * As {@link #run} with a region that reduces rows: the marked dimensions of the result's shape.
   *
   * @return false when a row doesn't fit in the scratchpad; nothing is emitted then
   */
  public static boolean rows(
      KernelContext k, Region region, List<View> ins, View out, boolean[] row) {
    if (out.size() == 0) {
      return true;
    }
    List<View> all = new ArrayList<>();
    for (View v : ins) {
      all.add(v.broadcast(out.dims()));
    }
    all.add(out);
    // Dimensions in the order in which the result lies in memory.
    int[] order = TileIn.order(out.strides());
    all.replaceAll(v -> v.transpose(order));
    int[] groups = new int[row.length];
    for (int i = 0; i < row.length; i++) {
      groups[i] = row[order[i]] ? 1 : 0;
    }
    List<Shape4.Dim> dims = simplified(all, groups);
    List<View> flat = views(all, dims);
    boolean[] reduced = new boolean[Math.max(1, dims.size())];
    for (int i = 0; i < dims.size(); i++) {
      reduced[i] = dims.get(i).group() == 1;
    }
    return new MapKernel(k, region, flat.subList(0, ins.size()), flat.getLast(), reduced).launch();
  }

  /** Copies a view to another of the same shape and type. */
  public static void copy(KernelContext k, View from, View to) {
    Region r = new Region();
    int a = r.input(from.type());
    if (from.storage().resident() || to.storage().resident() || !sameInner(from, to)) {
      r.copy(a);
    }
    run(k, r, List.of(from), to);
  }

  /** Merges dimensions that all views walk evenly. */
  static List<Shape4.Dim> simplified(List<View> views, int[] groups) {
    long[][] strides = new long[views.size()][];
    for (int i = 0; i < strides.length; i++) {
      strides[i] = views.get(i).strides();
    }
    return Shape4.simplify(Aff.of(views.getFirst().dims()), strides, groups);
  }

  /** The views over merged dimensions. */
  static List<View> views(List<View> views, List<Shape4.Dim> merged) {
    List<View> result = new ArrayList<>();
    for (int i = 0; i < views.size(); i++) {
      long[] d = new long[Math.max(1, merged.size())];
      long[] s = new long[d.length];
      d[0] = 1;
      for (int j = 0; j < merged.size(); j++) {
        d[j] = merged.get(j).extent().value();
        s[j] = merged.get(j).strides()[i];
      }
      result.add(new View(views.get(i).storage(), views.get(i).offset(), d, s));
    }
    return result;
  }

  private static boolean sameInner(View a, View b) {
    return inner(a) == inner(b);
  }

  private static int inner(View v) {
    int best = -1;
    for (int i = 0; i < v.rank(); i++) {
      if (v.dims()[i] > 1
          && v.strides()[i] != 0
          && (best < 0 || Math.abs(v.strides()[i]) < Math.abs(v.strides()[best]))) {
        best = i;
      }
    }
    return best;
  }

  private boolean launch() {
    long[] dims = out.dims();
    int parts = k.cores();
    int cut = cutDimension(dims, parts);
    long[] part = dims.clone();
    if (cut >= 0) {
      long grain = cut == dims.length - 1 && given() < 0 ? 64 : 1;
      long units = Math.ceilDiv(Math.ceilDiv(dims[cut], grain), parts);
      part[cut] = Math.min(dims[cut], units * grain);
    }
    List<TileChooser.Operand> operands = new ArrayList<>();
    for (View v : ins) {
      operands.add(operand(v));
    }
    if (!region.isCopy()) {
      operands.add(operand(out));
    }
    operands.removeIf(o -> o == null);
    long scratchBits = region.scratchBits();
    long target = k.spmBudget() - 64L * (2 * ins.size() + region.temps().size() + 4);
    // Several tiles per core let loads, compute and stores overlap.
    long whole = TileChooser.footprint(part, operands, scratchBits);
    target = Math.min(target, Math.max(MIN_TILE_BYTES, whole / tiles(whole)));
    boolean[] uncut = reduced.clone();
    for (int i = 0; i < uncut.length; i++) {
      uncut[i] |= !divisible(i);
    }
    long[] tile = TileChooser.choose(part, operands, scratchBits, target, uncut);
    if (tile == null) {
      tile = TileChooser.choose(part, operands, scratchBits, 2 * k.spmBudget() - 4096, uncut);
    }
    if (tile == null) {
      return false;
    }
    long[] chosen = tile;
    k.launch((e, p, n) -> emit(e, p, n, cut, chosen));
    return true;
  }

  /**
   * Tiles worth cutting a core's part into: each more takes a transfer's start-up, and leaves less
   * of the first load and the last store that nothing overlaps.
   */
  private long tiles(long footprint) {
    double rate = k.hw().memoryReadBytesPerCycle() / k.cores();
    double startup = Math.max(1, k.hw().core().dma().load().startupCycles());
    long slot = footprint / SLOTS;
    double best = Math.sqrt(slot / (rate * startup));
    return Math.clamp(Math.round(best), 1, MOST_TILES);
  }

  private static TileChooser.Operand operand(View v) {
    return v.storage().resident()
        ? null
        : new TileChooser.Operand(v.strides(), (long) SLOTS * v.type().bits(), v.type().bits());
  }

  /** Packed elements begin on a byte only where steps are even, or runs are cut at even places. */
  private boolean divisible(int d) {
    List<View> all = new ArrayList<>(ins);
    all.add(out);
    for (View v : all) {
      boolean run = d == v.rank() - 1 && v.strides()[d] == 1;
      if (v.type().isPacked() && v.strides()[d] % 2 != 0 && !run) {
        return false;
      }
    }
    return true;
  }

  /** The dimension that is shared among cores: the outermost that has enough, else the longest. */
  private int cutDimension(long[] dims, int parts) {
    int best = given();
    if (best >= 0) {
      return best;
    }
    for (int i = 0; i < dims.length; i++) {
      if (reduced[i] || !divisible(i)) {
        continue;
      }
      long grain = i == dims.length - 1 ? 64 : 1;
      if (dims[i] >= parts * grain) {
        return i;
      }
      if (best < 0 || dims[i] > dims[best]) {
        best = i;
      }
    }
    return best;
  }

  /** The dimension along which operands are divided among the cores already, or -1. */
  private int given() {
    List<View> all = new ArrayList<>(ins);
    all.add(out);
    return Cuts.given(all);
  }

  private void emit(Emitter e, int part, int parts, int cut, long[] tile) {
    long[] dims = out.dims();
    int n = dims.length;
    if (cut < 0 && part > 0) {
      return;
    }
    Axis[] axes = new Axis[n];
    for (int i = 0; i < n; i++) {
      long[] range = {0, dims[i]};
      if (i == cut) {
        range = Axis.split(dims[i], i == n - 1 && given() < 0 ? 64 : 1, part, parts);
      }
      if (range[1] <= range[0]) {
        return;
      }
      axes[i] = new Axis("d" + i, range[0], range[1], tile[i]);
    }
    long[] extents = new long[n];
    for (int i = 0; i < n; i++) {
      extents[i] = axes[i].tile();
    }
    new Nest(e, axes, extents, part).run();
  }

  /** The loops of one core. */
  private final class Nest {
    private final Emitter e;
    private final Axis[] axes;
    private final TileIn[] tiles = new TileIn[ins.size()];
    private final int[] depth = new int[ins.size()];
    private final Loc[] locs = new Loc[ins.size()];
    private final Loc[] scratch;
    private final TileOut result;
    private final Axis.Step[] at;

    Nest(Emitter e, Axis[] axes, long[] extents, int part) {
      this.e = e;
      this.axes = axes;
      this.at = new Axis.Step[axes.length];
      for (int i = 0; i < axes.length; i++) {
        at[i] = axes[i].first();
      }
      Lane consumer = region.isCopy() ? Lane.ST : Lane.VEC;
      for (int i = 0; i < tiles.length; i++) {
        View v = ins.get(i);
        // What is the same for many elements comes beside what isn't.
        Lane lane = v.storage().constant() || repeats(v) ? e.weightLane() : Lane.LD0;
        for (int d = 0; d < axes.length; d++) {
          if (v.strides()[d] != 0 && axes[d].tiles() > 1) {
            depth[i] = d + 1;
          }
        }
        int slots = depth[i] == 0 ? 1 : SLOTS;
        tiles[i] = new TileIn(e, "in" + i, v, extents, slots, lane, consumer);
      }
      scratch = region.scratch(e, TileIn.layout(out, extents), reduced, extents);
      result =
          region.isCopy()
              ? null
              : new TileOut(e, "out", out, extents, SLOTS, Lane.VEC, k.otherCores(part));
    }

    private static boolean repeats(View v) {
      for (int d = 0; d < v.rank(); d++) {
        if (v.strides()[d] == 0 && v.dims()[d] > 1) {
          return true;
        }
      }
      return false;
    }

    void run() {
      walk(0);
    }

    private void walk(int d) {
      Lane consumer = region.isCopy() ? Lane.ST : Lane.VEC;
      for (int i = 0; i < tiles.length; i++) {
        if (depth[i] == d) {
          locs[i] = tiles[i].fetch(origin(), extents());
          tiles[i].take(consumer);
        }
      }
      if (d == axes.length) {
        compute();
      } else {
        axes[d].loop(
            e,
            s -> {
              at[d] = s;
              walk(d + 1);
            });
      }
      for (int i = 0; i < tiles.length; i++) {
        if (depth[i] == d) {
          tiles[i].release(consumer);
          tiles[i].next();
        }
      }
    }

    private void compute() {
      if (region.isCopy()) {
        new Dma(e).store(out.loc().at(origin()), locs[0], dmaOrder(), extents());
        return;
      }
      Loc dst = result.begin(origin(), extents());
      region.emit(e, dst, locs, scratch, reduced, extents());
      result.commit();
    }

    private int[] dmaOrder() {
      int[] order = new int[axes.length];
      Arrays.setAll(order, i -> i);
      return order;
    }

    private Aff[] origin() {
      return Arrays.stream(at).map(Axis.Step::origin).toArray(Aff[]::new);
    }

    private Aff[] extents() {
      return Arrays.stream(at).map(Axis.Step::extent).toArray(Aff[]::new);
    }
  }
}
