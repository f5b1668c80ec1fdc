package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Dma;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.LoopNest;
import npusim.compiler.codegen.Ring;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.codegen.TileOut;
import npusim.compiler.codegen.Vec;
import npusim.compiler.codegen.WorkMemory;
import npusim.compiler.memory.View;
import npusim.compiler.tiling.MatmulTiles;
import npusim.compiler.tiling.MatmulTiling;
import npusim.isa.DType;

/**
 * The way of a product's sums from the accumulators through the epilogue to where the result lies:
 * a tile at once, or in pieces of its rows where the scratchpad had better hold operands.
 */
final class ProductResults {
  private static final int SLOTS = MatmulTiling.SLOTS;

  private final Emitter e;
  private final LoopNest nest;
  private final Contraction c;
  private final Region epilogue;
  private final int[] axisOf;
  private final int rows;
  private final int pieces;
  private final long pieceRows;
  private final boolean direct;
  private final Lane drain;
  private final Ring acc;
  private final long[] accStrides;
  private final DType accType;
  private final TileOut out;
  private final Loc[] scratch;
  private final List<Extra> extras = new ArrayList<>();
  private Loc sum;

  /** An operand of the epilogue: fetched by the loops, or piece by piece. */
  private record Extra(LoopNest.Operand whole, TileIn pieces) {}

  /**
   * Results of a nest of loops.
   *
   * @param axisOf axes of the result's dimensions
   * @param accumulators tiles of sums in the accumulator memory at once
   * @param otherCores mask of the cores that keep a replica of a resident result
   */
  ProductResults(
      Emitter e,
      LoopNest nest,
      Contraction c,
      Region epilogue,
      int[] axisOf,
      MatmulTiles t,
      DType accType,
      int accumulators,
      long otherCores) {
    this.e = e;
    this.nest = nest;
    this.c = c;
    this.epilogue = epilogue;
    this.axisOf = axisOf.clone();
    this.accType = accType;
    rows = c.batchDims();
    pieces = t.pieces();
    pieceRows = t.pieceRows();
    long[] tile = nest.tile(axisOf);
    long[] piece = tile.clone();
    piece[rows] = Math.min(tile[rows], pieceRows);
    for (View x : c.extras()) {
      extras.add(extra(x, tile, piece));
    }
    accStrides = new long[tile.length];
    accStrides[rows] = tile[rows + 1];
    accStrides[rows + 1] = 1;
    direct = direct(c, epilogue);
    drain = direct ? Lane.ST : Lane.VEC;
    long slot = WorkMemory.aligned(4 * tile[rows] * tile[rows + 1]);
    acc = e.ring("acc", e.accumulators(slot * accumulators), accumulators, Lane.MAT, drain);
    out = direct ? null : new TileOut(e, "out", c.out(), piece, SLOTS, Lane.VEC, otherCores);
    scratch = direct ? new Loc[0] : epilogue.scratch(e, TileIn.layout(c.out(), piece), null, piece);
  }

  /** Whether sums go from the accumulators to memory as they are. */
  static boolean direct(Contraction c, Region epilogue) {
    return epilogue.isCopy() && !c.out().storage().resident();
  }

  private Extra extra(View x, long[] tile, long[] piece) {
    boolean byPiece = pieces > 1 && x.strides()[rows] != 0;
    int depth = nest.depth(axisOf, x.strides());
    Lane lane = x.storage().constant() ? e.weightLane() : Lane.LD0;
    int slots = depth == 0 && !byPiece ? 1 : SLOTS;
    TileIn in = new TileIn(e, "x", x, byPiece ? piece : tile, slots, lane, Lane.VEC);
    return byPiece
        ? new Extra(null, in)
        : new Extra(nest.operand(in, depth, axisOf, Lane.VEC), null);
  }

  /** Memory of the tile whose sums begin. */
  void begin() {
    sum = acc.acquire(accStrides, accType);
  }

  /** The sums of the present tile. */
  Loc sum() {
    return sum;
  }

  /** The present tile's sums are complete. */
  void end() {
    acc.publish();
    acc.take(drain);
    Aff[] origin = nest.origin(axisOf);
    Aff[] extents = nest.extents(axisOf);
    if (direct) {
      new Dma(e).store(c.out().loc().at(origin), sum, extents);
      acc.release(drain);
    } else {
      Aff whole = extents[rows];
      for (int p = 0; p < pieces; p++) {
        long before = p * pieceRows;
        boolean last = p == pieces - 1;
        Aff[] from = origin.clone();
        from[rows] = from[rows].plus(before);
        Aff[] ext = extents.clone();
        ext[rows] = last ? whole.plus(-before) : Aff.of(pieceRows);
        piece(before, from, ext);
        if (last) {
          acc.release(drain);
        }
        out.commit();
      }
    }
    acc.next();
  }

  private void piece(long before, Aff[] origin, Aff[] extents) {
    Aff[] within = new Aff[extents.length];
    Arrays.fill(within, Aff.ZERO);
    within[rows] = Aff.of(before);
    Loc[] args = new Loc[1 + extras.size()];
    args[0] = sum.at(within);
    for (int i = 0; i < extras.size(); i++) {
      Extra x = extras.get(i);
      if (x.pieces() == null) {
        args[1 + i] = x.whole().loc().at(within);
      } else {
        args[1 + i] = x.pieces().fetch(origin, extents);
        x.pieces().take(Lane.VEC);
      }
    }
    Loc dst = out.begin(origin, extents);
    if (epilogue.isCopy()) {
      new Vec(e).copy(dst, args[0], extents);
    } else {
      epilogue.emit(e, dst, args, scratch, null, extents);
    }
    for (Extra x : extras) {
      if (x.pieces() != null) {
        x.pieces().release(Lane.VEC);
        x.pieces().next();
      }
    }
  }
}
