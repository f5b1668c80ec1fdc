package npusim.compiler.kernels;

import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Axis;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Indexed;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.LoopNest;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.codegen.TileOut;
import npusim.compiler.codegen.Vec;
import npusim.compiler.memory.View;
import npusim.isa.DType;
import npusim.isa.RedFn;

/**
 * ArgMax and ArgMin along rows that don't fit on chip: of every piece of a row the extreme value
 * and its index are kept; the index of the most extreme piece is the result.
 */
final class LongRows {
  private static final int SLOTS = 2;

  private final KernelContext k;
  private final RedFn fn;
  private final boolean last;
  private final View in;
  private final View out;
  private final int cut;
  private final long piece;

  /**
   * Such a reduction.
   *
   * @param last whether the last of equal elements counts
   * @param in rows along the last dimension
   * @param out the same with one element per row
   * @param cut dimension of rows that cores divide, -1 for none
   */
  LongRows(KernelContext k, RedFn fn, boolean last, View in, View out, int cut) {
    this.k = k;
    this.fn = fn;
    this.last = last;
    this.in = in;
    this.out = out;
    this.cut = cut;
    // Beside two pieces: an extreme value and an index for each.
    long row = in.dims()[in.rank() - 1];
    long n = row;
    while (n > 64 && bytes(row, n) > k.spmBudget() - 1024) {
      n = Math.ceilDiv(Math.ceilDiv(n, 2), 64) * 64;
    }
    piece = n;
    if (bytes(row, n) > k.spmBudget() - 1024) {
      throw k.tooSmall("scratchpad");
    }
  }

  private long bytes(long row, long n) {
    long pieces = Math.ceilDiv(row, n);
    return SLOTS * in.type().bytesFor(n) + in.type().bytesFor(pieces) + 8 * pieces + 8;
  }

  void run() {
    k.launch(this::emit);
  }

  private void emit(Emitter e, int part, int parts) {
    if (cut < 0 && part > 0) {
      return;
    }
    int r = in.rank();
    Axis[] axes = new Axis[r];
    int[] map = new int[r];
    int[] rows = new int[r];
    for (int i = 0; i < r; i++) {
      long n = in.dims()[i];
      long[] range = i == cut ? Axis.split(n, 1, part, parts) : new long[] {0, n};
      axes[i] = new Axis("d" + i, range[0], range[1], i == r - 1 ? piece : 1);
      map[i] = i;
      rows[i] = i == r - 1 ? -1 : i;
    }
    LoopNest nest = new LoopNest(e, axes);
    if (nest.empty()) {
      return;
    }
    long pieces = axes[r - 1].tiles();
    TileIn src = new TileIn(e, "in", in, nest.tile(map), SLOTS, Lane.LD0, Lane.VEC);
    LoopNest.Operand x = nest.operand(src, r, map, Lane.VEC);
    Loc values = vector(e, in.type(), pieces, r);
    Loc indices = vector(e, DType.I64, pieces, r);
    Loc winner = vector(e, DType.I64, 1, r);
    TileOut result =
        new TileOut(e, "out", out, nest.tile(rows), SLOTS, Lane.VEC, k.otherCores(part));
    Vec vec = new Vec(e);
    Indexed indexed = new Indexed(e);
    boolean[] reduced = new boolean[r];
    reduced[r - 1] = true;
    nest.around(
        r - 1,
        () -> {},
        () -> {
          Aff[] all = nest.extents(rows);
          all[r - 1] = Aff.of(pieces);
          indexed.argReduce(fn, last, Aff.ZERO, winner, values, all);
          Loc dst = result.begin(nest.origin(rows), nest.extents(rows));
          Loc one = indices.withStrides(new long[r]);
          indexed.gather(dst, one, winner, 1, pieces, nest.extents(rows));
          result.commit();
        });
    nest.run(
        () -> {
          Aff[] at = nest.origin(new int[r]);
          java.util.Arrays.fill(at, Aff.ZERO);
          at[r - 1] = nest.at(r - 1).index();
          Aff[] extents = nest.extents(map);
          RedFn extreme = fn == RedFn.ARGMAX ? RedFn.MAX : RedFn.MIN;
          vec.reduce(extreme, values.at(at), x.loc(), reduced, Aff.ZERO, extents);
          indexed.argReduce(fn, last, nest.at(r - 1).origin(), indices.at(at), x.loc(), extents);
        });
  }

  /** A vector along the last of {@code rank} dimensions. */
  private static Loc vector(Emitter e, DType type, long n, int rank) {
    long[] strides = new long[rank];
    strides[rank - 1] = 1;
    return e.tensor(type, n, strides);
  }
}
