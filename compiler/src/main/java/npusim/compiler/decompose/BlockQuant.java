package npusim.compiler.decompose;

import java.util.Arrays;
import npusim.compiler.ir.Node;
import npusim.isa.DType;

/**
 * QuantizeLinear and DequantizeLinear with one scale per block of an axis, as broadcast arithmetic.
 */
final class BlockQuant {
  private BlockQuant() {}

  static void dequantize(Node n, Emit e) {
    Value x = e.in(0);
    Value scale = e.in(1);
    int axis = ReductionRules.axis(n, x, 1);
    long block = n.intAttr("block_size", 0);
    if (e.constantOf(x) != null && x.dim(axis) % block == 0) {
      e.result(0, e.cast(byRows(e, x, axis, block), e.outType(0).dtype()));
      return;
    }
    Value v = e.cast(blocks(e, x, axis, block), scale.dtype());
    if (e.optional(2) != null) {
      v = e.sub(v, e.cast(perBlock(e, e.in(2), axis), scale.dtype()));
    }
    Value y = e.mul(v, perBlock(e, scale, axis));
    e.result(0, e.cast(joined(e, y, x, axis), e.outType(0).dtype()));
  }

  /**
   * Constant elements are laid out one block per row: one scale per row keeps them in few bits
   * until they are used.
   */
  private static Value byRows(Emit e, Value x, int axis, long block) {
    Value split = blocks(e, x, axis, block);
    int rank = split.rank();
    int[] perm = new int[rank];
    int[] back = new int[rank];
    for (int i = 0, k = 0; i < rank; i++) {
      if (i != axis + 1) {
        back[i] = k;
        perm[k++] = i;
      }
    }
    perm[rank - 1] = axis + 1;
    back[axis + 1] = rank - 1;
    Value moved = e.transpose(split, perm);
    long rows = e.in(1).elements();
    Value zero = e.optional(2) == null ? null : e.reshape(e.in(2), rows);
    Value y =
        QuantRules.dequantize(e, e.reshape(moved, rows, block), e.reshape(e.in(1), rows), zero, 0);
    return joined(e, e.transpose(e.reshape(y, moved.shape()), back), x, axis);
  }

  static void quantize(Node n, Emit e) {
    Value x = e.in(0);
    Value scale = e.in(1);
    int axis = ReductionRules.axis(n, x, 1);
    DType to = e.outType(0).dtype();
    Value v =
        e.div(
            blocks(e, x, axis, n.intAttr("block_size", 0)),
            e.cast(perBlock(e, scale, axis), x.dtype()));
    if (to.isInteger()) {
      v = e.unary("Round", v);
      if (e.optional(2) != null) {
        v = e.add(v, e.cast(perBlock(e, e.in(2), axis), v.dtype()));
      }
      v = e.clip(v, (double) to.minLong(), (double) to.maxLong());
    }
    Value q = e.cast(v, to);
    if (!to.isInteger()) {
      e.last().set("saturate", n.intAttr("saturate", 1));
    }
    e.result(0, joined(e, q, x, axis));
  }

  /** [… L …] as [… L/block, block …], filled up with zeros when the last block is short. */
  private static Value blocks(Emit e, Value x, int axis, long block) {
    long[] s = x.shape();
    long count = Math.ceilDiv(s[axis], block);
    long[] after = new long[s.length];
    after[axis] = count * block - s[axis];
    Value full = e.pad(x, new long[s.length], after, e.scalar(x.dtype(), 0));
    long[] split = new long[s.length + 1];
    System.arraycopy(s, 0, split, 0, axis);
    split[axis] = count;
    split[axis + 1] = block;
    System.arraycopy(s, axis + 1, split, axis + 2, s.length - axis - 1);
    return e.reshape(full, split);
  }

  private static Value perBlock(Emit e, Value scale, int axis) {
    long[] s = scale.shape();
    long[] with =
        LongArrays.join(
            Arrays.copyOf(s, axis + 1),
            LongArrays.join(new long[] {1}, Arrays.copyOfRange(s, axis + 1, s.length)));
    return e.reshape(scale, with);
  }

  private static Value joined(Emit e, Value y, Value x, int axis) {
    long[] full = x.shape();
    full[axis] = y.dim(axis) * y.dim(axis + 1);
    return e.slice(e.reshape(y, full), axis, 0, x.dim(axis));
  }
}
