package npusim.compiler.codegen;

import java.util.List;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Opcode;
import npusim.isa.RedFn;
import npusim.isa.ScanFn;
import npusim.isa.ScatterFn;

/** Instructions whose addresses depend on data, and those that work along one dimension only. */
public final class Indexed {
  private final Emitter e;

  /** Such instructions of a kernel. */
  public Indexed(Emitter e) {
    this.e = e;
  }

  /**
   * dst[i] = src[idx[i] * step + i].
   *
   * @param step elements of the source per index
   * @param limit indices are below it; negative ones count from it
   */
  public void gather(Loc dst, Loc src, Loc idx, long step, long limit, Aff... extents) {
    new Strided(
            e,
            new Operands[] {Operands.DST, Operands.A, Operands.IDX},
            new Loc[] {dst, src, idx},
            () -> new Op(Opcode.V_GATHER, Lane.VEC),
            op -> {
              op.set(Field.ISTRIDE, step).set(Field.LIMIT, limit).set(Field.WRAP, true);
              op.reads(src.area()).reads(idx.area()).writes(dst.area());
            })
        .emit(extents);
  }

  /** dst[idx[i] * step + i] = fn(dst[…], src[i]), in the order of the dimensions. */
  public void scatter(
      ScatterFn fn, Loc dst, Loc src, Loc idx, long step, long limit, Aff... extents) {
    new Strided(
            e,
            new Operands[] {Operands.DST, Operands.A, Operands.IDX},
            new Loc[] {dst, src, idx},
            () -> new Op(Opcode.V_SCATTER, Lane.VEC),
            op -> {
              op.set(Field.FN, fn)
                  .set(Field.ISTRIDE, step)
                  .set(Field.LIMIT, limit)
                  .set(Field.WRAP, true);
              op.reads(src.area()).reads(idx.area()).reads(dst.area()).writes(dst.area());
            })
        .emit(extents);
  }

  /**
   * Rows of DRAM chosen by an index list in local memory.
   *
   * @param dst [index, at most three more dimensions]
   * @param dram the table with the stride of its rows first
   * @param idx one dimension
   */
  public void gatherRows(Lane lane, Loc dst, Loc dram, Loc idx, long rows, Aff... extents) {
    Op op = new Op(Opcode.DMA_GATHER, lane).set(Field.Q, lane.queue()).set(Field.ROWS, rows);
    rows(op, dst, Operands.DST, dram, idx, extents);
    e.emit(op.reads(dram.area()).reads(idx.area()).writes(dst.area()));
  }

  /** Rows stored to DRAM at places chosen by an index list in local memory. */
  public void scatterRows(Loc dram, Loc src, Loc idx, long rows, Aff... extents) {
    Op op = new Op(Opcode.DMA_SCATTER, Lane.ST).set(Field.ROWS, rows);
    rows(op, src, Operands.A, dram, idx, extents);
    e.emit(op.reads(src.area()).reads(idx.area()).writes(dram.area()));
  }

  private static void rows(Op op, Loc local, Operands name, Loc dram, Loc idx, Aff[] extents) {
    long[] ls = new long[4];
    long[] ds = new long[4];
    // The index dimension is the first of the instruction, the others are its last.
    op.set(Field.D0, extents[0]);
    ls[0] = local.strides()[0];
    ds[0] = dram.strides()[0];
    int skip = 4 - extents.length;
    for (int i = 1; i < extents.length; i++) {
      op.set(Operands.EXTENTS[skip + i], extents[i]);
      ls[skip + i] = local.strides()[i];
      ds[skip + i] = dram.strides()[i];
    }
    name.set(op, local, ls);
    Operands.DRAM.set(op, dram, ds);
    op.set(Field.IDX, idx.address())
        .set(Field.IDX_S0, idx.strides()[0])
        .set(Field.IDX_T, idx.type());
  }

  /** Index of the largest or smallest element along the last dimension; at most 3 others remain. */
  public void argReduce(RedFn fn, boolean last, Aff indexBase, Loc dst, Loc a, Aff... extents) {
    alongLast(
        List.of(Operands.DST, Operands.A),
        new Loc[] {dst, a},
        extents,
        new boolean[] {false, true},
        () ->
            new Op(Opcode.V_RED, Lane.VEC)
                .set(Field.FN, fn)
                .set(Field.MASK, 8)
                .set(Field.INDEX_BASE, indexBase)
                .set(Field.LAST, last),
        op -> op.reads(a.area()).writes(dst.area()));
  }

  /** Running combination along the last dimension. */
  public void scan(ScanFn fn, boolean exclusive, boolean reverse, Loc dst, Loc a, Aff... extents) {
    alongLast(
        List.of(Operands.DST, Operands.A),
        new Loc[] {dst, a},
        extents,
        new boolean[] {true, true},
        () ->
            new Op(Opcode.V_SCAN, Lane.VEC)
                .set(Field.FN, fn)
                .set(Field.EXCLUSIVE, exclusive)
                .set(Field.REVERSE, reverse),
        op -> op.reads(a.area()).writes(dst.area()));
  }

  /** The k largest or smallest along the last dimension. */
  public void topK(boolean smallest, long k, Loc values, Loc indices, Loc a, Aff... extents) {
    alongLast(
        List.of(Operands.DST, Operands.IDX, Operands.A),
        new Loc[] {values, indices, a},
        extents,
        new boolean[] {true, true, true},
        () -> new Op(Opcode.V_TOPK, Lane.VEC).set(Field.K, k).set(Field.SMALLEST, smallest),
        op -> op.reads(a.area()).writes(values.area()).writes(indices.area()));
  }

  /** Linear positions of the elements that aren't 0, and their number. */
  public void compact(Loc dst, Loc count, Loc a, long limit, Aff... extents) {
    List<Shape4.Dim> dims =
        Shape4.simplify(extents, new long[][] {a.strides()}, new int[extents.length]);
    if (dims.size() > 4) {
      throw new IllegalArgumentException("more than 4 dimensions");
    }
    Op op = new Op(Opcode.V_COMPACT, Lane.VEC).set(Field.LIMIT, limit);
    long[] s = new long[4];
    int skip = 4 - dims.size();
    for (int i = 0; i < dims.size(); i++) {
      op.set(Operands.EXTENTS[skip + i], dims.get(i).extent());
      s[skip + i] = dims.get(i).strides()[0];
    }
    Operands.A.set(op, a, s);
    op.set(Field.DST, dst.address())
        .set(Field.DST_S0, dst.strides()[0])
        .set(Field.DST_T, dst.type())
        .set(Field.CNT, count.address())
        .set(Field.CNT_T, DType.I64);
    e.emit(op.reads(a.area()).writes(dst.area()).writes(count.area()));
  }

  private void alongLast(
      List<Operands> names,
      Loc[] locs,
      Aff[] extents,
      boolean[] lastStride,
      java.util.function.Supplier<Op> make,
      java.util.function.Consumer<Op> finish) {
    int n = extents.length;
    long[][] strides = new long[locs.length][];
    int[] groups = new int[n];
    groups[n - 1] = 1;
    for (int i = 0; i < locs.length; i++) {
      strides[i] = locs[i].strides();
    }
    List<Shape4.Dim> dims = Shape4.simplify(extents, strides, groups);
    Shape4.Dim inner = new Shape4.Dim(Aff.ONE, new long[locs.length], 1);
    if (!dims.isEmpty() && dims.getLast().group() == 1) {
      inner = dims.removeLast();
    }
    rows(names, locs, dims, inner, lastStride, make, finish);
  }

  private void rows(
      List<Operands> names,
      Loc[] locs,
      List<Shape4.Dim> dims,
      Shape4.Dim inner,
      boolean[] lastStride,
      java.util.function.Supplier<Op> make,
      java.util.function.Consumer<Op> finish) {
    if (dims.size() > 3) {
      Shape4.Dim o = dims.getFirst();
      e.loop(
          new Var("r", o.extent()),
          i -> {
            Loc[] moved = new Loc[locs.length];
            for (int x = 0; x < locs.length; x++) {
              moved[x] = locs[x].withStrides(o.strides()[x]).at(i);
            }
            rows(names, moved, dims.subList(1, dims.size()), inner, lastStride, make, finish);
          });
      return;
    }
    Op op = make.get();
    int skip = 3 - dims.size();
    for (int i = 0; i < dims.size(); i++) {
      op.set(Operands.EXTENTS[skip + i], dims.get(i).extent());
    }
    op.set(Field.D3, inner.extent());
    for (int x = 0; x < locs.length; x++) {
      long[] s = new long[4];
      for (int i = 0; i < dims.size(); i++) {
        s[skip + i] = dims.get(i).strides()[x];
      }
      s[3] = lastStride[x] ? inner.strides()[x] : 0;
      names.get(x).set(op, locs[x], s);
    }
    finish.accept(op);
    e.emit(op);
  }
}
