package npusim.compiler.kernels;

import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.LoopNest;
import npusim.compiler.codegen.Ring;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.codegen.Vec;
import npusim.compiler.codegen.WorkMemory;
import npusim.compiler.memory.View;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.Round;

/**
 * Weights stored in few bits on their way to the matrix unit: a tile is loaded as stored, the
 * vector unit widens and scales it into a second ring in the scratchpad, the matrix unit reads it
 * from there. DRAM never sees the wide form.
 */
final class WidenedWeights {
  private static final int SLOTS = 2;

  private final Emitter e;
  private final LoopNest nest;
  private final int[] axisOf;
  private final int depth;
  private final DType type;
  private final Scales scales;
  private final TileIn stored;
  private final TileIn scale;
  private final TileIn zero;
  private final Ring wide;
  private final long[] layout;
  private final long tileK;
  private Loc loc;

  /**
   * Weights of a product.
   *
   * @param w [batch…, K, N]; without batch when there are scales
   * @param axisOf axes that its dimensions follow, the last two those of the sums and the columns
   * @param type what they are widened to
   * @param scales or null
   */
  WidenedWeights(Emitter e, LoopNest nest, View w, int[] axisOf, DType type, Scales scales) {
    this.e = e;
    this.nest = nest;
    this.axisOf = axisOf.clone();
    this.type = type;
    this.scales = scales;
    this.depth = nest.depth(axisOf, w.strides());
    long[] tile = nest.tile(axisOf);
    int r = tile.length;
    tileK = tile[r - 2];
    int slots = depth == 0 ? 1 : SLOTS;
    stored = new TileIn(e, "w", w, tile, slots, lane(w), Lane.VEC);
    layout = TileIn.layout(w, tile);
    if (scales == null) {
      scale = null;
      zero = null;
    } else {
      long[] part = {tileK / scales.block(), tile[r - 1]};
      View s = scales.scale();
      scale = new TileIn(e, "scale", s, part, slots, lane(s), Lane.VEC);
      View z = scales.zero();
      zero = z == null ? null : new TileIn(e, "zero", z, part, slots, lane(z), Lane.VEC);
    }
    long elements = 1;
    for (int i = 0; i < r; i++) {
      elements *= w.strides()[i] == 0 ? 1 : tile[i];
    }
    // Packed tiles may have a gap behind odd rows.
    long slot =
        WorkMemory.aligned(
            type.bytesFor(elements + (w.type().isPacked() ? tile[0] + tile[r - 1] : 0)));
    wide = e.ring("wide", e.scratch(slot * slots), slots, Lane.VEC, Lane.MAT);
  }

  private Lane lane(View v) {
    return v.storage().constant() ? e.weightLane() : Lane.LD0;
  }

  /** Adds the work to the loops. */
  void schedule() {
    nest.around(
        depth,
        this::open,
        () -> {
          wide.release(Lane.MAT);
          wide.next();
        });
  }

  /** The tile in the present step, widened. */
  Loc loc() {
    return loc;
  }

  private void open() {
    Aff[] origin = nest.origin(axisOf);
    Aff[] extents = nest.extents(axisOf);
    Loc from = stored.fetch(origin, extents);
    stored.take(Lane.VEC);
    if (scales == null) {
      loc = wide.acquire(layout, type);
      new Vec(e).convert(loc, from, false, Round.TRUNC, extents);
    } else {
      scaled(from, origin, extents);
    }
    wide.publish();
    done(stored);
    if (scales != null) {
      done(scale);
      if (zero != null) {
        done(zero);
      }
    }
    wide.take(Lane.MAT);
  }

  private static void done(TileIn t) {
    t.release(Lane.VEC);
    t.next();
  }

  /** Columns, groups, elements of a group: dimensions in the order in which weights lie. */
  private void scaled(Loc from, Aff[] origin, Aff[] extents) {
    int r = axisOf.length;
    long block = scales.block();
    Aff[] first = {origin[r - 2].dividedBy(block), origin[r - 1]};
    Aff[] part = {Aff.of(tileK / block), extents[r - 1]};
    Loc s = scale.fetch(first, part);
    scale.take(Lane.VEC);
    Loc z = null;
    if (zero != null) {
      z = zero.fetch(first, part);
      zero.take(Lane.VEC);
    }
    loc = wide.acquire(layout, type);
    Aff[] all = {extents[r - 1], Aff.of(tileK / block), Aff.of(block)};
    if (z == null) {
      new Vec(e).bin(BinFn.MUL, split(loc), split(from), perGroup(s), all);
    } else {
      new Vec(e).dequantise(split(loc), split(from), perGroup(s), perGroup(z), all);
    }
  }

  private Loc split(Loc w) {
    int r = w.rank();
    long along = w.strides()[r - 2];
    return w.withStrides(w.strides()[r - 1], along * scales.block(), along);
  }

  private static Loc perGroup(Loc s) {
    return s.withStrides(s.strides()[1], s.strides()[0], 0);
  }
}
