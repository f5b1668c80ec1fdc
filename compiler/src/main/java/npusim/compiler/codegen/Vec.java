package npusim.compiler.codegen;

import java.util.List;
import npusim.isa.BinFn;
import npusim.isa.Field;
import npusim.isa.Opcode;
import npusim.isa.RedFn;
import npusim.isa.Round;
import npusim.isa.UnFn;

/** Vector instructions over n-dimensional operands. */
public final class Vec {
  private final Emitter e;

  /** Vector instructions of a kernel. */
  public Vec(Emitter e) {
    this.e = e;
  }

  /** dst = fn(a). */
  public void un(UnFn fn, Loc dst, Loc a, Aff... extents) {
    run(
        Opcode.V_UN,
        new Operands[] {Operands.DST, Operands.A},
        new Loc[] {dst, a},
        op -> op.set(Field.FN, fn),
        extents);
  }

  /** dst = fn(a, b). */
  public void bin(BinFn fn, Loc dst, Loc a, Loc b, Aff... extents) {
    run(
        Opcode.V_BIN,
        new Operands[] {Operands.DST, Operands.A, Operands.B},
        new Loc[] {dst, a, b},
        op -> op.set(Field.FN, fn),
        extents);
  }

  /** dst = fn(a, imm), or fn(imm, a) when reversed. */
  public void bini(BinFn fn, Loc dst, Loc a, double imm, boolean reverse, Aff... extents) {
    run(
        Opcode.V_BINI,
        new Operands[] {Operands.DST, Operands.A},
        new Loc[] {dst, a},
        op -> op.set(Field.FN, fn).setScalar(Field.IMM, a.type(), imm).set(Field.REVERSE, reverse),
        extents);
  }

  /** dst = fn(a, imm) with an integer scalar, or fn(imm, a) when reversed. */
  public void bini(BinFn fn, Loc dst, Loc a, long imm, boolean reverse, Aff... extents) {
    run(
        Opcode.V_BINI,
        new Operands[] {Operands.DST, Operands.A},
        new Loc[] {dst, a},
        op -> op.set(Field.FN, fn).set(Field.IMM, imm).set(Field.REVERSE, reverse),
        extents);
  }

  /** dst = cond ? a : b. */
  public void select(Loc dst, Loc cond, Loc a, Loc b, Aff... extents) {
    run(
        Opcode.V_SEL,
        new Operands[] {Operands.DST, Operands.COND, Operands.A, Operands.B},
        new Loc[] {dst, cond, a, b},
        op -> {},
        extents);
  }

  /** dst = a * b + c. */
  public void fma(Loc dst, Loc a, Loc b, Loc c, Aff... extents) {
    run(
        Opcode.V_FMA,
        new Operands[] {Operands.DST, Operands.A, Operands.B, Operands.C},
        new Loc[] {dst, a, b, c},
        op -> {},
        extents);
  }

  /** dst = a converted to dst's type. */
  public void convert(Loc dst, Loc a, boolean saturate, Round round, Aff... extents) {
    run(
        Opcode.V_CVT,
        new Operands[] {Operands.DST, Operands.A},
        new Loc[] {dst, a},
        op -> op.set(Field.SATURATE, saturate).set(Field.ROUND, round),
        extents);
  }

  /** dst = saturate(round(a / scale) + zp). */
  public void quantise(Loc dst, Loc a, Loc scale, Loc zp, Aff... extents) {
    run(
        Opcode.V_QUANT,
        new Operands[] {Operands.DST, Operands.A, Operands.SCALE, Operands.ZP},
        new Loc[] {dst, a, scale, zp},
        op -> {},
        extents);
  }

  /** dst = (a - zp) * scale. */
  public void dequantise(Loc dst, Loc a, Loc scale, Loc zp, Aff... extents) {
    run(
        Opcode.V_DEQUANT,
        new Operands[] {Operands.DST, Operands.A, Operands.SCALE, Operands.ZP},
        new Loc[] {dst, a, scale, zp},
        op -> {},
        extents);
  }

  /**
   * dst = what a core of another chip has as a, which gets this core's. The communication unit does
   * it once the vector unit is done with everything so far, which goes on when it has come.
   *
   * @param peer number of the core in the system
   */
  public void exchange(Loc dst, Loc a, Aff peer, Aff... extents) {
    Emitter.Handover h = e.handover();
    e.signal(Lane.VEC, h.given(), 1);
    e.await(Lane.COM, h.given(), 1);
    new Strided(
            e,
            new Operands[] {Operands.DST, Operands.A},
            new Loc[] {dst, a},
            () -> new Op(Opcode.C_EXCHANGE, Lane.COM).set(Field.PEER, peer),
            op -> op.reads(a.area()).writes(dst.area()))
        .emit(extents);
    e.signal(Lane.COM, h.back(), 1);
    e.await(Lane.VEC, h.back(), 1);
  }

  /** dst = a, bitwise. */
  public void copy(Loc dst, Loc a, Aff... extents) {
    run(
        Opcode.V_COPY,
        new Operands[] {Operands.DST, Operands.A},
        new Loc[] {dst, a},
        op -> {},
        extents);
  }

  /** dst = value. */
  public void fill(Loc dst, double value, Aff... extents) {
    run(
        Opcode.V_FILL,
        new Operands[] {Operands.DST},
        new Loc[] {dst},
        op -> op.setScalar(Field.IMM, dst.type(), value),
        extents);
  }

  /** dst = integer value. */
  public void fill(Loc dst, long value, Aff... extents) {
    run(
        Opcode.V_FILL,
        new Operands[] {Operands.DST},
        new Loc[] {dst},
        op -> op.set(Field.IMM, value),
        extents);
  }

  /**
   * Reduces the marked dimensions of a to one element.
   *
   * @param reduced by dimension; at most four dimensions may remain after merging
   * @param accumulate 0 overwrites dst, anything else combines with it
   */
  public void reduce(RedFn fn, Loc dst, Loc a, boolean[] reduced, Aff accumulate, Aff... extents) {
    int[] groups = new int[extents.length];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = reduced[i] ? 1 : 0;
    }
    long[] d = dst.strides().clone();
    for (int i = 0; i < d.length; i++) {
      // A reduced dimension merges with its neighbour by the strides of the source alone.
      d[i] = reduced[i] ? 0 : d[i];
    }
    // Kept dimensions as the source lies in memory; reduced ones keep their order, which decides
    // the rounding of sums.
    int[] order = keptInOrder(a.strides(), reduced);
    Aff[] n = new Aff[order.length];
    int[] g = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      n[i] = extents[order[i]];
      g[i] = groups[order[i]];
    }
    long[][] strides = {dst.withStrides(d).dims(order).strides(), a.dims(order).strides()};
    reduce(fn, dst, a, accumulate, Shape4.simplify(n, strides, g));
  }

  private static int[] keptInOrder(long[] strides, boolean[] reduced) {
    int[] result = new int[strides.length];
    int[] byStride = TileIn.order(strides);
    int next = 0;
    for (int i = 0; i < result.length; i++) {
      if (reduced[i]) {
        result[i] = i;
        continue;
      }
      while (reduced[byStride[next]]) {
        next++;
      }
      result[i] = byStride[next++];
    }
    return result;
  }

  private void reduce(RedFn fn, Loc dst, Loc a, Aff accumulate, List<Shape4.Dim> dims) {
    if (dims.size() > 4) {
      int outer = -1;
      for (int i = 0; i < dims.size() && outer < 0; i++) {
        outer = dims.get(i).group() == 0 ? i : -1;
      }
      if (outer < 0) {
        throw new IllegalArgumentException(
            "reduction over " + dims.size() + " separate dimensions");
      }
      Shape4.Dim o = dims.get(outer);
      List<Shape4.Dim> rest = new java.util.ArrayList<>(dims);
      rest.remove(outer);
      e.loop(
          new Var("r", o.extent()),
          i ->
              reduce(
                  fn,
                  dst.withStrides(o.strides()[0]).at(i),
                  a.withStrides(o.strides()[1]).at(i),
                  accumulate,
                  rest));
      return;
    }
    Op op = new Op(Opcode.V_RED, Lane.VEC).set(Field.FN, fn).set(Field.ACCUM, accumulate);
    int skip = 4 - dims.size();
    long[] sd = new long[4];
    long[] sa = new long[4];
    long mask = 0;
    for (int i = 0; i < dims.size(); i++) {
      op.set(Operands.EXTENTS[skip + i], dims.get(i).extent());
      sd[skip + i] = dims.get(i).strides()[0];
      sa[skip + i] = dims.get(i).strides()[1];
      mask |= dims.get(i).group() == 1 ? 1L << (skip + i) : 0;
    }
    Operands.DST.set(op, dst, sd);
    Operands.A.set(op, a, sa);
    op.set(Field.MASK, mask);
    e.emit(op.reads(a.area()).reads(dst.area()).writes(dst.area()));
  }

  private void run(
      Opcode opcode,
      Operands[] names,
      Loc[] locs,
      java.util.function.Consumer<Op> more,
      Aff... extents) {
    // Along the result as it lies in memory, whatever the order of its dimensions.
    int[] order = TileIn.order(locs[0].strides());
    Loc[] at = new Loc[locs.length];
    Aff[] n = new Aff[extents.length];
    for (int i = 0; i < at.length; i++) {
      at[i] = locs[i].dims(order);
    }
    for (int i = 0; i < n.length; i++) {
      n[i] = extents[order[i]];
    }
    new Strided(
            e,
            names,
            at,
            () -> new Op(opcode, Lane.VEC),
            op -> {
              more.accept(op);
              op.writes(locs[0].area());
              for (int i = 1; i < locs.length; i++) {
                op.reads(locs[i].area());
              }
            })
        .emit(n);
  }
}
