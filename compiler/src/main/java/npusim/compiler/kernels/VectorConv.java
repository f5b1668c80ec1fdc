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
import npusim.compiler.codegen.TileIn;
import npusim.compiler.codegen.TileOut;
import npusim.compiler.codegen.Vec;
import npusim.compiler.codegen.WindowIn;
import npusim.compiler.codegen.WorkMemory;
import npusim.compiler.memory.View;
import npusim.isa.DType;

/**
 * Convolution on the vector unit, one multiply-add per input channel and tap over all result
 * elements of a tile: the natural form of depthwise convolutions, and the way for types the matrix
 * unit lacks.
 */
final class VectorConv {
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
  private long[] tile;
  private long icTile;
  private int cut;

  VectorConv(KernelContext k, Convolution c) {
    this.k = k;
    w = Convolution.groupedWeights(c.w(), c.groups());
    out = Convolution.grouped(c.out(), c.groups());
    long[] places = Arrays.copyOfRange(out.dims(), 3, out.rank());
    Surround.Read read = Surround.read(Convolution.grouped(c.x(), c.groups()), c.win(), places, 0);
    x = read.x();
    win = read.win();
    epilogue = c.epilogue();
    extras = c.extras(c.groups());
    accType = c.accType();
    r = win.rank();
  }

  void run() {
    long[] o = Arrays.copyOfRange(out.dims(), 3, out.rank());
    long[] i = Arrays.copyOfRange(x.dims(), 3, x.rank());
    cut = Cuts.amongCores(out, k.cores(), x, extras);
    tile = out.dims().clone();
    tile[0] = 1;
    icTile = x.dims()[2];
    while (bytes() > k.spmBudget()) {
      int d = Cuts.next(x, tile, 1);
      if (icTile > 1 && (d < 0 || icTile > 16)) {
        icTile = (icTile + 1) / 2;
      } else if (d >= 0) {
        tile[d] = (tile[d] + 1) / 2;
      } else {
        throw k.tooSmall("scratchpad");
      }
    }
    if (k.cores() > 1) {
      tile[cut] = Math.min(tile[cut], Math.ceilDiv(out.dims()[cut], k.cores()));
    }
    if (win.padded(o, i)) {
      long[] largest = tile.clone();
      largest[2] = icTile;
      for (int d = 0; d < r; d++) {
        largest[3 + d] = win.halo(d, x.dims()[3 + d]).span(tile[3 + d]);
      }
      padding = k.padding(x, 0, largest);
    }
    k.launch(this::emit);
  }

  private long bytes() {
    long n = Arrays.stream(tile).reduce(1, Math::multiplyExact);
    long in = tile[1] * icTile;
    for (int i = 0; i < r; i++) {
      in *= win.halo(i, x.dims()[3 + i]).span(tile[3 + i]);
    }
    long weights = tile[1] * tile[2] * icTile * win.taps();
    long bits = SLOTS * out.type().bits() + accType.bits() + epilogue.scratchBits();
    for (View v : extras) {
      bits += v.strides()[3] != 0 ? SLOTS * v.type().bits() : 4;
    }
    return SLOTS * (x.type().bytesFor(in) + w.type().bytesFor(weights)) + n * bits / 8 + 2048;
  }

  private void emit(Emitter e, int part, int parts) {
    int ic = 3 + r;
    Axis[] axes = new Axis[4 + 2 * r];
    for (int d = 0; d < 3 + r; d++) {
      long[] range =
          d == cut ? Axis.split(out.dims()[d], 1, part, parts) : new long[] {0, out.dims()[d]};
      Axis.Halo halo = d < 3 ? null : win.halo(d - 3, x.dims()[d]);
      axes[d] = new Axis("o" + d, range[0], range[1], tile[d], halo);
    }
    axes[ic] = Axis.of("ic", x.dims()[2], icTile);
    for (int i = 0; i < r; i++) {
      axes[ic + 1 + i] = Axis.of("k" + i, win.kernel()[i], win.kernel()[i]);
    }
    LoopNest nest = new LoopNest(e, axes);
    if (nest.empty()) {
      return;
    }
    int[] mapIn = new int[3 + r];
    int[] mapOut = new int[3 + r];
    int[] mapW = new int[3 + r];
    Axis[] inAxes = new Axis[3 + r];
    for (int d = 0; d < 3 + r; d++) {
      mapIn[d] = d == 2 ? ic : d;
      mapOut[d] = d;
      mapW[d] = d == 0 ? 1 : d == 1 ? 2 : d == 2 ? ic : ic + d - 2;
      inAxes[d] = axes[mapIn[d]];
    }
    int depth = nest.depth(mapIn, x.strides());
    WindowIn input =
        new WindowIn(e, "x", x, inAxes, depth == 0 ? 1 : SLOTS, Lane.LD0, padding, Lane.VEC);
    Loc[] in = new Loc[1];
    nest.around(
        depth,
        () -> {
          Axis.Step[] at = new Axis.Step[mapIn.length];
          for (int i = 0; i < at.length; i++) {
            at[i] = nest.at(mapIn[i]);
          }
          in[0] = input.fetch(at);
          input.take(Lane.VEC);
        },
        () -> {
          input.release(Lane.VEC);
          input.next();
        });
    LoopNest.Operand weights = operand(e, nest, "w", w, mapW);
    List<LoopNest.Operand> more = new ArrayList<>();
    for (View v : extras) {
      more.add(operand(e, nest, "b", v, mapOut));
    }
    long[] outTile = nest.tile(mapOut);
    long n = Arrays.stream(outTile).reduce(1, Math::multiplyExact);
    Area area = e.scratch(WorkMemory.aligned(accType.bytesFor(n)));
    Loc acc = new Loc(area, Aff.of(area.lo()), TileIn.layout(out, outTile), accType);
    TileOut result = new TileOut(e, "out", out, outTile, SLOTS, Lane.VEC, k.otherCores(part));
    Loc[] scratch = epilogue.scratch(e, TileIn.layout(out, outTile), null, outTile);
    Vec v = new Vec(e);
    nest.around(
        3 + r,
        () -> v.fill(acc, 0L, nest.extents(mapOut)),
        () -> {
          Loc dst = result.begin(nest.origin(mapOut), nest.extents(mapOut));
          if (epilogue.isCopy()) {
            v.copy(dst, acc, nest.extents(mapOut));
          } else {
            Loc[] args = new Loc[1 + more.size()];
            args[0] = acc;
            for (int i = 0; i < more.size(); i++) {
              args[1 + i] = more.get(i).loc();
            }
            epilogue.emit(e, dst, args, scratch, null, nest.extents(mapOut));
          }
          result.commit();
        });
    nest.run(
        () -> channels(e, nest.at(ic).extent(), in[0], weights.loc(), acc, nest.extents(mapOut)));
  }

  private LoopNest.Operand operand(Emitter e, LoopNest nest, String name, View v, int[] map) {
    int depth = nest.depth(map, v.strides());
    Lane lane = v.storage().constant() ? e.weightLane() : Lane.LD0;
    TileIn in = new TileIn(e, name, v, nest.tile(map), depth == 0 ? 1 : SLOTS, lane, Lane.VEC);
    return nest.operand(in, depth, map, Lane.VEC);
  }

  private void channels(Emitter e, Aff count, Loc in, Loc weights, Loc acc, Aff[] extents) {
    if (count.isConst()) {
      e.loop("c", count.value(), c -> taps(e, c, in, weights, acc, extents));
    } else {
      e.loop(
          new npusim.compiler.codegen.Var("c", count), c -> taps(e, c, in, weights, acc, extents));
    }
  }

  /** acc[n, g, oc, o…] += x[n, g, c, o·stride + tap·dilation…] · w[g, oc, c, tap…]. */
  private void taps(Emitter e, Aff c, Loc in, Loc weights, Loc acc, Aff[] extents) {
    long taps = win.taps();
    for (long tap = 0; tap < taps; tap++) {
      long rest = tap;
      Aff xAt = Aff.ZERO;
      Aff wAt = Aff.ZERO;
      long[] xs = new long[3 + r];
      long[] ws = new long[3 + r];
      xs[0] = in.strides()[0];
      xs[1] = in.strides()[1];
      ws[1] = weights.strides()[0];
      ws[2] = weights.strides()[1];
      for (int i = r - 1; i >= 0; i--) {
        long at = rest % win.kernel()[i];
        rest /= win.kernel()[i];
        xAt = xAt.plus(at * win.dilation()[i] * in.strides()[3 + i]);
        wAt = wAt.plus(at * weights.strides()[3 + i]);
        xs[3 + i] = in.strides()[3 + i] * win.stride()[i];
      }
      xAt = xAt.plus(c.times(in.strides()[2]));
      wAt = wAt.plus(c.times(weights.strides()[2]));
      Loc a = in.withStrides(1).at(xAt).withStrides(xs);
      Loc b = weights.withStrides(1).at(wAt).withStrides(ws);
      new Vec(e).fma(acc, a, b, acc, extents);
    }
  }
}
