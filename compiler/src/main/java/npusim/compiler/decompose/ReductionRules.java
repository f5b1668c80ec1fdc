package npusim.compiler.decompose;

import java.util.List;
import java.util.stream.IntStream;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/**
 * Reductions that are expressions of the core ones, and the older forms of the core ones with axes
 * as attributes.
 */
final class ReductionRules {
  private ReductionRules() {}

  static List<Rule> rules() {
    return List.of(
        Rule.of(
            "ReduceL1",
            "ReduceSum(|x|)",
            (n, e) -> e.result(0, reduce(n, e, "ReduceSum", e.unary("Abs", e.in(0))))),
        Rule.of(
            "ReduceL2",
            "√ReduceSumSquare(x)",
            (n, e) -> e.result(0, inFloat(e, x -> e.sqrt(squares(n, e, x))))),
        Rule.of(
            "ReduceLogSum",
            "log(ReduceSum(x))",
            (n, e) -> e.result(0, inFloat(e, x -> e.unary("Log", reduce(n, e, "ReduceSum", x))))),
        Rule.of(
            "ReduceLogSumExp",
            "max + log(ReduceSum(exp(x - max)))",
            (n, e) -> e.result(0, inFloat(e, x -> logSumExp(n, e, x)))),
        Rule.of(
            "GlobalAveragePool",
            "ReduceMean over the spatial axes",
            (n, e) -> e.result(0, e.reduce("ReduceMean", e.in(0), true, spatial(e.in(0))))),
        Rule.of(
            "GlobalMaxPool",
            "ReduceMax over the spatial axes",
            (n, e) -> e.result(0, e.reduce("ReduceMax", e.in(0), true, spatial(e.in(0))))),
        Rule.of(
            "GlobalLpPool",
            "(ReduceSum(|x|^p))^(1/p) over the spatial axes",
            (n, e) ->
                e.result(
                    0,
                    root(
                        e,
                        e.reduce("ReduceSum", power(e, e.in(0), p(n)), true, spatial(e.in(0))),
                        p(n)))),
        Rule.of(
            "LpNormalization",
            "x / (ReduceSum(|x|^p))^(1/p), 0 where the norm is 0",
            ReductionRules::lpNormalization),
        Rule.of("Hardmax", "1 where the index is ArgMax", ReductionRules::hardmax),
        Rule.of("Sum", "chain of Add", (n, e) -> e.result(0, chain(e, "Add"))),
        Rule.of(
            "Mean",
            "chain of Add, divided by the count",
            (n, e) -> {
              Value s = chain(e, "Add");
              e.result(
                  0, e.inputs().size() == 1 ? s : e.div(s, e.scalar(s.dtype(), e.inputs().size())));
            }));
  }

  /**
   * Axes that a reduction node reduces, by attribute or input as its version has it; all when none
   * are given.
   */
  static int[] axes(Node n, Emit e) {
    long[] given = n.intsAttr("axes", (long[]) null);
    if (given == null && e.optional(1) != null) {
      given = e.longs(1, "axes");
    }
    int rank = e.in(0).rank();
    if (given == null || given.length == 0) {
      return n.intAttr("noop_with_empty_axes", 0) != 0
          ? new int[0]
          : IntStream.range(0, rank).toArray();
    }
    int[] out = new int[given.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (int) (given[i] < 0 ? given[i] + rank : given[i]);
    }
    return out;
  }

  /** The node's reduction by another operator of another value. */
  static Value reduce(Node n, Emit e, String op, Value x) {
    return e.reduce(op, x, n.intAttr("keepdims", 1) != 0, axes(n, e));
  }

  private static Value squares(Node n, Emit e, Value x) {
    // Over no axis at all only the squaring is left.
    return axes(n, e).length == 0 ? e.mul(x, x) : reduce(n, e, "ReduceSumSquare", x);
  }

  private static Value inFloat(Emit e, java.util.function.UnaryOperator<Value> f) {
    Value x = e.in(0);
    if (x.dtype().isFloat()) {
      return f.apply(x);
    }
    return e.cast(f.apply(e.cast(x, DType.F32)), x.dtype());
  }

  private static Value logSumExp(Node n, Emit e, Value x) {
    int[] axes = axes(n, e);
    Value max = e.reduce("ReduceMax", x, true, axes);
    // An infinite maximum would make inf - inf; with 0 instead, exp and log give the limit.
    Value shift = e.where(e.isInf(max), e.scalar(x.dtype(), 0), max);
    Value sum = e.reduce("ReduceSum", e.exp(e.sub(x, shift)), true, axes);
    Value y = e.add(e.unary("Log", sum), shift);
    return e.reshape(y, e.outType(0));
  }

  private static int[] spatial(Value x) {
    return IntStream.range(2, x.rank()).toArray();
  }

  private static double p(Node n) {
    return n.intAttr("p", 2);
  }

  /** |x|^p. */
  static Value power(Emit e, Value x, double p) {
    Value a = e.unary("Abs", x);
    return p == 1 ? a : p == 2 ? e.mul(a, a) : e.op("Pow", a.type(), a, e.scalar(x.dtype(), p));
  }

  /** x^(1/p) for x ≥ 0. */
  static Value root(Emit e, Value x, double p) {
    return p == 1 ? x : p == 2 ? e.sqrt(x) : e.op("Pow", x.type(), x, e.scalar(x.dtype(), 1 / p));
  }

  private static void lpNormalization(Node n, Emit e) {
    Value x = e.in(0);
    int axis = axis(n, x, -1);
    Value norm = root(e, e.reduce("ReduceSum", power(e, x, p(n)), true, axis), p(n));
    Value zero = e.scalar(x.dtype(), 0);
    Value safe = e.where(e.compare("Equal", norm, zero), e.scalar(x.dtype(), 1), norm);
    e.result(0, e.div(x, safe));
  }

  static int axis(Node n, Value x, long fallback) {
    long a = n.intAttr("axis", fallback);
    return (int) (a < 0 ? a + x.rank() : a);
  }

  private static void hardmax(Node n, Emit e) {
    if (n.opset() < 13) {
      Value x = e.in(0);
      Value flat = LegacyRules.coerced(e, x, axis(n, x, 1));
      e.result(0, e.reshape(oneAtMax(e, flat, 1), x.type()));
    } else {
      e.result(0, oneAtMax(e, e.in(0), axis(n, e.in(0), -1)));
    }
  }

  private static Value oneAtMax(Emit e, Value x, int axis) {
    long[] s = new long[x.rank()];
    java.util.Arrays.fill(s, 1);
    s[axis] = x.dim(axis);
    Value at = e.compare("Equal", e.iota(s[axis], s), e.argReduce("ArgMax", x, axis));
    return e.cast(at, x.dtype());
  }

  /** All inputs combined pairwise from the left. */
  static Value chain(Emit e, String op) {
    List<Value> in = e.inputs();
    Value v = in.getFirst();
    for (int i = 1; i < in.size(); i++) {
      v = e.binary(op, v, in.get(i));
    }
    return v;
  }

  /** Type and shape of a constant without values, for the checks of other rules. */
  static boolean known(Tensor t) {
    return t != null && t.hasData();
  }

  /** The type with one extent changed. */
  static TensorType with(TensorType t, int axis, long extent) {
    long[] s = t.shape();
    s[axis] = extent;
    return TensorType.of(t.dtype(), s);
  }
}
