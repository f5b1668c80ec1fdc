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
    // One row per block: a scale per row is the form of DequantizeLinear that stays in few bits
    // until it is used.
    Value q = e.constant(unpacked(n, e, 1, stored, columns * blocks, block));
    Value scale = e.cast(e.reshape(e.in(2), columns * blocks), t);
    Value x = a.rank() == 1 ? e.reshape(a, 1, k) : a;
    boolean floatZero = e.optional(3) != null && e.in(3).dtype().isFloat();
    if (k % block == 0 && !floatZero) {
      Value zero =
          e.optional(3) == null
              ? e.fill(stored, 1L << (bits - 1), blocks, columns)
              : turned(e, e.constant(zeroPoints(n, e, stored, columns, blocks)), columns, blocks);
      Value y =
          e.scaledMatmul(
              x,
              e.constant(unpacked(n, e, 1, stored, columns, k)),
              e.cast(turned(e, e.in(2), columns, blocks), t),
              zero,
              block);
      finish(e, a, y, columns);
      return;
    }
    Value rows;
    if (e.optional(3) != null && e.in(3).dtype().isFloat()) {
      Value zero = e.cast(e.reshape(e.in(3), columns * blocks, 1), t);
      rows = e.mul(e.sub(e.cast(q, t), zero), e.reshape(scale, columns * blocks, 1));
    } else {
      Value zero =
          e.optional(3) == null
              ? e.fill(stored, 1L << (bits - 1), columns * blocks)
              : e.constant(zeroPoints(n, e, stored, columns, blocks));
      rows = QuantRules.dequantize(e, q, scale, zero, 0);
    }
    Value w = e.slice(e.reshape(rows, columns, blocks * block), 1, 0, k);
    finish(e, a, e.matmul(x, e.transpose(w, 1, 0)), columns);
  }

  /** One parameter per block: [N · G] as [G, N]. */
  private static Value turned(Emit e, Value v, long columns, long blocks) {
    Tensor t = e.constantOf(v);
    long[] dims = {blocks, columns};
    if (t == null) {
      return e.transpose(e.reshape(v, columns, blocks), 1, 0);
    }
    if (!t.hasData()) {
      return e.constant(Tensor.absent(t.dtype(), dims));
    }
    Tensor out = Tensor.zeros(t.dtype(), dims);
    for (long i = 0; i < t.size(); i++) {
      out.setBits(i % blocks * columns + i / blocks, t.bits(i));
    }
    return e.constant(out);
  }

  /** The bias, and the shape of A's outer dimensions. */
  private static void finish(Emit e, Value a, Value product, long columns) {
    Value y = product;
    y = e.optional(5) == null ? y : e.add(y, e.in(5));
    e.result(0, e.reshape(y, LongArrays.join(Arrays.copyOf(a.shape(), a.rank() - 1), columns)));
  }

  /**
   * The packed bytes with their element type: two 4-bit elements per byte, low half first, as
   * stored.
   */
  private static Tensor unpacked(Node n, Emit e, int input, DType stored, long rows, long block) {
    Tensor t = e.constantOf(e.in(input));
    if (t == null) {
      throw Refusal.unbound(n, input, "packed weights");
    }
    long[] shape = {rows, block};
    return t.hasData() ? Tensor.of(stored, shape, t.data()) : Tensor.absent(stored, shape);
  }

  /** Zero points [N·K/block]; each row of N begins at a byte. */
  private static Tensor zeroPoints(Node n, Emit e, DType stored, long columns, long blocks) {
    Tensor t = e.constantOf(e.in(3));
    if (t == null) {
      throw Refusal.unbound(n, 3, "zero points");
    }
    long[] shape = {columns * blocks};
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
