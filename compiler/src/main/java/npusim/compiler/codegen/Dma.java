package npusim.compiler.codegen;

import npusim.compiler.memory.View;
import npusim.isa.BlockFormat;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Opcode;

/** DMA instructions over n-dimensional operands. */
public final class Dma {
  private final Emitter e;

  /** DMA instructions of a kernel. */
  public Dma(Emitter e) {
    this.e = e;
  }

  /** Copies a region of DRAM to local memory on a load lane. */
  public void load(Lane lane, Loc dst, Loc dram, Aff... extents) {
    load(lane, false, dst, dram, extents);
  }

  private void load(Lane lane, boolean placed, Loc dst, Loc dram, Aff... extents) {
    new Strided(
            e,
            new Operands[] {Operands.DST, Operands.DRAM},
            new Loc[] {dst, dram},
            () -> {
              Op op = new Op(Opcode.DMA_LD, lane).set(Field.Q, lane.queue());
              return placed ? op.set(Field.PLACED, 1) : op;
            },
            op -> op.reads(dram.area()).writes(dst.area()))
        .emit(extents);
  }

  /**
   * Loads a tile of compressed weights, expanded on the way.
   *
   * @param dst the tile, contiguous along the dimension that blocks lie along
   * @param from the weights; one dimension has stride 1, the others multiples of a block
   * @param origin first element per dimension, at a block's beginning
   * @param extents elements per dimension, whole blocks
   */
  public void expand(Lane lane, Loc dst, View from, Aff[] origin, Aff[] extents) {
    BlockFormat f = from.storage().format();
    int n = extents.length;
    long[] coded = new long[n];
    long[] local = new long[n];
    Aff[] blocks = new Aff[n];
    Aff first = Aff.of(from.offset());
    for (int i = 0; i < n; i++) {
      long s = from.strides()[i];
      first = first.plus(origin[i].times(s));
      blocks[i] = s == 1 ? extents[i].dividedBy(f.block()) : extents[i];
      coded[i] = (s == 1 ? 1 : s / f.block()) * f.bytes();
      local[i] = dst.strides()[i] * (s == 1 ? f.block() : 1);
    }
    Aff start = from.storage().start().plus(first.dividedBy(f.block()).times(f.bytes()));
    Loc dram = new Loc(from.storage().area(), start, coded, DType.U8);
    int[] order = TileIn.order(from.strides());
    new Strided(
            e,
            new Operands[] {Operands.DST, Operands.DRAM},
            new Loc[] {dst.withStrides(local).dims(order), dram.dims(order)},
            () ->
                new Op(Opcode.DMA_LDZ, lane)
                    .set(Field.Q, lane.queue())
                    .set(Field.CODING, f.coding())
                    .set(Field.BLOCK, f.block())
                    .set(Field.BYTES, f.bytes())
                    .set(Field.KEEP, f.keep())
                    .set(Field.OF, f.of()),
            op -> op.reads(dram.area()).writes(dst.area()))
        .emit(permuted(order, blocks));
  }

  /** Copies a region of local memory to DRAM. */
  public void store(Loc dram, Loc src, Aff... extents) {
    new Strided(
            e,
            new Operands[] {Operands.DRAM, Operands.A},
            new Loc[] {dram, src},
            () -> new Op(Opcode.DMA_ST, Lane.ST),
            op -> op.reads(src.area()).writes(dram.area()))
        .emit(extents);
  }

  /** As {@link #load(Lane, Loc, Loc, Aff...)} with the dimensions walked in the given order. */
  public void load(Lane lane, Loc dst, Loc dram, int[] order, Aff[] extents) {
    load(lane, dst.dims(order), dram.dims(order), permuted(order, extents));
  }

  /**
   * The same.
   *
   * @param placed whether the region lies in the memory channel nearest to the core
   */
  public void load(Lane lane, boolean placed, Loc dst, Loc dram, int[] order, Aff[] extents) {
    load(lane, placed, dst.dims(order), dram.dims(order), permuted(order, extents));
  }

  /** As {@link #store(Loc, Loc, Aff...)} with the dimensions walked in the given order. */
  public void store(Loc dram, Loc src, int[] order, Aff[] extents) {
    store(dram.dims(order), src.dims(order), permuted(order, extents));
  }

  /** As {@link #put(long, Loc, Aff...)} with the dimensions walked in the given order. */
  public void put(long cores, Loc region, int[] order, Aff[] extents) {
    put(cores, region.dims(order), permuted(order, extents));
  }

  private static Aff[] permuted(int[] order, Aff[] extents) {
    Aff[] p = new Aff[order.length];
    for (int i = 0; i < p.length; i++) {
      p[i] = extents[order[i]];
    }
    return p;
  }

  /** Copies within the core's own local memory on a load lane. */
  public void copy(Lane lane, Loc dst, Loc src, Aff... extents) {
    new Strided(
            e,
            new Operands[] {Operands.DST, Operands.A},
            new Loc[] {dst, src.withType(dst.type())},
            () ->
                new Op(Opcode.DMA_GET, lane)
                    .set(Field.CORE, e.coreIndex())
                    .set(Field.Q, lane.queue()),
            op -> op.reads(src.area()).writes(dst.area()))
        .emit(extents);
  }

  /** As {@link #copy(Lane, Loc, Loc, Aff...)} with the dimensions walked in the given order. */
  public void copy(Lane lane, Loc dst, Loc src, int[] order, Aff[] extents) {
    copy(lane, dst.dims(order), src.dims(order), permuted(order, extents));
  }

  /** Copies a region to the same place in other cores. */
  public void put(long cores, Loc region, Aff... extents) {
    new Strided(
            e,
            new Operands[] {Operands.DST, Operands.A},
            new Loc[] {region, region},
            () -> new Op(Opcode.DMA_PUT, Lane.ST).set(Field.CORES, cores),
            op -> op.reads(region.area()).writes(region.area()))
        .emit(extents);
  }
}
