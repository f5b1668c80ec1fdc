package npusim.compiler.decompose;

import java.util.Arrays;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/**
 * ONNX Runtime's MatMulNBits: A [*, K] × Bᵀ with B [N, K/block, block·bits/8] bytes of packed
 * weights, scales [N·K/block] and optional packed zero points (2^(bits-1) when absent).
 */
final class NBitsRule {
  private NBitsRule() {}

  static void expand(Node n, Emit e) {
    long k = n.intAttr("K", 0);
    long columns = n.intAttr("N", 0);
    int bits = (int) n.intAttr("bits", 4);
    long block = n.intAttr("block_size", 32);
    if (bits != 4 && bits != 8) {
      throw Refusal.of(n, bits + "-bit weights; 4 and 8 are supported");
    }
    if (e.optional(4) != null) {
      throw Refusal.of(n, "reordered weights (g_idx)");
    }
    Value a = e.in(0);
    DType t = a.dtype();
    long blocks = Math.ceilDiv(k, block);
    DType stored = bits == 4 ? DType.U4 : DType.U8;
    Value q = e.constant(unpacked(n, e, 1, stored, columns, blocks, block));
    Value scale = e.cast(e.reshape(e.in(2), columns, blocks, 1), t);
    Value zero;
    if (e.optional(3) == null) {
      zero = e.scalar(t, 1L << (bits - 1));
    } else if (e.in(3).dtype().isFloat()) {
      zero = e.cast(e.reshape(e.in(3), columns, blocks, 1), t);
    } else {
      zero = e.cast(e.constant(zeroPoints(n, e, stored, columns, blocks)), t);
    }
    Value w = e.mul(e.sub(e.cast(q, t), zero), scale);
    Value rows = e.slice(e.reshape(w, columns, blocks * block), 1, 0, k);
    Value x = a.rank() == 1 ? e.reshape(a, 1, k) : a;
    Value y = e.matmul(x, e.transpose(rows, 1, 0));
    y = e.optional(5) == null ? y : e.add(y, e.in(5));
    e.result(0, e.reshape(y, LongArrays.join(Arrays.copyOf(a.shape(), a.rank() - 1), columns)));
  }

  /**
   * The packed bytes with their element type: two 4-bit elements per byte, low half first, as
   * stored.
   */
  private static Tensor unpacked(
      Node n, Emit e, int input, DType stored, long columns, long blocks, long block) {
    Tensor t = e.constantOf(e.in(input));
    if (t == null) {
      throw Refusal.unbound(n, input, "packed weights");
    }
    long[] shape = {columns, blocks, block};
    return t.hasData() ? Tensor.of(stored, shape, t.data()) : Tensor.absent(stored, shape);
  }

  /** Zero points [N, K/block, 1]; each row of N begins at a byte. */
  private static Tensor zeroPoints(Node n, Emit e, DType stored, long columns, long blocks) {
    Tensor t = e.constantOf(e.in(3));
    if (t == null) {
      throw Refusal.unbound(n, 3, "zero points");
    }
    long[] shape = {columns, blocks, 1};
    if (!t.hasData()) {
      return Tensor.absent(stored, shape);
    }
    if (stored == DType.U8) {
      return t.reshaped(shape);
    }
    long perRow = Math.ceilDiv(blocks, 2);
    return Tensor.generateLongs(
        stored,
        shape,
        i -> (t.longAt(i / blocks * perRow + i % blocks / 2) >> (i % blocks % 2 * 4)) & 15);
  }
}
