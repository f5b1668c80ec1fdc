package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Axis;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.LoopNest;
import npusim.compiler.codegen.Mat;
import npusim.compiler.codegen.Ring;
import npusim.compiler.codegen.Shape4;
import npusim.compiler.codegen.Share;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.codegen.TileOut;
import npusim.compiler.codegen.Vec;
import npusim.compiler.codegen.WindowIn;
import npusim.compiler.codegen.WorkMemory;
import npusim.compiler.memory.View;
import npusim.compiler.tiling.ConvProblem;
import npusim.compiler.tiling.ConvTiles;
import npusim.compiler.tiling.ConvTiling;
import npusim.isa.DType;

/**
 * Convolution on the matrix unit: the im2col matrix is never made, the window is expressed by the
 * strides of the streamed operand over a padded tile in the scratchpad. Any layout: tensors are
 * seen as [N, G, C, spatial…]. Depthwise, where arrays keep results, all channels are one product
 * with activations of their own for each column.
 */
final class ConvKernel {
  private static final int SLOTS = 2;

  private final KernelContext k;
  private final View x;
  private final View w;
  private final View out;
  private final Window win;
  private final Region epilogue;
  private final List<View> extras;
  private final DType accType;
  private final boolean byChannel;
  private final int r;
  private View padding;
  private ConvTiles t;

  ConvKernel(KernelContext k, Convolution c) {
    this.k = k;
    byChannel = ConvOp.byChannel(k.hw(), c.w().dims(), c.groups()) && channelsInnermost(c.x());
    long apart = byChannel ? 1 : c.groups();
    w = Convolution.groupedWeights(c.w(), apart);
    out = Convolution.grouped(c.out(), apart);
    Surround.Read read = Surround.read(Convolution.grouped(c.x(), apart), c.win(), spatial(out), 0);
    x = read.x();
    win = read.win();
    epilogue = c.epilogue();
    extras = c.extras(apart);
    accType = c.accType();
    r = win.rank();
  }

  /** Whether channels lie next to each other in memory and, hence, in tiles. */
  private static boolean channelsInnermost(View x) {
    return x.strides()[1] == 1 && Arrays.stream(x.strides()).skip(2).allMatch(s -> s != 1);
  }

  private static long[] spatial(View v) {
    return Arrays.copyOfRange(v.dims(), 3, v.rank());
  }

  void run() {
    boolean padded = win.padded(spatial(out), spatial(x));
    Axis.Halo[] halos = new Axis.Halo[r];
    for (int i = 0; i < r; i++) {
      halos[i] = win.halo(i, x.dims()[3 + i]);
    }
    int extraBits = epilogue.scratchBits();
    int readBits = 0;
    for (View v : extras) {
      boolean whole = Arrays.stream(v.strides()).skip(3).anyMatch(d -> d != 0);
      boolean loaded = whole && !v.storage().resident();
      extraBits += loaded ? SLOTS * v.type().bits() : 4;
      readBits += loaded ? v.type().bits() : 0;
    }
    boolean last = Math.abs(x.strides()[2]) == 1 && x.dims()[2] > 1;
    ConvProblem problem =
        new ConvProblem(
            x.dims()[0],
            x.dims()[1],
            spatial(out),
            halos,
            out.dims()[2],
            byChannel ? 1 : x.dims()[2],
            win.kernel(),
            x.type(),
            w.type(),
            x.storage().resident(),
            x.storage().resident() && !padded,
            last,
            out.type().bits(),
            out.storage().resident(),
            extraBits,
            readBits,
            epilogue.passes(k.hw()),
            w.storage().block(),
            k.cores() > 1 && shares(),
            byChannel,
            k.ownSpmBudget(),
            k.accBudget(),
            k.cores(),
            divided());
    t = k.once(problem.key(), () -> ConvTiling.search(k.hw(), problem));
    if (t == null) {
      throw k.tooSmall("on-chip memory");
    }
    if (padded) {
      long[] largest = new long[3 + r];
      largest[0] = t.images();
      largest[1] = 1;
      largest[2] = byChannel ? t.oc() : t.ic();
      for (int i = 0; i < r; i++) {
        largest[3 + i] = halos[i].span(t.spatial()[i]);
      }
      padding = k.padding(x, 0, largest);
    }
    k.launch(this::emit, t.isShared());
  }

  /** Whether cores can load tiles of the weights in parts. */
  private boolean shares() {
    boolean whole = Arrays.stream(w.strides()).noneMatch(s -> s == 0);
    return whole && !w.storage().resident() && w.storage().format() == null && !w.type().isPacked();
  }

  /** True when each core has images of its own. */
  private boolean divided() {
    boolean any = x.storage().divided() || out.storage().divided();
    return extras.stream().anyMatch(v -> v.storage().divided()) || any;
  }

  /** Axes: group, channels and places (batch, space) in either order, input channels, window. */
  private void emit(Emitter e, int part, int parts) {
    int used = t.pb() * t.pg() * t.po() * t.ps();
    if (part >= used) {
      return;
    }
    int oc = t.ocOuter() ? 1 : 2 + r;
    int sp = t.ocOuter() ? 3 : 2;
    int ic = 3 + r;
    Axis[] axes = new Axis[4 + 2 * r];
    int rest = part;
    axes[sp - 1] = axis("n", x.dims()[0], t.images(), 1, rest % t.pb(), t.pb(), null);
    rest /= t.pb();
    axes[0] = axis("g", x.dims()[1], 1, 1, rest % t.pg(), t.pg(), null);
    rest /= t.pg();
    axes[oc] =
        axis(
            "oc",
            out.dims()[2],
            t.oc(),
            t.po() == 1 ? out.dims()[2] : t.grain(),
            rest % t.po(),
            t.po(),
            null);
    rest /= t.po();
    for (int i = 0; i < r; i++) {
      int ps = i == 0 ? t.ps() : 1;
      axes[sp + i] =
          axis(
              "o" + i,
              out.dims()[3 + i],
              t.spatial()[i],
              1,
              rest % ps,
              ps,
              win.halo(i, x.dims()[3 + i]));
    }
    axes[ic] = Axis.of("ic", byChannel ? 1 : x.dims()[2], t.ic());
    for (int i = 0; i < r; i++) {
      axes[ic + 1 + i] = Axis.of("k" + i, win.kernel()[i], win.kernel()[i]);
    }
    LoopNest nest = new LoopNest(e, axes);
    if (nest.empty()) {
      return;
    }
    new Core(e, nest, axes, part, oc, sp, ic).run();
  }

  private static Axis axis(
      String name, long total, long tile, long grain, int part, int parts, Axis.Halo halo) {
    long[] range = Axis.split(total, grain, part, parts);
    return new Axis(name, range[0], range[1], tile, halo);
  }

  /** The code of one core. */
  private final class Core {
    private final Emitter e;
    private final LoopNest nest;
    private final int part;
    private final int oc;
    private final int sp;
    private final int ic;
    private final Axis[] inAxes;
    private final int[] mapIn;
    private final int[] mapOut;
    private final int[] mapW;
    private Loc tile;
    private Loc sum;
    private long weightColumns;

    Core(Emitter e, LoopNest nest, Axis[] axes, int part, int oc, int sp, int ic) {
      this.e = e;
      this.nest = nest;
      this.part = part;
      this.oc = oc;
      this.sp = sp;
      this.ic = ic;
      mapIn = new int[3 + r];
      mapOut = new int[3 + r];
      mapW = new int[3 + r];
      inAxes = new Axis[3 + r];
      mapIn[0] = mapOut[0] = sp - 1;
      mapIn[1] = mapOut[1] = 0;
      mapIn[2] = byChannel ? oc : ic;
      mapOut[2] = oc;
      mapW[0] = 0;
      mapW[1] = oc;
      mapW[2] = ic;
      for (int i = 0; i < r; i++) {
        mapIn[3 + i] = mapOut[3 + i] = sp + i;
        mapW[3 + i] = ic + 1 + i;
      }
      for (int i = 0; i < inAxes.length; i++) {
        inAxes[i] = axes[mapIn[i]];
      }
    }

    void run() {
      // First, so that what cores share lies at the same place in all of them.
      TileIn shared = weightTiles();
      int depth = nest.depth(mapIn, x.strides());
      Lane lane = Lane.LD0;
      WindowIn input =
          new WindowIn(e, "x", x, inAxes, depth == 0 ? 1 : SLOTS, lane, padding, Lane.MAT);
      nest.around(
          depth,
          () -> {
            Axis.Step[] at = new Axis.Step[mapIn.length];
            for (int i = 0; i < at.length; i++) {
              at[i] = nest.at(mapIn[i]);
            }
            tile = input.fetch(at);
            input.take(Lane.MAT);
          },
          () -> {
            input.release(Lane.MAT);
            input.next();
          });
      LoopNest.Operand weights =
          nest.operand(shared, nest.depth(mapW, w.strides()), mapW, Lane.MAT);
      List<LoopNest.Operand> more = new ArrayList<>();
      for (View v : extras) {
        more.add(operand("b", v, mapOut, Lane.VEC));
      }
      long[] outTile = nest.tile(mapOut);
      long[] accStrides = new long[outTile.length];
      long rows = outTile[2];
      accStrides[2] = 1;
      for (int i = r - 1; i >= 0; i--) {
        accStrides[3 + i] = rows;
        rows *= outTile[3 + i];
      }
      accStrides[0] = rows;
      rows *= outTile[0];
      long slot = WorkMemory.aligned(4 * rows);
      Ring acc = e.ring("acc", e.accumulators(slot * SLOTS), SLOTS, Lane.MAT, Lane.VEC);
      TileOut result = new TileOut(e, "out", out, outTile, SLOTS, Lane.VEC, k.otherCores(part));
      Loc[] scratch = epilogue.scratch(e, TileIn.layout(out, outTile), null, outTile);
      nest.around(
          3 + r,
          () -> sum = acc.acquire(accStrides, accType),
          () -> {
            acc.publish();
            acc.take(Lane.VEC);
            Loc[] args = new Loc[1 + more.size()];
            args[0] = sum;
            for (int i = 0; i < more.size(); i++) {
              args[1 + i] = more.get(i).loc();
            }
            Loc dst = result.begin(nest.origin(mapOut), nest.extents(mapOut));
            if (epilogue.isCopy()) {
              new Vec(e).copy(dst, sum, nest.extents(mapOut));
            } else {
              epilogue.emit(e, dst, args, scratch, null, nest.extents(mapOut));
            }
            acc.release(Lane.VEC);
            result.commit();
            acc.next();
          });
      nest.run(
          () -> {
            weightColumns = weights.loc().strides()[1];
            product(weights.loc());
          });
    }

    private TileIn weightTiles() {
      int depth = nest.depth(mapW, w.strides());
      Lane lane = w.storage().constant() ? e.weightLane() : Lane.LD0;
      int slots = depth == 0 ? 1 : t.slots();
      Share share = t.isShared() ? group() : null;
      return new TileIn(e, "w", w, 1, share, null, nest.tile(mapW), slots, lane, Lane.MAT);
    }

    /** The cores with the same channels: they differ in images and in places. */
    private Share group() {
      int step = t.pb() * t.pg() * t.po();
      int first = part / t.pb() % (t.pg() * t.po()) * t.pb();
      long cores = 0;
      for (int s = 0; s < t.ps(); s++) {
        for (int b = 0; b < t.pb(); b++) {
          cores |= 1L << first + b + s * step;
        }
      }
      int index = part % t.pb() + part / step * t.pb();
      return new Share(cores, index, t.pb() * t.ps(), t.dim(), 1);
    }

    private LoopNest.Operand operand(String name, View v, int[] map, Lane consumer) {
      int depth = nest.depth(map, v.strides());
      Lane lane = v.storage().constant() ? e.weightLane() : Lane.LD0;
      TileIn in = new TileIn(e, name, v, nest.tile(map), depth == 0 ? 1 : SLOTS, lane, consumer);
      return nest.operand(in, depth, map, consumer);
    }

    /**
     * One product: rows are images and places, sums run over the window and the channels, in the
     * order in which the input lies in memory. The instruction has three of each; a further
     * dimension of the window takes a product per tap.
     */
    private void product(Loc weights) {
      // Where blocks are of one row of places each, these don't become one dimension with others.
      boolean apart = k.hw().core().matrix().rowsAlongWidth();
      List<Shape4.Dim> rows = new ArrayList<>();
      rows.add(dim(nest.at(sp - 1).extent(), tile.strides()[0], 0, sum.strides()[0]));
      for (int i = 0; i < r; i++) {
        long step = tile.strides()[3 + i] * win.stride()[i];
        Shape4.Dim places = dim(nest.at(sp + i).extent(), step, 0, sum.strides()[3 + i]);
        rows.add(
            i == r - 1 && apart ? new Shape4.Dim(places.extent(), places.strides(), 1) : places);
      }
      List<Shape4.Dim> sums = new ArrayList<>();
      for (int i = 0; i < r; i++) {
        long step = tile.strides()[3 + i] * win.dilation()[i];
        sums.add(dim(Aff.of(win.kernel()[i]), step, weights.strides()[3 + i], 0));
      }
      Shape4.Dim channels = dim(nest.at(ic).extent(), tile.strides()[2], weights.strides()[2], 0);
      boolean together = k.hw().core().matrix().tapsTogether();
      if (together) {
        sums.addFirst(channels);
      }
      rows.removeIf(d -> d.extent().is(1));
      sums.removeIf(d -> d.extent().is(1));
      sums.sort(Comparator.comparingLong(d -> -Math.abs(d.strides()[0])));
      List<Shape4.Dim> m = merged(rows);
      List<Shape4.Dim> inOrder = new ArrayList<>(merged(sums));
      if (!together) {
        // A product per tap sums over channels, wherever they lie.
        inOrder.add(channels);
      }
      taps(tile, weights, m, inOrder, nest.at(ic).index());
    }

    private static Shape4.Dim dim(Aff extent, long a, long w, long acc) {
      return new Shape4.Dim(extent, new long[] {a, w, acc}, 0);
    }

    private static List<Shape4.Dim> merged(List<Shape4.Dim> dims) {
      Aff[] extents = new Aff[dims.size()];
      long[][] strides = new long[3][extents.length];
      for (int i = 0; i < extents.length; i++) {
        extents[i] = dims.get(i).extent();
        for (int k = 0; k < strides.length; k++) {
          strides[k][i] = dims.get(i).strides()[k];
        }
      }
      return Shape4.simplify(extents, strides, dims.stream().mapToInt(Shape4.Dim::group).toArray());
    }

    private void taps(Loc a, Loc w, List<Shape4.Dim> m, List<Shape4.Dim> k, Aff accumulate) {
      if (m.size() > 3) {
        throw new IllegalStateException("more than three dimensions of rows");
      }
      if (k.size() > 3) {
        // The tap dimension of fewest steps is walked outside.
        Shape4.Dim outer =
            k.stream()
                .filter(d -> d.extent().isConst())
                .min(Comparator.comparingLong(d -> d.extent().value()))
                .orElseThrow();
        List<Shape4.Dim> rest = new ArrayList<>(k);
        rest.remove(outer);
        for (long tap = 0; tap < outer.extent().value(); tap++) {
          Aff at = Aff.of(tap);
          taps(
              a.withStrides(outer.strides()[0]).at(at),
              w.withStrides(outer.strides()[1]).at(at),
              m,
              rest,
              accumulate.plus(tap));
        }
        return;
      }
      long[] as = new long[m.size() + k.size()];
      long[] ws = new long[k.size() + 1];
      long[] accs = new long[m.size()];
      Aff[] rows = new Aff[m.size()];
      Aff[] sums = new Aff[k.size()];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = m.get(i).extent();
        as[i] = m.get(i).strides()[0];
        accs[i] = m.get(i).strides()[2];
      }
      for (int i = 0; i < sums.length; i++) {
        sums[i] = k.get(i).extent();
        as[rows.length + i] = k.get(i).strides()[0];
        ws[i] = k.get(i).strides()[1];
      }
      ws[sums.length] = weightColumns;
      Loc to = sum.withStrides(accs);
      Loc from = a.withStrides(as);
      Loc by = w.withStrides(ws);
      Aff columns = nest.at(oc).extent();
      if (byChannel) {
        new Mat(e).columnwise(to, from, by, accumulate, rows, sums, columns);
      } else {
        new Mat(e).gemm(to, from, by, accumulate, rows, sums, columns);
      }
    }
  }
}
