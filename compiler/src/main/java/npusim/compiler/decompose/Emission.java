package npusim.compiler.decompose;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/**
 * The nodes that take one node's place, as they are made: what is known of the replaced node,
 * constants, nodes of any operator, and the values that become its results.
 */
abstract sealed class Emission permits Emit {
  /** Opset version of emitted nodes. */
  public static final int OPSET = 23;

  private final Graph graph;
  private final Node origin;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, String> results = new LinkedHashMap<>();

  /** Starts the replacement of a node in its graph. */
  Emission(Graph graph, Node origin) {
    this.graph = graph;
    this.origin = origin;
  }

  /** The graph being changed. */
  public Graph graph() {
    return graph;
  }

  /** Input {@code i} of the replaced node. */
  public Value in(int i) {
    return value(origin.input(i));
  }

  /** Input {@code i} of the replaced node, or null when absent. */
  public Value optional(int i) {
    return origin.hasInput(i) ? in(i) : null;
  }

  /** All inputs of the replaced node. */
  public List<Value> inputs() {
    return IntStream.range(0, origin.inputs().size()).mapToObj(this::in).toList();
  }

  /** A value of the graph. */
  public Value value(String name) {
    TensorType t = graph.tensorType(name);
    if (t == null || !t.isBounded()) {
      throw Refusal.of(
          origin,
          "the shape of '" + name + "' is not known: " + (t == null ? "no tensor type" : t));
    }
    return new Value(name, t);
  }

  /** The constant behind a value, or null. */
  public Tensor constantOf(Value v) {
    return v != null && graph.isConstant(v.name()) ? graph.initializer(v.name()) : null;
  }

  /**
   * The constant integers of input {@code i}, which decides shapes; the node is refused when it
   * isn't constant.
   */
  public long[] longs(int i, String what) {
    Tensor t = constantOf(in(i));
    if (t == null || !t.hasData()) {
      throw Refusal.unbound(origin, i, what);
    }
    return t.toLongs();
  }

  /**
   * The constant numbers of input {@code i}, which decides shapes; the node is refused when it
   * isn't constant.
   */
  public double[] doubles(int i, String what) {
    Tensor t = constantOf(in(i));
    if (t == null || !t.hasData()) {
      throw Refusal.unbound(origin, i, what);
    }
    return t.toDoubles();
  }

  /** Type of output {@code i} of the replaced node. */
  public TensorType outType(int i) {
    return value(origin.output(i)).type();
  }

  /** Binds output {@code i} of the replaced node. Nothing happens when nobody wants it. */
  public void result(int i, Value v) {
    if (origin.hasOutput(i)) {
      results.put(origin.output(i), v.name());
    }
  }

  /** Puts the emitted nodes in the place of the replaced one. */
  public List<Node> finish() {
    Map<String, Node> producers = new LinkedHashMap<>();
    for (Node n : nodes) {
      n.outputs().forEach(o -> producers.put(o, n));
    }
    Map<String, String> renamed = new LinkedHashMap<>();
    for (Map.Entry<String, String> r : results.entrySet()) {
      String to = r.getKey();
      String from = r.getValue();
      if (producers.containsKey(from) && !renamed.containsKey(from)) {
        renamed.put(from, to);
      } else {
        nodes.add(named(Node.of("Identity", OPSET, List.of(renamed.getOrDefault(from, from)), to)));
      }
    }
    for (Node n : nodes) {
      for (int i = 0; i < n.outputs().size(); i++) {
        String to = renamed.get(n.outputs().get(i));
        if (to != null) {
          graph.setType(to, graph.type(n.outputs().get(i)));
          graph.setType(n.outputs().get(i), null);
          n.setOutput(i, to);
        }
      }
      for (int i = 0; i < n.inputs().size(); i++) {
        String to = renamed.get(n.inputs().get(i));
        if (to != null) {
          n.setInput(i, to);
        }
      }
    }
    graph.replace(origin, nodes);
    return nodes;
  }

  /** A constant. */
  public Value constant(Tensor t) {
    return new Value(graph.addConstant(hint("c"), t), t.type());
  }

  /** A scalar constant. */
  public Value scalar(DType dtype, double v) {
    return constant(Tensor.scalar(dtype, v));
  }

  /** A vector of int64. */
  public Value vector(long... v) {
    return constant(Tensor.vector(v));
  }

  /** A constant of one value everywhere. */
  public Value fill(DType dtype, double v, long... shape) {
    return constant(Tensor.generate(dtype, shape, i -> v));
  }

  /** The integers 0 … n-1 as int64, in the shape given (of n elements). */
  public Value iota(long n, long... shape) {
    return constant(
        Tensor.generateLongs(DType.I64, shape.length == 0 ? new long[] {n} : shape, i -> i));
  }

  private String hint(String op) {
    String base = origin.name().isEmpty() ? origin.output(0) : origin.name();
    return base + "/" + op;
  }

  private Node named(Node n) {
    n.setName(hint(n.opType()));
    n.metadata().putAll(origin.metadata());
    return n;
  }

  /**
   * Emits a node of one output whose type the caller knows; attributes may be set on the node
   * returned by {@link #last}.
   */
  public Value op(String opType, TensorType type, Value... inputs) {
    return op("", opType, type, inputs);
  }

  /** Emits a node of any domain; null inputs are absent ones. */
  public Value op(String domain, String opType, TensorType type, Value... inputs) {
    return ops(domain, opType, List.of(type), inputs).getFirst();
  }

  /** Emits a node of several outputs; null inputs are absent ones. */
  public List<Value> ops(String domain, String opType, List<TensorType> types, Value... inputs) {
    List<String> in = new ArrayList<>();
    for (Value v : inputs) {
      in.add(v == null ? "" : v.name());
    }
    while (!in.isEmpty() && in.getLast().isEmpty()) {
      in.removeLast();
    }
    List<Value> out = new ArrayList<>();
    for (TensorType t : types) {
      String name = graph.freshName(hint(opType));
      graph.setType(name, t);
      out.add(new Value(name, t));
    }
    nodes.add(
        named(
            new Node(
                "",
                domain,
                opType,
                domain.isEmpty() ? OPSET : 1,
                in,
                out.stream().map(Value::name).toList())));
    return out;
  }

  /** The node emitted last. */
  public Node last() {
    return nodes.getLast();
  }

  /** True when the node emitted last is of this operator of the default domain. */
  public boolean lastIs(String op) {
    return !nodes.isEmpty() && last().is(op);
  }

  /** Appends a node made elsewhere, its output types set by the caller. */
  public void node(Node n) {
    nodes.add(named(n));
  }
}
