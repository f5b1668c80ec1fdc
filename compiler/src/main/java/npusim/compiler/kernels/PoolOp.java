package npusim.compiler.kernels;

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
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.memory.View;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.RedFn;
import npusim.isa.Round;

/** MaxPool and AveragePool: reductions over windows by strides on a padded tile. */
public final class PoolOp implements Kernel {

  @Override
  public void emit(KernelContext k) {
    Node n = k.node();
    View x = k.in(0);
    View out = k.out(0);
    if (k.out(1) != null) {
      throw k.unsupported("indices are lowered before code generation");
    }
    Window win = Window.of(n, x.rank() - 2, n.intsAttr("kernel_shape"));
    DType t = x.type();
    if (n.is("MaxPool")) {
      double low = Surround.least(t);
      Region copy = new Region();
      copy.input(t);
      new Pool(k, x, out, win, RedFn.MAX, t, copy, null, low).run();
      return;
    }
    DType acc = t == DType.F64 ? t : DType.F32;
    Region mean = new Region();
    int sum = mean.input(acc);
    View count = null;
    boolean all = n.intAttr("count_include_pad", 0) != 0;
    long[] outDims = Arrays.copyOfRange(out.dims(), 2, out.rank());
    long[] inDims = Arrays.copyOfRange(x.dims(), 2, x.rank());
    if (!win.padded(outDims, inDims)) {
      mean.bini(BinFn.DIV, out.type(), sum, (double) win.taps());
    } else {
      Tensor c = counts(n, win, outDims, inDims, all);
      View v = k.constant("count", c);
      count = v.broadcast(out.dims());
      int d = mean.input(DType.F32);
      mean.bin(BinFn.DIV, out.type(), sum, d);
    }
    if (mean.size() == 0) {
      mean.convert(out.type(), sum, false, Round.TRUNC);
    }
    new Pool(k, x, out, win, RedFn.SUM, acc, mean, count, 0).run();
  }

  @Override
  public int divides(KernelContext k, int input, int dim) {
    return dim == 0 ? 0 : -1;
  }

  /** How many elements each window averages over. */
  private static Tensor counts(Node n, Window win, long[] out, long[] in, boolean includePad) {
    long[] pads = n.intsAttr("pads", new long[2 * out.length]);
    return Tensor.generate(
        DType.F32,
        out,
        i -> {
          double c = 1;
          long rest = i;
          for (int d = out.length - 1; d >= 0; d--) {
            long o = rest % out[d];
            rest /= out[d];
            long lo = includePad ? -pads[d] : 0;
            long hi = in[d] + (includePad ? pads[out.length + d] : 0);
            long first = o * win.stride()[d] - win.pad()[d];
            c *= tapsBefore(win, d, hi - first) - tapsBefore(win, d, lo - first);
          }
          return c;
        });
  }

  /** Taps of a window that lie less than {@code distance} behind its first. */
  private static long tapsBefore(Window win, int d, long distance) {
    return Math.clamp(Math.ceilDiv(distance, win.dilation()[d]), 0, win.kernel()[d]);
  }

  /** One pooling. */
  private static final class Pool {
    private static final int SLOTS = 2;
    private final KernelContext k;
    private final View x;
    private final View out;
    private final Window win;
    private final RedFn fn;
    private final DType accType;
    private final Region finish;
    private final View count;
    private final double padValue;
    private View padding;
    private long[] tile;
    private int cut;

    Pool(
        KernelContext k,
        View x,
        View out,
        Window win,
        RedFn fn,
        DType accType,
        Region finish,
        View count,
        double padValue) {
      Surround.Read read =
          Surround.read(x, win, Arrays.copyOfRange(out.dims(), 2, out.rank()), padValue);
      this.k = k;
      this.x = read.x();
      this.out = out;
      this.win = read.win();
      this.fn = fn;
      this.accType = accType;
      this.finish = finish;
      this.count = count;
      this.padValue = padValue;
    }

    void run() {
      if (out.size() == 0) {
        return;
      }
      cut = Cuts.amongCores(out, k.cores(), x, List.of());
      tile = out.dims().clone();
      tile[0] = 1;
      if (k.cores() > 1) {
        tile[cut] = Math.min(tile[cut], Math.ceilDiv(out.dims()[cut], k.cores()));
      }
      while (bytes() > k.spmBudget()) {
        int d = Cuts.next(x, tile, 1);
        if (d < 0) {
          throw k.tooSmall("scratchpad");
        }
        tile[d] = (tile[d] + 1) / 2;
      }
      if (padded()) {
        long[] largest = tile.clone();
        for (int d = 0; d < win.rank(); d++) {
          largest[2 + d] = win.halo(d, x.dims()[2 + d]).span(tile[2 + d]);
        }
        padding = k.padding(x, padValue, largest);
      }
      k.launch(this::emit);
    }

    private boolean padded() {
      long[] o = Arrays.copyOfRange(out.dims(), 2, out.rank());
      return win.padded(o, Arrays.copyOfRange(x.dims(), 2, x.rank()));
    }

    private long bytes() {
      long n = Arrays.stream(tile).reduce(1, Math::multiplyExact);
      long in = tile[1];
      for (int i = 0; i < win.rank(); i++) {
        in *= win.halo(i, x.dims()[2 + i]).span(tile[2 + i]);
      }
      long bits = SLOTS * out.type().bits() + accType.bits() + finish.scratchBits() + 64;
      long slots = x.storage().resident() && !padded() ? 0 : SLOTS;
      return slots * x.type().bytesFor(in) + n * bits / 8 + 1024;
    }

    private void emit(Emitter e, int part, int parts) {
      int rank = out.rank();
      Axis[] axes = new Axis[rank];
      int[] map = new int[rank];
      for (int d = 0; d < rank; d++) {
        long[] range =
            d == cut ? Axis.split(out.dims()[d], 1, part, parts) : new long[] {0, out.dims()[d]};
        Axis.Halo halo = d < 2 ? null : win.halo(d - 2, x.dims()[d]);
        axes[d] = new Axis("o" + d, range[0], range[1], tile[d], halo);
        map[d] = d;
      }
      LoopNest nest = new LoopNest(e, axes);
      if (nest.empty()) {
        return;
      }
      WindowIn input = new WindowIn(e, "x", x, axes, SLOTS, Lane.LD0, padding, Lane.VEC);
      LoopNest.Operand divisor = null;
      if (count != null) {
        int depth = nest.depth(map, count.strides());
        TileIn in =
            new TileIn(
                e,
                "count",
                count,
                nest.tile(map),
                depth == 0 ? 1 : SLOTS,
                e.weightLane(),
                Lane.VEC);
        divisor = nest.operand(in, depth, map, Lane.VEC);
      }
      long[] outTile = nest.tile(map);
      TileOut result = new TileOut(e, "out", out, outTile, SLOTS, Lane.VEC, k.otherCores(part));
      boolean direct = finish.isCopy();
      Loc acc = null;
      if (!direct) {
        long n = Arrays.stream(outTile).reduce(1, Math::multiplyExact);
        Area area = e.scratch(accType.bytesFor(n));
        acc = new Loc(area, Aff.of(area.lo()), TileIn.layout(out, outTile), accType);
      }
      Loc sum = acc;
      LoopNest.Operand by = divisor;
      Loc[] scratch = finish.scratch(e, TileIn.layout(out, outTile), null, outTile);
      nest.run(
          () -> {
            Axis.Step[] at = new Axis.Step[rank];
            for (int d = 0; d < rank; d++) {
              at[d] = nest.at(d);
            }
            Loc in = input.fetch(at);
            input.take(Lane.VEC);
            Loc dst = result.begin(nest.origin(map), nest.extents(map));
            windows(e, direct ? dst : sum, in, nest.extents(map));
            input.release(Lane.VEC);
            input.next();
            if (!direct) {
              Loc[] args = by == null ? new Loc[] {sum} : new Loc[] {sum, by.loc()};
              finish.emit(e, dst, args, scratch, null, nest.extents(map));
            }
            result.commit();
          });
    }

    /** One reduction along the innermost window dimension per tap of the others. */
    private void windows(Emitter e, Loc dst, Loc in, Aff[] extents) {
      int r = win.rank();
      int rank = out.rank();
      long outer = win.taps() / win.kernel()[r - 1];
      Aff[] ext = Arrays.copyOf(extents, rank + 1);
      ext[rank] = Aff.of(win.kernel()[r - 1]);
      boolean[] reduced = new boolean[rank + 1];
      reduced[rank] = true;
      long[] ds = Arrays.copyOf(dst.strides(), rank + 1);
      long[] xs = Arrays.copyOf(in.strides(), rank + 1);
      for (int i = 0; i < r; i++) {
        xs[2 + i] *= win.stride()[i];
      }
      xs[rank] = in.strides()[rank - 1] * win.dilation()[r - 1];
      for (long tap = 0; tap < outer; tap++) {
        long rest = tap;
        long offset = 0;
        for (int i = r - 2; i >= 0; i--) {
          offset += rest % win.kernel()[i] * win.dilation()[i] * in.strides()[2 + i];
          rest /= win.kernel()[i];
        }
        Loc a = in.withStrides(1).at(Aff.of(offset)).withStrides(xs);
        new Vec(e).reduce(fn, dst.withStrides(ds), a, reduced, Aff.of(tap), ext);
      }
    }
  }
}
