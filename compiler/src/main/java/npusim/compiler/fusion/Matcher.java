package npusim.compiler.fusion;

import java.util.Arrays;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;

/** Small questions about a graph that patterns are made of. */
final class Matcher {
  private static final double TOLERANCE = 1e-3;

  private final Graph g;

  Matcher(Graph g) {
    this.g = g;
  }

  /** The node of one of these operators that produces a value, or null. */
  Node producer(String value, String... ops) {
    Node n = value.isEmpty() ? null : g.producer(value);
    return n != null && n.domain().isEmpty() && Arrays.asList(ops).contains(n.opType()) ? n : null;
  }

  /** The value before any Cast. */
  String withoutCast(String value) {
    String v = value;
    for (Node n = producer(v, "Cast"); n != null; n = producer(v, "Cast")) {
      v = n.input(0);
    }
    return v;
  }

  /** The number behind a value of one element, or NaN when it is no such constant. */
  double number(String value) {
    Tensor t = value.isEmpty() || !g.isConstant(value) ? null : g.initializer(value);
    return t != null && t.size() == 1 && t.hasData() ? t.at(0) : Double.NaN;
  }

  /** True when the value is a constant near {@code want}, a thousandth of it apart at most. */
  boolean isNumber(String value, double want) {
    double v = number(value);
    return Math.abs(v - want) <= TOLERANCE * Math.abs(want);
  }

  /** The other input of a two-input node, or null when {@code value} is neither. */
  String other(Node n, String value) {
    if (n.inputs().size() != 2) {
      return null;
    }
    return n.input(0).equals(value) ? n.input(1) : n.input(1).equals(value) ? n.input(0) : null;
  }

  /** For a two-input node with a constant of one element: the input that isn't it, or null. */
  String besideNumber(Node n, double want) {
    if (n == null || n.inputs().size() != 2) {
      return null;
    }
    return isNumber(n.input(1), want) ? n.input(0) : isNumber(n.input(0), want) ? n.input(1) : null;
  }

  /** True when two value names mean the same value but for casts. */
  boolean same(String a, String b) {
    return withoutCast(a).equals(withoutCast(b));
  }

  /**
   * Reduced axes of a reduction by attribute or constant input, negative ones made positive; null
   * when unknown.
   */
  long[] axes(Node n) {
    long[] a = n.intsAttr("axes", (long[]) null);
    if (a == null && n.hasInput(1)) {
      Tensor t = g.isConstant(n.input(1)) ? g.initializer(n.input(1)) : null;
      a = t == null || !t.hasData() ? null : t.toLongs();
    }
    TensorType x = g.tensorType(n.input(0));
    if (a == null || x == null) {
      return null;
    }
    return Arrays.stream(a).map(i -> i < 0 ? i + x.rank() : i).sorted().toArray();
  }

  /** True for a mean over the last axis that keeps it with extent 1. */
  boolean isRowMean(Node n) {
    if (n == null || !n.is("ReduceMean") || n.intAttr("keepdims", 1) == 0) {
      return false;
    }
    long[] a = axes(n);
    return a != null && a.length == 1 && a[0] == g.tensorType(n.input(0)).rank() - 1;
  }

  /** The value whose square this is (Pow 2 or x·x), or null. */
  String squared(String value) {
    Node n = producer(value, "Pow", "Mul");
    if (n == null) {
      return null;
    }
    if (n.is("Pow")) {
      return isNumber(n.input(1), 2) ? n.input(0) : null;
    }
    return n.input(0).equals(n.input(1)) ? n.input(0) : null;
  }

  /** True when a value is a constant vector as long as the last axis of a type. */
  boolean isRowVector(String value, TensorType x) {
    TensorType t = g.isConstant(value) ? g.tensorType(value) : null;
    if (t == null || !t.isBounded() || t.rank() == 0) {
      return false;
    }
    return t.elements() == t.shape()[t.rank() - 1] && t.elements() == x.shape()[x.rank() - 1];
  }
}
