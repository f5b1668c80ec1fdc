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
import npusim.compiler.codegen.WorkMemory;
import npusim.compiler.memory.View;
import npusim.compiler.tiling.TileChooser;
import npusim.isa.DType;

/**
 * Evaluates a {@link Region} over tensors of one shape, tile by tile; copies and permutations are a
 * special case.
 */
public final class MapKernel {
  private static final int SLOTS = 2;
  private static final long MIN_TILE_BYTES = 16 << 10;

  private final KernelContext k;
  private final Region region;
  private final List<View> ins;
  private final View out;

  private MapKernel(KernelContext k, Region region, List<View> ins, View out) {
    this.k = k;
    this.region = region;
    this.ins = ins;
    this.out = out;
  }

  /**
   * Computes {@code out = region(ins)}.
   *
   * @param ins views that broadcast to the result's shape
   */
  public static void run(KernelContext k, Region region, List<View> ins, View out) {
    if (out.size() == 0) {
      return;
    }
    List<View> all = new ArrayList<>();
    for (View v : ins) {
      all.add(v.broadcast(out.dims()));
    }
    all.add(out);
    List<View> flat = simplify(all);
    new MapKernel(k, region, flat.subList(0, ins.size()), flat.getLast()).launch();
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
  static List<View> simplify(List<View> views) {
    long[] dims = views.getFirst().dims();
    long[][] strides = new long[views.size()][];
    for (int i = 0; i < strides.length; i++) {
      strides[i] = views.get(i).strides();
    }
    List<Shape4.Dim> merged = Shape4.simplify(Aff.of(dims), strides, new int[dims.length]);
    List<View> result = new ArrayList<>();
    for (int i = 0; i < strides.length; i++) {
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

  private void launch() {
    long[] dims = out.dims();
    int parts = k.cores();
    int cut = cutDimension(dims, parts);
    long[] part = dims.clone();
    part[cut] = Math.ceilDiv(dims[cut], parts);
    List<TileChooser.Operand> operands = new ArrayList<>();
    for (View v : ins) {
      operands.add(operand(v));
    }
    if (!region.isCopy()) {
      operands.add(operand(out));
    }
    operands.removeIf(o -> o == null);
    long scratchBits = region.temps().stream().mapToLong(DType::bits).sum();
    long target = k.spmBudget() - 64L * (2 * ins.size() + region.temps().size() + 4);
    // Several tiles per core let loads, compute and stores overlap.
    long whole = TileChooser.footprint(part, operands, scratchBits);
    target = Math.min(target, Math.max(MIN_TILE_BYTES, whole / 4));
    long[] tile = TileChooser.choose(part, operands, scratchBits, target);
    k.launch((e, p, n) -> emit(e, p, n, cut, tile));
  }

  private static TileChooser.Operand operand(View v) {
    return v.storage().resident()
        ? null
        : new TileChooser.Operand(v.strides(), (long) SLOTS * v.type().bits(), v.type().bits());
  }

  /** The dimension that is shared among cores: the outermost that has enough, else the longest. */
  private static int cutDimension(long[] dims, int parts) {
    int best = 0;
    for (int i = 0; i < dims.length; i++) {
      long grain = i == dims.length - 1 ? 64 : 1;
      if (dims[i] >= parts * grain) {
        return i;
      }
      if (dims[i] > dims[best]) {
        best = i;
      }
    }
    return best;
  }

  private void emit(Emitter e, int part, int parts, int cut, long[] tile) {
    long[] dims = out.dims();
    int n = dims.length;
    Axis[] axes = new Axis[n];
    for (int i = 0; i < n; i++) {
      long[] range = {0, dims[i]};
      if (i == cut) {
        range = Axis.split(dims[i], i == n - 1 ? 64 : 1, part, parts);
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
        at[i] = new Axis.Step(Aff.of(axes[i].lo()), Aff.of(axes[i].size()), Aff.ZERO);
      }
      Lane consumer = region.isCopy() ? Lane.ST : Lane.VEC;
      for (int i = 0; i < tiles.length; i++) {
        View v = ins.get(i);
        Lane lane = v.storage().constant() ? e.weightLane() : Lane.LD0;
        for (int d = 0; d < axes.length; d++) {
          if (v.strides()[d] != 0 && axes[d].tiles() > 1) {
            depth[i] = d + 1;
          }
        }
        int slots = depth[i] == 0 ? 1 : SLOTS;
        tiles[i] = new TileIn(e, "in" + i, v, extents, slots, lane, consumer);
      }
      List<DType> temps = region.temps();
      scratch = new Loc[temps.size()];
      long elements = Arrays.stream(extents).reduce(1, Math::multiplyExact);
      long[] order = TileIn.layout(out, extents);
      for (int i = 0; i < scratch.length; i++) {
        var area = e.scratch(WorkMemory.aligned(temps.get(i).bytesFor(elements + 1)));
        scratch[i] = new Loc(area, Aff.of(area.lo()), order, temps.get(i));
      }
      result =
          region.isCopy()
              ? null
              : new TileOut(e, "out", out, extents, SLOTS, Lane.VEC, k.otherCores(part));
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
      region.emit(e, dst, locs, scratch, extents());
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
