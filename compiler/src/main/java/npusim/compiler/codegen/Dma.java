package npusim.compiler.codegen;

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
    new Strided(
            e,
            new Operands[] {Operands.DST, Operands.DRAM},
            new Loc[] {dst, dram},
            () -> new Op(Opcode.DMA_LD, lane).set(Field.Q, lane.queue()),
            op -> op.reads(dram.area()).writes(dst.area()))
        .emit(extents);
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
