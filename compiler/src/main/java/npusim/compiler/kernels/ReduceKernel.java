package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Area;
import npusim.compiler.codegen.Axis;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.LoopNest;
import npusim.compiler.codegen.Shape4;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.codegen.TileOut;
import npusim.compiler.codegen.Vec;
import npusim.compiler.memory.View;
import npusim.compiler.tiling.TileChooser;
import npusim.isa.DType;
import npusim.isa.RedFn;

/**
 * Reduction over any dimensions: tiles of the input, or of what a region makes of several inputs,
 * are reduced into partial results that stay in the scratchpad until all tiles of the reduced
 * dimensions are through; then a finishing region makes the result.
 */
final class ReduceKernel {
  private static final int SLOTS = 2;
  private static final long MIN_TILE_BYTES = 16 << 10;

  private final KernelContext k;
  private final Reduction f;
  private final List<View> ins;
  private final View in;
  private final View out;
  private final boolean[] reduced;
  private final long[] tile;

  /**
   * What is computed.
   *
   * @param fn function that reduces
   * @param accType type of partial results
   * @param before elementwise, of as many inputs as there are; its result's type is {@code accType}
   *     unless it passes its only input through
   * @param finish makes a result of a complete reduction, its one input of type {@code accType}
   */
  record Reduction(RedFn fn, DType accType, Region before, Region finish) {

    /** A reduction of one input as it is. */
    static Reduction of(RedFn fn, DType accType, Region finish, DType in) {
      Region same = new Region();
      same.input(in);
      return new Reduction(fn, accType, same, finish);
    }
  }

  private ReduceKernel(
      KernelContext k, Reduction f, List<View> ins, View out, boolean[] reduced, long[] tile) {
    this.k = k;
    this.f = f;
    this.ins = ins;
    this.in = ins.getFirst();
    this.out = out;
    this.reduced = reduced;
    this.tile = tile;
  }

  /**
   * Computes {@code out = finish(fn over the reduced dimensions of before(ins))}.
   *
   * @param ins views that broadcast to the shape of the first
   * @param out of the rank of the first, extent 1 where reduced
   * @param axes the dimensions that are reduced
   */
  static void run(KernelContext k, Reduction f, List<View> ins, View out, boolean[] axes) {
    View in = ins.getFirst();
    if (out.size() == 0) {
      return;
    }
    long[] os = out.strides().clone();
    int[] groups = new int[axes.length];
    for (int i = 0; i < axes.length; i++) {
      os[i] = axes[i] ? 0 : os[i];
      groups[i] = axes[i] ? 1 : 0;
    }
    View o = new View(out.storage(), out.offset(), in.dims(), os);
    List<View> all = new ArrayList<>();
    ins.forEach(v -> all.add(v.broadcast(in.dims())));
    all.add(o);
    List<Shape4.Dim> dims = new ArrayList<>(MapKernel.simplified(all, groups));
    if (dims.stream().noneMatch(d -> d.group() == 1)) {
      dims.add(new Shape4.Dim(Aff.ONE, new long[all.size()], 1));
    }
    // Kept dimensions outside, so that a partial result is complete before the next begins.
    dims.sort((x, y) -> Integer.compare(x.group(), y.group()));
    List<View> flat = MapKernel.views(all, dims);
    boolean[] reduced = new boolean[dims.size()];
    for (int i = 0; i < reduced.length; i++) {
      reduced[i] = dims.get(i).group() == 1;
    }
    List<TileChooser.Operand> operands = new ArrayList<>();
    View fi = flat.getFirst();
    View fo = flat.removeLast();
    for (View v : flat) {
      if (!v.storage().resident()) {
        operands.add(new TileChooser.Operand(v.strides(), 2L * v.type().bits(), v.type().bits()));
      }
    }
    int partial = f.accType().bits();
    long scratch = f.before().isCopy() ? 0 : f.before().scratchBits() + partial;
    int kept = 2 * fo.type().bits() + partial + f.finish().scratchBits();
    operands.add(new TileChooser.Operand(fo.strides(), kept, fo.type().bits()));
    long[] part = fi.dims().clone();
    int given = Cuts.given(List.of(fi, fo));
    int cut = given >= 0 ? given : cut(part, reduced, k.cores());
    if (cut >= 0) {
      part[cut] = Math.ceilDiv(part[cut], k.cores());
    }
    // Several tiles per core let loads and reductions overlap.
    long whole = TileChooser.footprint(part, operands, scratch);
    long target = Math.min(k.spmBudget() - 1024, Math.max(MIN_TILE_BYTES, whole / 4));
    long[] tile = TileChooser.choose(part, operands, scratch, target, new boolean[part.length]);
    if (tile == null) {
      throw k.tooSmall("scratchpad");
    }
    ReduceKernel r = new ReduceKernel(k, f, flat, fo, reduced, tile);
    k.launch((e, p, n) -> r.emit(e, p, n, cut));
  }

  private static int cut(long[] dims, boolean[] reduced, int parts) {
    int best = -1;
    for (int i = 0; i < dims.length; i++) {
      if (!reduced[i] && (best < 0 || dims[i] > dims[best])) {
        best = i;
      }
    }
    return parts == 1 ? -1 : best;
  }

  private void emit(Emitter e, int part, int parts, int cut) {
    if (cut < 0 && part > 0) {
      return;
    }
    int n = tile.length;
    long[] dims = in.dims();
    Axis[] axes = new Axis[n];
    int kept = 0;
    for (int i = 0; i < n; i++) {
      long[] r = i == cut ? Axis.split(dims[i], 1, part, parts) : new long[] {0, dims[i]};
      axes[i] = new Axis((reduced[i] ? "r" : "d") + i, r[0], r[1], tile[i]);
      kept += reduced[i] ? 0 : 1;
    }
    LoopNest nest = new LoopNest(e, axes);
    boolean none = in.size() == 0;
    for (int i = 0; i < n; i++) {
      if (!reduced[i] && axes[i].size() <= 0) {
        return;
      }
    }
    int[] map = new int[n];
    int[] mapOut = new int[n];
    for (int i = 0; i < n; i++) {
      map[i] = i;
      mapOut[i] = reduced[i] ? -1 : i;
    }
    long[] outTile = nest.tile(mapOut);
    TileOut result = new TileOut(e, "out", out, outTile, SLOTS, Lane.VEC, k.otherCores(part));
    Area area =
        e.scratch(f.accType().bytesFor(Arrays.stream(outTile).reduce(1, Math::multiplyExact)));
    Loc acc = new Loc(area, Aff.of(area.lo()), View.rowMajor(outTile), f.accType());
    Loc[] scratch = f.finish().scratch(e, TileIn.layout(out, outTile), null, outTile);
    Vec v = new Vec(e);
    Runnable end =
        () -> {
          Loc dst = result.begin(nest.origin(mapOut), nest.extents(mapOut));
          if (f.finish().isCopy()) {
            v.copy(dst, acc, nest.extents(mapOut));
          } else {
            f.finish().emit(e, dst, new Loc[] {acc}, scratch, null, nest.extents(mapOut));
          }
          result.commit();
        };
    if (none) {
      emptySum(v, acc, nest.extents(mapOut));
      end.run();
      return;
    }
    List<LoopNest.Operand> args = new ArrayList<>();
    for (View x : ins) {
      boolean rows = in.equals(x);
      int depth = rows ? n : nest.depth(map, x.strides());
      int slots = depth == 0 ? 1 : SLOTS;
      // What goes with the rows comes beside them.
      Lane lane = rows ? Lane.LD0 : e.weightLane();
      TileIn tiles = new TileIn(e, "in", x, nest.tile(map), slots, lane, Lane.VEC);
      args.add(nest.operand(tiles, depth, map, Lane.VEC));
    }
    Prologue prologue = f.before().isCopy() ? null : new Prologue(e, nest.tile(map));
    nest.around(kept, () -> {}, end);
    nest.run(
        () -> {
          Aff first = Aff.ZERO;
          for (int i = 0; i < n; i++) {
            first = reduced[i] ? first.plus(nest.at(i).index()) : first;
          }
          Loc[] x = args.stream().map(LoopNest.Operand::loc).toArray(Loc[]::new);
          Loc a = prologue == null ? x[0] : prologue.emit(x, nest.extents(map));
          v.reduce(f.fn(), acc, a, reduced, first, nest.extents(map));
        });
  }

  /** What is reduced, where that isn't an input as it is: made tile by tile. */
  private final class Prologue {
    private final Emitter e;
    private final Loc made;
    private final Loc[] scratch;

    Prologue(Emitter e, long[] tile) {
      this.e = e;
      long[] layout = TileIn.layout(in, tile);
      Area area =
          e.scratch(f.accType().bytesFor(Arrays.stream(tile).reduce(1, Math::multiplyExact)));
      made = new Loc(area, Aff.of(area.lo()), layout, f.accType());
      scratch = f.before().scratch(e, layout, null, tile);
    }

    Loc emit(Loc[] x, Aff[] extents) {
      f.before().emit(e, made, x, scratch, null, extents);
      return made;
    }
  }

  /** The neutral element, for a reduction over nothing. */
  private void emptySum(Vec v, Loc acc, Aff[] extents) {
    double neutral =
        switch (f.fn()) {
          case PROD -> 1;
          case MAX -> f.accType().isFloat() ? Double.NEGATIVE_INFINITY : f.accType().minLong();
          case MIN -> f.accType().isFloat() ? Double.POSITIVE_INFINITY : f.accType().maxLong();
          default -> 0;
        };
    v.fill(acc, neutral, extents);
  }
}
