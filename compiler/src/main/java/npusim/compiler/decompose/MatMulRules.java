package npusim.compiler.decompose;

import java.util.List;
import npusim.compiler.ir.Node;

/** Matrix products in forms of ONNX Runtime, and vectors as operands. */
final class MatMulRules {
  private MatMulRules() {}

  static List<Rule> rules() {
    return List.of(
        Rule.form(
            "MatMul",
            "vectors as matrices",
            (n, g) -> rank(g.tensorType(n.input(0))) == 1 || rank(g.tensorType(n.input(1))) == 1,
            MatMulRules::vectors),
        Rule.microsoft("FusedMatMul", "Transpose, MatMul, Mul", MatMulRules::fused),
        Rule.microsoft("FusedGemm", "Gemm, activation", MatMulRules::gemm),
        Rule.of("Einsum", "Transpose, Reshape, MatMul, ReduceSum", EinsumRule::expand),
        Rule.of("Det", "elimination with pivots", DetRule::expand),
        Rule.of("Resize", "Gather, or products with interpolation matrices", ResizeRule::expand),
        Rule.of("Upsample", "Gather, or products with interpolation matrices", ResizeRule::expand),
        Rule.of("GridSample", "coordinates, GatherND, weighted sum", GridSampleRule::expand),
        Rule.of(
            "NonMaxSuppression",
            "rounds of ArgMax and overlap tests, then Compress",
            NonMaxSuppressionRule::expand));
  }

  private static int rank(npusim.compiler.ir.TensorType t) {
    return t == null ? -1 : t.rank();
  }

  private static void vectors(Node n, Emit e) {
    Value a = e.in(0);
    Value b = e.in(1);
    Value x = a.rank() == 1 ? e.reshape(a, 1, a.dim(0)) : a;
    Value y = b.rank() == 1 ? e.reshape(b, b.dim(0), 1) : b;
    e.result(0, e.reshape(e.matmul(x, y), e.outType(0).shape()));
  }

  private static Value turned(Node n, Emit e, Value v, String side) {
    Value x = v;
    if (n.intAttr("transBatch" + side, 0) != 0) {
      // The batch axes move behind the row axis.
      int r = x.rank();
      int[] perm = new int[r];
      for (int i = 0; i < r - 2; i++) {
        perm[i] = i + 1;
      }
      perm[r - 2] = 0;
      perm[r - 1] = r - 1;
      x = e.transpose(x, perm);
    }
    return n.intAttr("trans" + side, 0) != 0 && x.rank() > 1 ? e.transposeLast(x) : x;
  }

  private static void fused(Node n, Emit e) {
    Value a = turned(n, e, e.in(0), "A");
    Value b = turned(n, e, e.in(1), "B");
    Value x = a.rank() == 1 ? e.reshape(a, 1, a.dim(0)) : a;
    Value y = b.rank() == 1 ? e.reshape(b, b.dim(0), 1) : b;
    e.result(0, e.reshape(e.mul(e.matmul(x, y), n.floatAttr("alpha", 1)), e.outType(0).shape()));
  }

  private static void gemm(Node n, Emit e) {
    Value a = n.intAttr("transA", 0) != 0 ? e.transposeLast(e.in(0)) : e.in(0);
    Value b = n.intAttr("transB", 0) != 0 ? e.transposeLast(e.in(1)) : e.in(1);
    Value y = e.mul(e.matmul(a, b), n.floatAttr("alpha", 1));
    y = e.optional(2) == null ? y : e.add(y, e.mul(e.in(2), n.floatAttr("beta", 1)));
    float alpha = n.floatAttr("activation_alpha", 0);
    float beta = n.floatAttr("activation_beta", 0);
    float[] p = n.has("activation_alpha") ? new float[] {alpha, beta} : new float[0];
    e.result(0, Activations.apply(n, e, y, n.stringAttr("activation", ""), p));
  }
}
