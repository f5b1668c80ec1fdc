package npusim.compiler.decompose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;

/**
 * Forms of core operators by older versions or with optional parameters left out, brought into the
 * one core form.
 */
final class LegacyRules {
  private static final Set<String> REDUCTIONS =
      Set.of("ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceSumSquare", "ReduceMean");
  private static final Set<String> BINARY =
      Set.of(
          "Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor", "Equal", "Less", "Greater",
          "PRelu");

  private LegacyRules() {}

  static List<Rule> rules() {
    List<Rule> out = new ArrayList<>();
    for (String op : REDUCTIONS.stream().sorted().toList()) {
      out.add(
          Rule.form(
              op,
              "axes as a constant input",
              (n, g) -> !hasConstantAxes(n, g),
              (n, e) -> {
                Value v =
                    emptyAxes(n, e) ? noReduction(n, e) : ReductionRules.reduce(n, e, op, e.in(0));
                e.result(0, v);
              }));
    }
    for (String op : BINARY.stream().sorted().toList()) {
      out.add(
          Rule.form(
              op,
              "numpy broadcasting",
              (n, g) -> n.opset() < 7 && n.intAttr("broadcast", 0) != 0,
              LegacyRules::oldBroadcast));
    }
    for (String op : List.of("Squeeze", "Unsqueeze", "Flatten")) {
      out.add(Rule.of(op, "Reshape", (n, e) -> e.result(0, e.reshape(e.in(0), e.outType(0)))));
    }
    out.add(
        Rule.form(
            "Reshape",
            "constant full shape",
            (n, g) -> n.intAttr("allowzero", 0) == 0,
            (n, e) -> e.result(0, e.reshape(e.in(0), e.outType(0)))));
    out.add(
        Rule.form(
            "Softmax",
            "along one axis",
            (n, g) -> n.opset() < 13 || n.intAttr("axis", -1) < 0,
            (n, e) -> e.result(0, softmax(n, e))));
    out.add(
        Rule.form(
            "LogSoftmax",
            "along one axis",
            (n, g) -> n.opset() < 13 || n.intAttr("axis", -1) < 0,
            (n, e) -> e.result(0, softmax(n, e))));
    out.add(
        Rule.form(
            "Clip",
            "bounds as inputs",
            (n, g) -> n.opset() < 11,
            (n, e) -> e.result(0, e.clip(e.in(0), bound(n, "min"), bound(n, "max")))));
    out.add(
        Rule.form("TopK", "k as a constant input", (n, g) -> n.opset() < 11, LegacyRules::topK));
    out.add(
        Rule.form(
            "Split",
            "sizes as a constant input",
            (n, g) -> n.opset() < 13 || n.intAttr("axis", 0) < 0 || !n.hasInput(1),
            LegacyRules::split));
    out.add(
        Rule.form(
            "Concat",
            "axis counted from the front",
            (n, g) -> n.intAttr("axis", 1) < 0 || !n.has("axis"),
            (n, e) -> e.result(0, e.concat((int) n.intAttr("axis", 1), e.inputs()))));
    out.add(
        Rule.form(
            "Slice",
            "constant starts, ends, axes and steps",
            (n, g) -> n.opset() < 10 || !n.hasInput(4),
            LegacyRules::slice));
    for (String op : List.of("Max", "Min")) {
      out.add(
          Rule.form(
              op,
              "chain of two-input " + op,
              (n, g) -> n.inputs().size() != 2,
              (n, e) -> e.result(0, ReductionRules.chain(e, op))));
    }
    out.add(
        Rule.form(
            "Expand",
            "constant full shape",
            (n, g) -> !hasFullShape(n, g),
            (n, e) -> e.result(0, e.expand(e.in(0), e.outType(0).shape()))));
    for (String op : List.of("ArgMax", "ArgMin")) {
      out.add(
          Rule.form(
              op,
              "axis counted from the front",
              (n, g) -> n.intAttr("axis", 0) < 0 || !n.has("axis"),
              (n, e) -> forward(n, e, "axis", ReductionRules.axis(n, e.in(0), 0))));
    }
    for (String op : List.of("Gather", "GatherElements", "ScatterElements")) {
      out.add(
          Rule.form(
              op,
              "axis counted from the front",
              (n, g) -> n.intAttr("axis", 0) < 0 || !n.has("axis"),
              (n, e) -> forward(n, e, "axis", ReductionRules.axis(n, e.in(0), 0))));
    }
    out.add(
        Rule.of(
            "Scatter",
            "ScatterElements",
            (n, e) -> {
              Value x = e.in(0);
              Value v = e.op("ScatterElements", x.type(), x, e.in(1), e.in(2));
              e.last().set("axis", ReductionRules.axis(n, x, 0));
              e.result(0, v);
            }));
    return out;
  }

  private static boolean hasConstantAxes(Node n, Graph g) {
    if (!n.hasInput(1) || !g.isConstant(n.input(1)) || n.has("axes")) {
      return false;
    }
    long[] axes = g.initializer(n.input(1)).toLongs();
    return axes.length > 0 && Arrays.stream(axes).allMatch(a -> a >= 0);
  }

  private static boolean hasFullShape(Node n, Graph g) {
    Tensor t = g.isConstant(n.input(1)) ? g.initializer(n.input(1)) : null;
    TensorType in = g.tensorType(n.input(0));
    return t != null
        && in != null
        && in.isBounded()
        && Arrays.equals(Emit.broadcast(in.shape(), t.toLongs()), t.toLongs())
        && !Arrays.equals(in.shape(), t.toLongs());
  }

  private static Double bound(Node n, String key) {
    return n.has(key) ? (Double) (double) n.floatAttr(key, 0) : null;
  }

  /** The same node of the current version with one attribute set. */
  private static void forward(Node n, Emit e, String key, long value) {
    List<TensorType> types = new ArrayList<>();
    for (int i = 0; i < n.outputs().size(); i++) {
      types.add(e.outType(i));
    }
    List<Value> in = IntStream.range(0, n.inputs().size()).mapToObj(e::optional).toList();
    List<Value> out = e.ops(n.domain(), n.opType(), types, in.toArray(Value[]::new));
    n.attributes().forEach(e.last()::set);
    e.last().set(key, value);
    for (int i = 0; i < out.size(); i++) {
      e.result(i, out.get(i));
    }
  }

  private static boolean emptyAxes(Node n, Emit e) {
    return ReductionRules.axes(n, e).length == 0;
  }

  /** Over no axis: squares for the sum of squares, the input otherwise. */
  private static Value noReduction(Node n, Emit e) {
    return n.is("ReduceSumSquare") ? e.mul(e.in(0), e.in(0)) : e.in(0);
  }

  /** Before version 7 the second operand was aligned at an axis of the first. */
  private static void oldBroadcast(Node n, Emit e) {
    Value a = e.in(0);
    Value b = e.in(1);
    if (n.has("axis")) {
      int axis = ReductionRules.axis(n, a, 0);
      b = e.alignTo(b, a.rank(), axis);
    }
    Value v = e.op(n.opType(), e.outType(0), a, b);
    e.result(0, v);
  }

  private static Value softmax(Node n, Emit e) {
    Value x = e.in(0);
    if (n.opset() >= 13) {
      Value v = e.unary(n.opType(), x);
      e.last().set("axis", ReductionRules.axis(n, x, -1));
      return v;
    }
    Value flat = coerced(e, x, ReductionRules.axis(n, x, 1));
    Value v = e.unary(n.opType(), flat);
    e.last().set("axis", 1);
    return e.reshape(v, x.type());
  }

  /**
   * Before version 13 softmax and hardmax saw a matrix: the axes from {@code axis} on are its
   * columns.
   */
  static Value coerced(Emit e, Value x, int axis) {
    long[] s = x.shape();
    return e.reshape(
        x,
        TensorType.count(Arrays.copyOf(s, axis)),
        TensorType.count(Arrays.copyOfRange(s, axis, s.length)));
  }

  private static void topK(Node n, Emit e) {
    Value k = n.opset() < 10 ? e.vector(n.intAttr("k", 1)) : e.in(1);
    List<Value> v = e.ops("", "TopK", List.of(e.outType(0), e.outType(1)), e.in(0), k);
    e.last().set("axis", n.intAttr("axis", -1)).set("largest", 1).set("sorted", 1);
    e.result(0, v.get(0));
    e.result(1, v.get(1));
  }

  private static void split(Node n, Emit e) {
    Value x = e.in(0);
    int axis = ReductionRules.axis(n, x, 0);
    List<TensorType> types = new ArrayList<>();
    long[] sizes = new long[n.outputs().size()];
    long[] given = n.hasInput(1) ? e.longs(1, "sizes") : n.intsAttr("split", (long[]) null);
    for (int i = 0; i < sizes.length; i++) {
      long even = Math.ceilDiv(x.dim(axis), sizes.length);
      sizes[i] = given != null ? given[i] : Math.min(even, x.dim(axis) - i * even);
      types.add(ReductionRules.with(x.type(), axis, sizes[i]));
    }
    List<Value> parts = e.ops("", "Split", types, x, e.vector(sizes));
    e.last().set("axis", axis);
    for (int i = 0; i < sizes.length; i++) {
      e.result(i, parts.get(i));
    }
  }

  private static void slice(Node n, Emit e) {
    Value x = e.in(0);
    long[] starts = n.opset() < 10 ? n.intsAttr("starts") : e.longs(1, "starts");
    long[] ends = n.opset() < 10 ? n.intsAttr("ends") : e.longs(2, "ends");
    long[] axes =
        n.opset() < 10
            ? n.intsAttr("axes", (long[]) null)
            : n.hasInput(3) ? e.longs(3, "axes") : null;
    long[] steps = n.opset() >= 10 && n.hasInput(4) ? e.longs(4, "steps") : null;
    if (axes == null) {
      axes = IntStream.range(0, starts.length).asLongStream().toArray();
    }
    if (steps == null) {
      steps = new long[starts.length];
      Arrays.fill(steps, 1);
    }
    Value v =
        e.op(
            "Slice",
            e.outType(0),
            x,
            e.vector(starts),
            e.vector(ends),
            e.vector(axes),
            e.vector(steps));
    e.result(0, v);
  }
}
