package npusim.compiler.quant;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import npusim.compiler.decompose.Emit;
import npusim.compiler.decompose.IntegerProducts;
import npusim.compiler.decompose.Value;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.passes.GraphPass;
import npusim.compiler.passes.PassContext;
import npusim.isa.DType;

/**
 * Runs quantised models on integers: a product or convolution of two dequantised 8-bit tensors is
 * computed on the 8-bit values with int32 sums, which are scaled afterwards, as is a mean; what
 * only moves or compares elements between DequantizeLinear and QuantizeLinear of equal parameters
 * works on the stored values.
 */
public final class IntegerArithmetic extends GraphPass {
  private static final Set<String> PRODUCTS = Set.of("Conv", "MatMul", "Gemm");

  /** Operators whose first input's elements come out unchanged, in whatever order and number. */
  private static final Set<String> MOVES =
      Set.of(
          "Reshape",
          "Transpose",
          "Flatten",
          "Squeeze",
          "Unsqueeze",
          "Slice",
          "MaxPool",
          "Gather",
          "Expand",
          "DepthToSpace");

  @Override
  public String name() {
    return "integer-arithmetic";
  }

  @Override
  public String summary() {
    return "computes products of dequantised 8-bit tensors on integers, moves them as stored";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    boolean changed = false;
    for (Node n : List.copyOf(g.nodes())) {
      if (n.is("QuantizeLinear")) {
        changed |= moveStored(g, n);
      }
    }
    for (Node n : List.copyOf(g.nodes())) {
      if (n.domain().isEmpty() && PRODUCTS.contains(n.opType())) {
        changed |= product(g, n);
      }
      if (n.is("ReduceMean")) {
        changed |= mean(g, n);
      }
    }
    return changed;
  }

  private static Node dequantize(Graph g, String value) {
    Node n = value.isEmpty() ? null : g.producer(value);
    return n != null && n.is("DequantizeLinear") && n.intAttr("block_size", 0) == 0 ? n : null;
  }

  /**
   * The DequantizeLinear a value comes from, directly or, with one scale, through moves; or null.
   */
  private static Node source(Graph g, String value) {
    String v = value;
    boolean moved = false;
    boolean picked = false;
    while (true) {
      Node n = v.isEmpty() ? null : g.producer(v);
      if (n == null || !n.domain().isEmpty()) {
        return null;
      }
      Node dq = dequantize(g, v);
      if (dq != null) {
        // Pools compare integers as stored, 8-bit floats they don't know.
        boolean fits = !picked || isByte(g, dq.input(0));
        return fits && (!moved || isScalar(g, dq)) ? dq : null;
      }
      if (!MOVES.contains(n.opType()) || n.outputs().size() != 1) {
        return null;
      }
      moved = true;
      picked |= n.is("MaxPool");
      v = n.input(0);
    }
  }

  /**
   * The stored form of a value that has a {@link #source}: moves are repeated on the stored side.
   */
  private static String stored(Graph g, String value) {
    Node dq = dequantize(g, value);
    if (dq != null) {
      return dq.input(0);
    }
    Node move = g.producer(value);
    String from = stored(g, move.input(0));
    String out = g.freshName(value + "_stored");
    Node copy = move.copy();
    copy.setInput(0, from);
    copy.setOutput(0, out);
    copy.setName(out);
    g.setType(out, g.tensorType(value).withDtype(g.tensorType(from).dtype()));
    g.insertBefore(move, copy);
    return out;
  }

  private static boolean isByte(Graph g, String value) {
    DType t = g.tensorType(value).dtype();
    return t == DType.I8 || t == DType.U8;
  }

  private static boolean isByteFloat(Graph g, String value) {
    DType t = g.tensorType(value).dtype();
    return t == DType.F8E4M3FN || t == DType.F8E5M2;
  }

  private static boolean product(Graph g, Node n) {
    Node a = source(g, n.input(0));
    Node b = source(g, n.input(1));
    if (a == null || b == null) {
      return false;
    }
    boolean floats = isByteFloat(g, a.input(0)) && isByteFloat(g, b.input(0));
    if (!floats && !(isByte(g, a.input(0)) && isByte(g, b.input(0)))) {
      return false;
    }
    boolean conv = n.is("Conv");
    int channelAxis = conv || n.intAttr("transB", 0) != 0 ? 0 : g.tensorType(n.input(1)).rank() - 1;
    boolean plainGemm =
        !n.is("Gemm") || (n.floatAttr("alpha", 1) == 1 && n.floatAttr("beta", 1) == 1);
    if (!plainGemm || !isScalar(g, a) || !(isScalar(g, b) || isPerAxis(g, b, channelAxis))) {
      return false;
    }
    Emit e = new Emit(g, n);
    Value x = e.value(stored(g, n.input(0)));
    Value w = e.value(stored(g, n.input(1)));
    // 8-bit floats have no zero point but 0.
    Value zx = a.hasInput(2) && !floats ? e.value(a.input(2)) : null;
    Value zw = b.hasInput(2) && !floats ? e.value(b.input(2)) : null;
    Node biasNode = dequantize(g, n.input(2));
    boolean matches =
        !floats
            && biasNode != null
            && g.tensorType(biasNode.input(0)).dtype() == DType.I32
            && isZero(g, biasNode.input(2))
            && equalScales(g, biasNode, a, b);
    Value stored = matches ? e.value(biasNode.input(0)) : null;
    Value sums;
    if (conv) {
      sums = IntegerProducts.conv(n, e, x, zx, w, zw, stored, e.outType(0).shape());
    } else {
      x = n.intAttr("transA", 0) != 0 ? e.transposeLast(x) : x;
      w = n.intAttr("transB", 0) != 0 ? e.transposeLast(w) : w;
      sums = IntegerProducts.matmul(e, x, zx, w, zw, stored);
    }
    int axis = conv ? 1 : sums.rank() - 1;
    Value scale = e.mul(flat(e, e.value(a.input(1))), flat(e, e.value(b.input(1))));
    Value y = e.mul(e.cast(sums, scale.dtype()), along(e, scale, sums.rank(), axis));
    if (n.hasInput(2) && !matches) {
      Value bias = e.cast(e.value(n.input(2)), y.dtype());
      y = e.add(y, conv ? along(e, bias, y.rank(), axis) : bias);
    }
    e.result(0, e.cast(y, e.outType(0).dtype()));
    e.finish();
    return true;
  }

  /** A mean of dequantised bytes: their sum, which is scaled. */
  private static boolean mean(Graph g, Node n) {
    Node a = source(g, n.input(0));
    Tensor list = n.hasInput(1) ? constant(g, n.input(1)) : null;
    if (a == null || list == null || list.size() == 0) {
      return false;
    }
    Tensor zero = a.hasInput(2) ? constant(g, a.input(2)) : Tensor.scalar(0);
    Tensor scale = constant(g, a.input(1));
    if (!isByte(g, a.input(0)) || !isScalar(g, a) || zero == null || scale == null) {
      return false;
    }
    Emit e = new Emit(g, n);
    Value x = e.value(stored(g, n.input(0)));
    long[] shape = g.tensorType(n.input(0)).shape();
    long count = 1;
    for (long axis : list.toLongs()) {
      count *= shape[(int) (axis < 0 ? axis + shape.length : axis)];
    }
    if (count > 1 << 23) {
      return false;
    }
    Value sum = e.sumInteger(x, n.intAttr("keepdims", 1) != 0, list.toLongs());
    if (zero.longAt(0) != 0) {
      sum = e.sub(sum, e.scalar(DType.I32, zero.longAt(0) * count));
    }
    Value y = e.mul(e.cast(sum, DType.F32), e.scalar(DType.F32, scale.at(0) / count));
    e.result(0, e.cast(y, e.outType(0).dtype()));
    e.finish();
    return true;
  }

  /** A vector aligned with an axis of a tensor; a scalar as it is. */
  private static Value along(Emit e, Value v, int rank, int axis) {
    return v.rank() == 1 ? e.alignTo(v, rank - axis, 0) : v;
  }

  private static Value flat(Emit e, Value v) {
    return v.elements() == 1 ? e.reshape(v, new long[0]) : v;
  }

  private static boolean isScalar(Graph g, Node dq) {
    return g.tensorType(dq.input(1)).elements() == 1;
  }

  private static boolean isPerAxis(Graph g, Node dq, int axis) {
    int rank = g.tensorType(dq.input(0)).rank();
    long a = dq.intAttr("axis", 1);
    return g.tensorType(dq.input(1)).rank() == 1 && (a < 0 ? a + rank : a) == axis;
  }

  private static boolean isZero(Graph g, String zeroPoint) {
    Tensor t = zeroPoint.isEmpty() ? null : constant(g, zeroPoint);
    return zeroPoint.isEmpty() || (t != null && Arrays.stream(t.toLongs()).allMatch(z -> z == 0));
  }

  /** True when the bias has the scale of the sums, as quantisers make it. */
  private static boolean equalScales(Graph g, Node bias, Node a, Node b) {
    Tensor s = constant(g, bias.input(1));
    Tensor sa = constant(g, a.input(1));
    Tensor sb = constant(g, b.input(1));
    if (s == null || sa == null || sb == null) {
      return false;
    }
    for (long i = 0; i < Math.max(s.size(), sb.size()); i++) {
      double want = sa.at(0) * sb.at(sb.size() == 1 ? 0 : i);
      double have = s.at(s.size() == 1 ? 0 : i);
      if (Math.abs(want - have) > 1e-6 * Math.abs(want)) {
        return false;
      }
    }
    return true;
  }

  static Tensor constant(Graph g, String value) {
    Tensor t = g.isConstant(value) ? g.initializer(value) : null;
    return t != null && t.hasData() ? t : null;
  }

  /**
   * DequantizeLinear, a move, QuantizeLinear with the same parameters: the move alone, on the
   * stored values.
   */
  private static boolean moveStored(Graph g, Node q) {
    Node move = g.producer(q.input(0));
    if (move == null
        || !move.domain().isEmpty()
        || !MOVES.contains(move.opType())
        || move.outputs().size() != 1
        || g.onlyConsumer(move.output(0)) != q) {
      return false;
    }
    Node dq = dequantize(g, move.input(0));
    if (dq == null || !isScalar(g, dq) || !sameParameters(g, dq, q)) {
      return false;
    }
    TensorType type = g.tensorType(q.output(0));
    if (type.dtype() != g.tensorType(dq.input(0)).dtype()) {
      return false;
    }
    Node stored = move.copy();
    stored.setInput(0, dq.input(0));
    stored.setOutput(0, q.output(0));
    g.replace(q, List.of(stored));
    g.remove(move);
    return true;
  }

  private static boolean sameParameters(Graph g, Node dq, Node q) {
    Tensor a = constant(g, dq.input(1));
    Tensor b = constant(g, q.input(1));
    if (a == null || b == null || !Arrays.equals(a.toDoubles(), b.toDoubles())) {
      return false;
    }
    Tensor za = dq.hasInput(2) ? constant(g, dq.input(2)) : Tensor.scalar(0);
    Tensor zb = q.hasInput(2) ? constant(g, q.input(2)) : Tensor.scalar(0);
    return za != null && zb != null && za.longAt(0) == zb.longAt(0);
  }
}
