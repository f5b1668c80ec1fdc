package npusim.compiler.passes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.ops.Operators;
import npusim.compiler.shape.ShapeInference;
import npusim.diag.NpusimException;
import npusim.isa.DType;

/**
 * Gives results whose size depends on data a static size: NonZero lists as many positions as there
 * could be, the first found repeated to the end, and what is computed row by row from them computes
 * the repeated rows too. Where rows are brought together again (ScatterElements, ScatterND,
 * ReduceSum) the repeated ones are masked. Mixture-of-experts models come this way: each expert
 * gathers its tokens by NonZero and scatters its results back.
 *
 * <p>Nodes through which the equivalence can't be shown are refused. A NonZero whose size reaches a
 * graph output stays as it is.
 */
final class DynamicPadding {
  private static final Set<String> ROW_BY_ROW =
      Set.of(
          "Abs",
          "Neg",
          "Sign",
          "Ceil",
          "Floor",
          "Round",
          "Sqrt",
          "Reciprocal",
          "Exp",
          "Log",
          "Erf",
          "Sin",
          "Cos",
          "Tan",
          "Tanh",
          "Not",
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Pow",
          "Mod",
          "And",
          "Or",
          "Xor",
          "Equal",
          "Less",
          "LessOrEqual",
          "Greater",
          "GreaterOrEqual",
          "Max",
          "Min",
          "Sum",
          "Mean",
          "Where",
          "Clip",
          "Cast",
          "CastLike",
          "Identity",
          "Relu",
          "LeakyRelu",
          "Elu",
          "Selu",
          "Sigmoid",
          "HardSigmoid",
          "HardSwish",
          "Softplus",
          "Gelu",
          "Swish",
          "SwiGLU",
          "Mish",
          "Dropout",
          "Transpose",
          "Reshape",
          "Squeeze",
          "Unsqueeze",
          "Flatten",
          "Expand",
          "Shape",
          "Size",
          "ConstantOfShape");

  /**
   * Operators that work along an axis, which must not be the one of unknown size; with the axis
   * they take by default.
   */
  private static final Map<String, Long> ALONG_AXIS =
      Map.ofEntries(
          Map.entry("Softmax", -1L),
          Map.entry("LogSoftmax", -1L),
          Map.entry("Concat", 0L),
          Map.entry("Split", 0L),
          Map.entry("ArgMax", 0L),
          Map.entry("ArgMin", 0L),
          Map.entry("TopK", -1L),
          Map.entry("OneHot", -1L));

  private static final Set<String> TRAILING = Set.of("LayerNormalization", "RMSNormalization");

  /** Inputs that are shapes: what reads an extent there needs its bound only. */
  private static final Map<String, Integer> SHAPE_INPUT =
      Map.of("Reshape", 1, "Expand", 1, "ConstantOfShape", 0);

  private static final int OPSET = 18;

  /** Mask of the rows that are real and their number, by the name of the extent. */
  private record Rows(String valid, String any, long bound) {}

  private final Graph graph;
  private final Set<String> shapes;
  private final Set<String> constants;
  private final Map<String, Rows> rows = new HashMap<>();

  private DynamicPadding(Graph graph, ShapeInference.Result types) {
    this.graph = graph;
    this.shapes = types.extents(graph);
    this.constants = types.values(graph).keySet();
  }

  /**
   * Pads every NonZero of a graph that can be padded; types must be inferred again when it returns
   * true.
   */
  static boolean run(Graph g, ShapeInference.Result types) {
    return new DynamicPadding(g, types).run();
  }

  private boolean run() {
    List<Node> sources = graph.nodes().stream().filter(this::isSource).toList();
    if (sources.isEmpty()) {
      return false;
    }
    List<Node> nodes = List.copyOf(graph.nodes());
    sources.forEach(n -> rows.put(symbol(n), null));
    for (Node n : nodes) {
      if (!sources.contains(n)) {
        check(n);
      }
    }
    sources.forEach(this::pad);
    for (Node n : nodes) {
      if (isSink(n)) {
        mask(n);
      }
    }
    return true;
  }

  private boolean isSource(Node n) {
    TensorType in = n.is("NonZero") ? graph.tensorType(n.input(0)) : null;
    boolean candidate = in != null && in.isStatic() && in.rank() > 0 && symbol(n) != null;
    if (!candidate || graph.outputs().stream().anyMatch(shapes::contains)) {
      return false;
    }
    String symbol = symbol(n);
    for (String out : graph.outputs()) {
      TensorType t = graph.tensorType(out);
      if (t != null
          && t.dims().stream()
              .anyMatch(d -> !d.known() && String.valueOf(d.symbol()).contains(symbol))) {
        return false;
      }
    }
    return !graph.consumers(n.output(0)).isEmpty();
  }

  private String symbol(Node n) {
    return graph.tensorType(n.output(0)).dim(1).symbol();
  }

  /**
   * Dimension of a value whose extent is one of those padded, or -1; extents derived from one count
   * too.
   */
  private int dynamicAxis(String value) {
    TensorType t = value.isEmpty() ? null : graph.tensorType(value);
    for (int i = 0; t != null && i < t.rank(); i++) {
      if (isDynamic(t.dim(i))) {
        return i;
      }
    }
    return -1;
  }

  private boolean isDynamic(Dim d) {
    return !d.known()
        && d.symbol() != null
        && rows.keySet().stream().anyMatch(d.symbol()::contains);
  }

  private boolean isSink(Node n) {
    if (n.is("ScatterElements") || n.is("ScatterND")) {
      return dynamicAxis(n.input(1)) >= 0;
    }
    return n.is("ReduceSum") && dynamicAxis(n.input(0)) >= 0 && dynamicAxis(n.output(0)) < 0;
  }

  private void check(Node n) {
    boolean dynamic = false;
    for (int i = 0; i < n.inputs().size(); i++) {
      String in = n.input(i);
      TensorType t = in.isEmpty() ? null : graph.tensorType(in);
      long axes = t == null ? 0 : t.dims().stream().filter(this::isDynamic).count();
      dynamic |= axes > 0;
      if (axes > 1 && !n.is("Shape")) {
        throw refuse(n, "can't work on a tensor with two sizes that only data decides");
      }
      boolean asShape = SHAPE_INPUT.getOrDefault(n.opType(), -1) == i;
      boolean followed = shapes.contains(n.output(0)) || constants.contains(n.output(0));
      if (shapes.contains(in) && !asShape && !followed) {
        throw refuse(n, "computes with the number of elements found, which only data decides");
      }
    }
    if (!dynamic) {
      return;
    }
    if (!n.domain().isEmpty() || !supported(n)) {
      throw refuse(n, "can't work on a tensor whose size only data decides");
    }
  }

  private boolean supported(Node n) {
    int axis = dynamicAxis(n.input(0));
    int rank = graph.tensorType(n.input(0)).rank();
    if (isSink(n)) {
      int updates = n.is("ReduceSum") ? axis : dynamicAxis(n.input(2));
      boolean wanted = n.is("ReduceSum") || (updates == dynamicAxis(n.input(1)) && axis < 0);
      String value = n.is("ReduceSum") ? n.input(0) : n.input(2);
      // The mask is one of whole extents; a derived one, such as rows times columns, has none.
      return wanted
          && updates >= 0
          && rows.containsKey(graph.tensorType(value).dim(updates).symbol());
    }
    if (n.is("MatMul")) {
      TensorType b = graph.tensorType(n.input(1));
      return axis != rank - 1 && !isDynamic(b.dim(Math.max(0, b.rank() - 2))) && keeps(n);
    }
    if (n.is("Gemm")) {
      boolean a = n.intAttr("transA", 0) != 0;
      boolean b = n.intAttr("transB", 0) != 0;
      return axis != (a ? 0 : 1) && dynamicAxis(n.input(1)) != (b ? 1 : 0) && keeps(n);
    }
    if (n.is("GatherND")) {
      return axis < 0 && keeps(n);
    }
    if (n.is("Gather") || n.is("GatherElements")) {
      return axis < 0 || axis != normal(n.intAttr("axis", 0), rank);
    }
    if (n.opType().startsWith("Reduce")
        || n.is("Slice")
        || n.is("Pad")
        || n.is("Tile")
        || n.is("CumSum")) {
      return axis >= 0
          && !n.is("CumSum")
          && graph.tensorType(n.output(0)).dims().contains(graph.tensorType(n.input(0)).dim(axis));
    }
    if (TRAILING.contains(n.opType())) {
      return axis < normal(n.intAttr("axis", -1), rank);
    }
    Long along = ALONG_AXIS.get(n.opType());
    if (along != null) {
      return axis != normal(n.intAttr("axis", along), n.is("OneHot") ? rank + 1 : rank) && keeps(n);
    }
    return ROW_BY_ROW.contains(n.opType()) && keeps(n);
  }

  /**
   * True when an unknown extent of an input is in every output too: no rows were brought together.
   */
  private boolean keeps(Node n) {
    if (n.is("Shape") || n.is("Size") || n.is("ConstantOfShape")) {
      return true;
    }
    for (String o : n.outputs()) {
      if (!o.isEmpty() && dynamicAxis(o) < 0) {
        return false;
      }
    }
    return true;
  }

  private static long normal(long axis, int rank) {
    return axis < 0 ? axis + rank : axis;
  }

  private static NpusimException refuse(Node n, String why) {
    return Operators.refusal(n, why, "");
  }

  private String add(List<Node> nodes, Node like, String op, Object... inputs) {
    List<String> names = new ArrayList<>();
    for (Object in : inputs) {
      names.add(
          in instanceof Tensor t ? graph.addConstant(like.name() + "_const", t) : (String) in);
    }
    String out = graph.freshName(like.name() + "_" + op);
    Node n = Node.of(op, OPSET, names, out);
    n.setName(like.name() + "/" + op);
    nodes.add(n);
    return out;
  }

  /**
   * NonZero as positions in a list of fixed length, in order, the first repeated behind the last.
   */
  private void pad(Node n) {
    TensorType type = graph.tensorType(n.input(0));
    long[] shape = type.shape();
    long count = type.elements();
    List<Node> out = new ArrayList<>();
    String flat = add(out, n, "Reshape", n.input(0), Tensor.vector(count));
    String hit = type.dtype() == DType.BOOL ? flat : cast(out, n, flat, DType.BOOL);
    String ones = cast(out, n, hit, DType.I64);
    String rank = add(out, n, "CumSum", ones, Tensor.scalar(0));
    String place = add(out, n, "Sub", rank, Tensor.scalar(1));
    // Elements that are zero go to one place behind the list.
    String slot = add(out, n, "Where", hit, place, Tensor.scalar(count));
    Tensor positions = Tensor.generateLongs(DType.I64, new long[] {count}, i -> i);
    String scattered =
        add(out, n, "ScatterElements", Tensor.zeros(DType.I64, count + 1), slot, positions);
    String list =
        add(out, n, "Slice", scattered, Tensor.vector(0), Tensor.vector(count), Tensor.vector(0));
    String found = add(out, n, "ReduceSum", ones, Tensor.vector(0));
    String valid = add(out, n, "Less", positions, found);
    String any = add(out, n, "Greater", found, Tensor.vector(0));
    String first = add(out, n, "Slice", list, Tensor.vector(0), Tensor.vector(1), Tensor.vector(0));
    String padded = add(out, n, "Where", valid, list, first);
    List<Object> coordinates = new ArrayList<>();
    long stride = count;
    for (long extent : shape) {
      stride = extent == 0 ? 1 : stride / extent;
      String coordinate = stride == 1 ? padded : add(out, n, "Div", padded, Tensor.scalar(stride));
      coordinate =
          shape.length == 1 ? coordinate : add(out, n, "Mod", coordinate, Tensor.scalar(extent));
      coordinates.add(add(out, n, "Unsqueeze", coordinate, Tensor.vector(0)));
    }
    add(out, n, "Concat", coordinates.toArray());
    out.getLast().set("axis", 0);
    out.getLast().setOutput(0, n.output(0));
    out.getLast().setName(n.name());
    rows.put(symbol(n), new Rows(valid, any, count));
    graph.replace(n, out);
  }

  private String cast(List<Node> nodes, Node like, String value, DType to) {
    String out = add(nodes, like, "Cast", value);
    nodes.getLast().set("to", to.onnxCode());
    return out;
  }

  private void mask(Node n) {
    boolean reduce = n.is("ReduceSum");
    int input = reduce ? 0 : 2;
    String value = n.input(input);
    TensorType t = graph.tensorType(value);
    int axis = dynamicAxis(value);
    Rows r = rows.get(t.dim(axis).symbol());
    String reduction = reduce ? "add" : n.stringAttr("reduction", "none");
    List<Node> before = new ArrayList<>();
    if (reduction.equals("add") || reduction.equals("mul")) {
      long[] shape = new long[t.rank()];
      java.util.Arrays.fill(shape, 1);
      shape[axis] = r.bound();
      String aligned = add(before, n, "Reshape", r.valid(), Tensor.vector(shape));
      Tensor neutral = Tensor.scalar(t.dtype(), reduction.equals("mul") ? 1 : 0);
      String masked = add(before, n, "Where", aligned, value, neutral);
      before.forEach(b -> graph.insertBefore(n, b));
      n.setInput(input, masked);
      return;
    }
    // Writing the first row again changes nothing, but without any row nothing may be written.
    String result = n.output(0);
    String written = graph.freshName(result);
    n.setOutput(0, written);
    Node choose = Node.of("Where", OPSET, List.of(r.any(), written, n.input(0)), result);
    choose.setName(n.name() + "/Where");
    graph.insertAfter(n, choose);
  }
}
