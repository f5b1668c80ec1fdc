package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Axis;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.LoopNest;
import npusim.compiler.codegen.Mat;
import npusim.compiler.codegen.Ring;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.codegen.TileOut;
import npusim.compiler.codegen.Vec;
import npusim.compiler.codegen.WindowIn;
import npusim.compiler.codegen.WorkMemory;
import npusim.compiler.ir.Tensor;
import npusim.compiler.memory.View;
import npusim.compiler.tiling.ConvTiling;
import npusim.isa.DType;

/**
 * Convolution on the matrix unit: the im2col matrix is never made, the window is expressed by the
 * strides of the streamed operand over a padded tile in the scratchpad. Any layout: tensors are
 * seen as [N, G, C, spatial…].
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
  private final int r;
  private View padding;
  private ConvTiling.Tiles t;

  ConvKernel(
      KernelContext k,
      View x,
      View w,
      View out,
      Window win,
      long groups,
      Region epilogue,
      List<View> extras,
      DType accType) {
    this.k = k;
    this.x = grouped(x, groups);
    this.w = groupedWeights(w, groups);
    this.out = grouped(out, groups);
    this.win = win;
    this.epilogue = epilogue;
    this.extras = extras.stream().map(v -> grouped(v.broadcast(out.dims()), groups)).toList();
    this.accType = accType;
    this.r = win.rank();
  }

  /** [N, C, …] as [N, G, C / G, …]. */
  static View grouped(View v, long groups) {
    long[] d = new long[v.rank() + 1];
    long[] s = new long[d.length];
    for (int i = 0; i < v.rank(); i++) {
      int j = i < 1 ? i : i + 1;
      d[j] = v.dims()[i];
      s[j] = v.strides()[i];
    }
    d[1] = groups;
    d[2] = v.dims()[1] / groups;
    s[1] = d[2] * v.strides()[1];
    return new View(v.storage(), v.offset(), d, s);
  }

  /** [M, C, …] as [G, M / G, C, …]. */
  static View groupedWeights(View v, long groups) {
    long[] d = new long[v.rank() + 1];
    long[] s = new long[d.length];
    System.arraycopy(v.dims(), 0, d, 1, v.rank());
    System.arraycopy(v.strides(), 0, s, 1, v.rank());
    d[0] = groups;
    d[1] = v.dims()[0] / groups;
    s[0] = d[1] * v.strides()[0];
    return new View(v.storage(), v.offset(), d, s);
  }

  private long[] spatial(View v) {
    return java.util.Arrays.copyOfRange(v.dims(), 3, v.rank());
  }

  void run() {
    boolean padded = win.padded(spatial(out), spatial(x));
    Axis.Halo[] halos = new Axis.Halo[r];
    for (int i = 0; i < r; i++) {
      halos[i] = win.halo(i, x.dims()[3 + i]);
    }
    int extraBits = epilogue.scratchBits();
    for (View v : extras) {
      extraBits += v.strides()[3] != 0 ? SLOTS * v.type().bits() : 4;
    }
    t =
        ConvTiling.search(
            k.hw(),
            new ConvTiling.Problem(
                x.dims()[0],
                x.dims()[1],
                spatial(out),
                halos,
                out.dims()[2],
                x.dims()[2],
                win.taps(),
                x.type(),
                w.type(),
                x.storage().resident() && !padded,
                out.storage().resident() ? 0 : out.type().bits(),
                extraBits,
                k.spmBudget(),
                k.accBudget(),
                k.cores()));
    if (t == null) {
      throw k.tooSmall("on-chip memory");
    }
    padding = padded ? k.constant("padding", Tensor.scalar(x.type(), 0)) : null;
    k.launch(this::emit);
  }

  /** Axes: batch, group, channels and space in either order, input channels, window. */
  private void emit(Emitter e, int part, int parts) {
    int used = t.pb() * t.pg() * t.po() * t.ps();
    if (part >= used) {
      return;
    }
    int oc = t.ocOuter() ? 2 : 2 + r;
    int sp = t.ocOuter() ? 3 : 2;
    int ic = 3 + r;
    Axis[] axes = new Axis[4 + 2 * r];
    int rest = part;
    axes[0] = axis("n", x.dims()[0], 1, 1, rest % t.pb(), t.pb(), null);
    rest /= t.pb();
    axes[1] = axis("g", x.dims()[1], 1, 1, rest % t.pg(), t.pg(), null);
    rest /= t.pg();
    axes[oc] =
        axis(
            "oc",
            out.dims()[2],
            t.oc(),
            t.po() == 1 ? out.dims()[2] : 16,
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
    axes[ic] = Axis.of("ic", x.dims()[2], t.ic());
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
      mapIn[1] = mapOut[1] = 1;
      mapIn[2] = ic;
      mapOut[2] = oc;
      mapW[0] = 1;
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
      LoopNest.Operand weights = operand("w", w, mapW, Lane.MAT);
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
      nest.run(() -> product(weights.loc()));
    }

    private LoopNest.Operand operand(String name, View v, int[] map, Lane consumer) {
      int depth = nest.depth(map, v.strides());
      Lane lane = v.storage().constant() ? e.weightLane() : Lane.LD0;
      TileIn in = new TileIn(e, name, v, nest.tile(map), depth == 0 ? 1 : SLOTS, lane, consumer);
      return nest.operand(in, depth, map, consumer);
    }

    /**
     * One product per tap of the outer window dimensions that the instruction's sums don't cover.
     */
    private void product(Loc weights) {
      int inner = Math.min(r, 2);
      int outer = r - inner;
      long taps = outer == 0 ? 1 : win.kernel()[0];
      Aff[] m = new Aff[r];
      long[] as = new long[r + 1 + inner];
      long[] ws = new long[2 + inner];
      long[] accs = new long[r];
      Aff[] kk = new Aff[1 + inner];
      for (int i = 0; i < r; i++) {
        m[i] = nest.at(sp + i).extent();
        as[i] = tile.strides()[3 + i] * win.stride()[i];
        accs[i] = sum.strides()[3 + i];
      }
      kk[0] = nest.at(ic).extent();
      as[r] = tile.strides()[2];
      ws[0] = weights.strides()[2];
      for (int i = 0; i < inner; i++) {
        int d = outer + i;
        kk[1 + i] = Aff.of(win.kernel()[d]);
        as[r + 1 + i] = tile.strides()[3 + d] * win.dilation()[d];
        ws[1 + i] = weights.strides()[3 + d];
      }
      ws[1 + inner] = weights.strides()[1];
      for (long tap = 0; tap < taps; tap++) {
        Loc a = tile;
        Loc b = weights;
        if (outer > 0) {
          a = tile.withStrides(tile.strides()[3] * win.dilation()[0]).at(Aff.of(tap));
          b = weights.withStrides(weights.strides()[3]).at(Aff.of(tap));
        }
        Aff accumulate = nest.at(ic).index().plus(tap);
        new Mat(e)
            .gemm(
                sum.withStrides(accs),
                a.withStrides(as),
                b.withStrides(ws),
                accumulate,
                m,
                kk,
                nest.at(oc).extent());
      }
    }
  }
}
