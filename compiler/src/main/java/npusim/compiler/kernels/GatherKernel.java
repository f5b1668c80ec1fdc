package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Area;
import npusim.compiler.codegen.Axis;
import npusim.compiler.codegen.Dma;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Indexed;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.LoopNest;
import npusim.compiler.codegen.Ring;
import npusim.compiler.codegen.Shape4;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.codegen.TileOut;
import npusim.compiler.codegen.WorkMemory;
import npusim.compiler.memory.View;
import npusim.compiler.tiling.TileChooser;
import npusim.isa.BinFn;
import npusim.isa.DType;

/**
 * out[i…] = data[i…, idx[i…]]: data has the dimensions of the result (stride 0 where the index
 * alone decides) and the indexed axis last, idx is broadcast to the result. Rows that are long, or
 * tables too big for the scratchpad, are fetched by the DMA's gather; otherwise the table is loaded
 * and gathered from by the vector unit.
 */
final class GatherKernel {
  private static final int SLOTS = 2;
  private static final long ROW_BYTES = 64;

  private GatherKernel() {}

  /** Runs a gather; negative indices count from the end. */
  static void run(KernelContext k, View data, View idx, View out) {
    if (out.size() == 0) {
      return;
    }
    int r = out.rank();
    long limit = data.dims()[r];
    long step = data.strides()[r];
    View d = new View(data.storage(), data.offset(), out.dims(), Arrays.copyOf(data.strides(), r));
    View ix = idx.broadcast(out.dims());
    List<View> all = List.of(d, ix, out);
    List<Shape4.Dim> dims = MapKernel.simplified(all, new int[r]);
    List<View> flat = MapKernel.views(all, dims);
    View fd = withAxis(flat.get(0), limit, step);
    View fi = flat.get(1);
    View fo = flat.get(2);
    boolean dram = !data.storage().resident() && !out.storage().resident();
    boolean rows = dram && rowBytes(fd, fi) >= ROW_BYTES;
    if (!rows && onChip(k, fd, fi, fo)) {
      return;
    }
    if (!dram) {
      throw k.tooSmall("scratchpad");
    }
    byRows(k, fd, normalised(k, fi, limit), fo);
  }

  private static View withAxis(View v, long limit, long step) {
    long[] d = Arrays.copyOf(v.dims(), v.rank() + 1);
    long[] s = Arrays.copyOf(v.strides(), v.rank() + 1);
    d[v.rank()] = limit;
    s[v.rank()] = step;
    return new View(v.storage(), v.offset(), d, s);
  }

  /** Contiguous bytes fetched per index. */
  private static long rowBytes(View data, View idx) {
    long n = 1;
    for (int i = idx.rank() - 1; i >= 0; i--) {
      if (idx.strides()[i] == 0 && data.strides()[i] == n) {
        n *= data.dims()[i];
      }
    }
    return data.type().bytesFor(n);
  }

  private static View normalised(KernelContext k, View idx, long limit) {
    // Broadcast dimensions are not repeated in the temporary.
    long[] d = idx.dims().clone();
    for (int i = 0; i < d.length; i++) {
      d[i] = idx.strides()[i] == 0 ? 1 : d[i];
    }
    View narrow = new View(idx.storage(), idx.offset(), d, idx.strides());
    View t = k.temp("indices", idx.type(), d);
    Region r = new Region();
    int x = r.input(idx.type());
    int below = r.bini(BinFn.LT, idx.type(), x, 0L);
    r.bin(BinFn.ADD, idx.type(), x, r.bini(BinFn.MUL, idx.type(), below, limit));
    MapKernel.run(k, r, List.of(narrow), t);
    return t.broadcast(idx.dims());
  }

  private static boolean onChip(KernelContext k, View data, View idx, View out) {
    int r = out.rank();
    List<TileChooser.Operand> operands = new ArrayList<>();
    long[] dims = Arrays.copyOf(out.dims(), r + 1);
    dims[r] = data.dims()[r];
    boolean[] whole = new boolean[r + 1];
    whole[r] = true;
    for (View v : List.of(data, withAxis(idx, 1, 0), withAxis(out, 1, 0))) {
      if (!v.storage().resident()) {
        operands.add(
            new TileChooser.Operand(v.strides(), (long) SLOTS * v.type().bits(), v.type().bits()));
      }
    }
    int cut = longest(out.dims());
    if (k.cores() > 1) {
      dims[cut] = Math.ceilDiv(dims[cut], k.cores());
    }
    long[] tile = TileChooser.choose(dims, operands, 0, k.spmBudget() - 512, whole);
    if (tile == null) {
      tile = TileChooser.choose(dims, operands, 0, 2 * k.spmBudget() - 2048, whole);
    }
    if (tile == null) {
      return false;
    }
    long[] chosen = tile;
    k.launch(
        (e, part, parts) -> {
          Axis[] axes = new Axis[r + 1];
          int[] map = new int[r];
          int[] mapData = new int[r + 1];
          for (int i = 0; i < r; i++) {
            long n = out.dims()[i];
            long[] range = i == cut ? Axis.split(n, 1, part, parts) : new long[] {0, n};
            axes[i] = new Axis("d" + i, range[0], range[1], chosen[i]);
            map[i] = i;
            mapData[i] = i;
          }
          axes[r] = Axis.of("axis", data.dims()[r], data.dims()[r]);
          mapData[r] = r;
          LoopNest nest = new LoopNest(e, axes);
          if (nest.empty()) {
            return;
          }
          LoopNest.Operand d = operand(e, nest, data, mapData);
          LoopNest.Operand ix = operand(e, nest, idx, map);
          TileOut result =
              new TileOut(e, "out", out, nest.tile(map), SLOTS, Lane.VEC, k.otherCores(part));
          nest.run(
              () -> {
                Loc dst = result.begin(nest.origin(map), nest.extents(map));
                new Indexed(e)
                    .gather(
                        dst,
                        d.loc().withStrides(Arrays.copyOf(d.loc().strides(), r)),
                        ix.loc(),
                        d.loc().strides()[r],
                        data.dims()[r],
                        nest.extents(map));
                result.commit();
              });
        });
    return true;
  }

  private static LoopNest.Operand operand(Emitter e, LoopNest nest, View v, int[] map) {
    int depth = nest.depth(map, v.strides());
    TileIn in = new TileIn(e, "in", v, nest.tile(map), depth == 0 ? 1 : SLOTS, Lane.LD0, Lane.VEC);
    return nest.operand(in, depth, map, Lane.VEC);
  }

  static int longest(long[] dims) {
    int best = 0;
    for (int i = 0; i < dims.length; i++) {
      best = dims[i] > dims[best] ? i : best;
    }
    return best;
  }

  /**
   * Batch dimensions are looped over; one index dimension and up to three row dimensions per
   * gather.
   */
  private static void byRows(KernelContext k, View data, View idx, View out) {
    int r = out.rank();
    int list = -1;
    for (int i = 0; i < r; i++) {
      if (data.strides()[i] == 0 && (list < 0 || out.dims()[i] > out.dims()[list])) {
        list = i;
      }
    }
    int index = list;
    // Row dimensions: those the index doesn't vary over, innermost first, at most three.
    boolean[] row = new boolean[r];
    int n = 0;
    for (int i = r - 1; i >= 0 && n < 3; i--) {
      if (i != index && idx.strides()[i] == 0) {
        row[i] = true;
        n++;
      }
    }
    long[] tile = new long[r];
    Arrays.fill(tile, 1);
    long bits = (long) SLOTS * out.type().bits();
    long elements = (k.spmBudget() - 1024) * 8 / bits;
    for (int i = r - 1; i >= 0; i--) {
      if (row[i]) {
        tile[i] = Math.max(1, Math.min(out.dims()[i], elements));
        elements /= tile[i];
      }
    }
    if (index >= 0) {
      long most = Math.min(Math.max(1, elements), Math.max(1, k.spmBudget() / 4 / 8));
      tile[index] = Math.min(out.dims()[index], most);
    }
    int cut = longest(out.dims());
    k.launch(
        (e, part, parts) -> {
          Axis[] axes = new Axis[r];
          int[] map = new int[r];
          for (int i = 0; i < r; i++) {
            long total = out.dims()[i];
            long[] range = i == cut ? Axis.split(total, 1, part, parts) : new long[] {0, total};
            axes[i] = new Axis("d" + i, range[0], range[1], tile[i]);
            map[i] = i;
          }
          LoopNest nest = new LoopNest(e, axes);
          if (!nest.empty()) {
            rows(e, nest, map, index, row, data, idx, out);
          }
        });
  }

  private static void rows(
      Emitter e,
      LoopNest nest,
      int[] map,
      int index,
      boolean[] row,
      View data,
      View idx,
      View out) {
    int r = out.rank();
    long[] outTile = nest.tile(map);
    long[] layout = View.rowMajor(outTile);
    long count = Arrays.stream(outTile).reduce(1, Math::multiplyExact);
    Area area = e.scratch(WorkMemory.aligned(out.type().bytesFor(count)) * SLOTS);
    Ring ring = e.ring("rows", area, SLOTS, Lane.LD0, Lane.ST);
    DType it = idx.type();
    long listTile = index < 0 ? 1 : outTile[index];
    Area list = e.scratch(it.bytesFor(listTile));
    Loc indices = new Loc(list, Aff.of(list.lo()), new long[] {1}, it);
    nest.run(
        () -> {
          Aff many = index < 0 ? Aff.ONE : nest.at(index).extent();
          long s = index < 0 ? 0 : idx.strides()[index];
          // The list is loaded and used on one lane, in order.
          new Dma(e).load(Lane.LD0, indices, idx.loc().at(nest.origin(map)).withStrides(s), many);
          Loc slot = ring.acquire(layout, out.type());
          List<Integer> dims = new ArrayList<>();
          for (int i = 0; i < r; i++) {
            if (row[i]) {
              dims.add(i);
            }
          }
          long[] ls = new long[1 + dims.size()];
          long[] ds = new long[1 + dims.size()];
          Aff[] ext = new Aff[1 + dims.size()];
          ls[0] = index < 0 ? 0 : layout[index];
          ds[0] = data.strides()[r];
          ext[0] = many;
          for (int i = 0; i < dims.size(); i++) {
            ls[1 + i] = layout[dims.get(i)];
            ds[1 + i] = data.strides()[dims.get(i)];
            ext[1 + i] = nest.at(dims.get(i)).extent();
          }
          Aff[] origin = Arrays.copyOf(nest.origin(map), r + 1);
          origin[r] = Aff.ZERO;
          new Indexed(e)
              .gatherRows(
                  Lane.LD0,
                  slot.withStrides(ls),
                  data.loc().at(origin).withStrides(ds),
                  indices,
                  data.dims()[r],
                  ext);
          ring.publish();
          ring.take(Lane.ST);
          new Dma(e).store(out.loc().at(nest.origin(map)), slot, nest.extents(map));
          ring.release(Lane.ST);
          ring.next();
        });
  }
}
