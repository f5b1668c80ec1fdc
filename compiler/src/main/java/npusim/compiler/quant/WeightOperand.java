package npusim.compiler.quant;

import java.util.Optional;
import java.util.Set;
import npusim.compiler.decompose.CoreOps;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;

/**
 * The constant weights W [batch…, K, N] of a matrix product, in whichever order they are stored.
 *
 * @param constant name of the initializer
 * @param tensor its value, maybe shape only
 * @param turned true when it is stored as [batch…, N, K]
 */
record WeightOperand(String constant, Tensor tensor, boolean turned) {
  /** Smaller weights are left alone. */
  private static final long MIN_ELEMENTS = 64;

  private static final Set<String> PRODUCTS = Set.of("MatMul", "Gemm", "MatMulInteger");

  /** The weights of a node, when it is a product that alone reads constant ones. */
  static Optional<WeightOperand> of(Graph g, Node n) {
    if (n.is(CoreOps.DOMAIN, "ScaledMatMul")) {
      Tensor q = g.isConstant(n.input(1)) ? g.initializer(n.input(1)) : null;
      boolean symmetric = !n.hasInput(3) && q != null && g.onlyConsumer(n.input(1)) != null;
      return symmetric ? Optional.of(new WeightOperand(n.input(1), q, true)) : Optional.empty();
    }
    if (!n.domain().isEmpty() || !PRODUCTS.contains(n.opType())) {
      return Optional.empty();
    }
    String name = n.input(1);
    boolean turned = n.intAttr("transB", 0) != 0;
    Node p = g.producer(name);
    if (p != null && p.is("Transpose") && p.domain().isEmpty() && swapsLast(g, p)) {
      if (g.onlyConsumer(name) == null) {
        return Optional.empty();
      }
      name = p.input(0);
      turned = !turned;
    }
    Tensor t = g.isConstant(name) ? g.initializer(name) : null;
    boolean fits =
        t != null
            && g.onlyConsumer(name) != null
            && t.rank() >= 2
            && t.size() >= MIN_ELEMENTS
            && !n.input(0).equals(name);
    return fits ? Optional.of(new WeightOperand(name, t, turned)) : Optional.empty();
  }

  private static boolean swapsLast(Graph g, Node transpose) {
    int rank = g.tensorType(transpose.input(0)).rank();
    long[] perm = transpose.intsAttr("perm", (long[]) null);
    if (rank < 2) {
      return false;
    }
    for (int i = 0; i < rank; i++) {
      long from = perm == null ? rank - 1 - i : perm[i];
      long want = i < rank - 2 ? i : i == rank - 2 ? rank - 1 : rank - 2;
      if (from != want) {
        return false;
      }
    }
    return true;
  }

  /** Length of the sums. */
  long k() {
    return tensor.dim(tensor.rank() - (turned ? 1 : 2));
  }

  /** Columns. */
  long n() {
    return tensor.dim(tensor.rank() - (turned ? 2 : 1));
  }

  /** Independent matrices. */
  long batch() {
    return tensor.size() / (k() * n());
  }

  /** Index in the tensor of an element by its index in [batch, N, K]. */
  long index(long bnk) {
    if (turned) {
      return bnk;
    }
    long k = bnk % k();
    long n = bnk / k() % n();
    long b = bnk / k() / n();
    return (b * k() + k) * n() + n;
  }
}
