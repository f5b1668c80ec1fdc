package npusim.e2e;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.shape.ShapeInference;
import npusim.compiler.text.OnnxText;
import npusim.diag.NpusimException;
import npusim.isa.DType;

/** A graph in ONNX's textual syntax that grows node by node, with values for its inputs. */
final class RandomGraph {
  private static final long MOST_ELEMENTS = 4096;

  /**
   * A value that nodes may read.
   *
   * @param exact whether every correct implementation gives the same bits, so that rounding,
   *     comparing and counting are safe on it
   */
  record Value(String name, DType type, long[] dims, boolean exact) {
    int rank() {
      return dims.length;
    }

    long size() {
      return Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    }

    boolean isFloat() {
      return type == DType.F32;
    }
  }

  /** A node: its text and the names around it. */
  record Statement(String text, List<String> inputs, List<String> outputs) {}

  final Random random;
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, String> constants = new LinkedHashMap<>();
  private final List<Statement> statements = new ArrayList<>();
  private final List<Value> values = new ArrayList<>();
  private final Set<String> hidden = new LinkedHashSet<>();
  private int names;
  private String refused;

  RandomGraph(long seed) {
    random = new Random(seed);
  }

  /** Part of a graph: some of its statements, some values now inputs. */
  RandomGraph part(List<Statement> kept, Map<String, Tensor> fed) {
    var g = new RandomGraph(0);
    g.inputs.putAll(fed);
    g.constants.putAll(constants);
    g.statements.addAll(kept);
    g.hidden.addAll(hidden);
    return g;
  }

  Map<String, Tensor> inputs() {
    return inputs;
  }

  List<Statement> statements() {
    return statements;
  }

  /** What inference said about a node that it refused, or null. */
  String refused() {
    return refused;
  }

  int below(int n) {
    return random.nextInt(n);
  }

  long between(long low, long high) {
    return low + random.nextInt((int) (high - low + 1));
  }

  /** A value of its name. */
  Value value(String name) {
    return values.stream().filter(v -> v.name().equals(name)).findFirst().orElseThrow();
  }

  /** A value with dimensions that the condition holds for, or null. */
  Value pick(Predicate<Value> which) {
    List<Value> fit = values.stream().filter(v -> v.rank() > 0).filter(which).toList();
    return fit.isEmpty() ? null : fit.get(random.nextInt(fit.size()));
  }

  /** Adds an input: multiples of 1/64 or small integers. */
  Value input(DType type, long... dims) {
    String name = "x" + inputs.size();
    Tensor t =
        type.isFloat()
            ? Tensor.generate(type, dims, i -> (random.nextInt(257) - 128) / 64.0)
            : Tensor.generateLongs(type, dims, i -> random.nextInt(19) - 9);
    inputs.put(name, t);
    Value v = new Value(name, type, dims, true);
    values.add(v);
    return v;
  }

  private String declare(String type, String shape, String list) {
    String name = "c" + constants.size();
    constants.put(name, type + shape + " " + name + " = {" + list + "}");
    return name;
  }

  /** A constant vector of integers. */
  String ints(long... v) {
    String list = Arrays.stream(v).mapToObj(Long::toString).collect(Collectors.joining(", "));
    return declare("int64", "[" + v.length + "]", list);
  }

  /** A constant tensor of integers of any type. */
  String ints(String type, long[] dims, long... v) {
    String list = Arrays.stream(v).mapToObj(Long::toString).collect(Collectors.joining(", "));
    return declare(type, Arrays.toString(dims), list);
  }

  /** A constant scalar. */
  String scalar(String type, String value) {
    return declare(type, "", value);
  }

  /** Random constant weights. */
  String weights(double scale, double shift, long... dims) {
    long n = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    StringBuilder s = new StringBuilder();
    for (long i = 0; i < n; i++) {
      double v = shift + scale * (random.nextInt(129) - 64) / 64.0;
      s.append(i == 0 ? "" : ", ").append(String.format(Locale.ROOT, "%.6f", v));
    }
    return declare("float", Arrays.toString(dims), s.toString());
  }

  /** Adds a node of one output; null when its result is too large or was refused. */
  Value node(String op, String attributes, boolean exact, String... in) {
    List<Value> out = nodes(op, attributes, exact, 1, in);
    return out.isEmpty() ? null : out.getFirst();
  }

  /** Adds a node; empty when a result is too large or it was refused. */
  List<Value> nodes(String op, String attributes, boolean exact, int outputs, String... in) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      out.add("v" + names++);
    }
    String attrs = attributes.isEmpty() ? "" : " <" + attributes + ">";
    String text = String.join(", ", out) + " = " + op + attrs + " (" + String.join(", ", in) + ")";
    var s = new Statement(text, List.of(in), out);
    statements.add(s);
    List<Value> made = new ArrayList<>();
    try {
      Model m = parse(List.of(out.getFirst()));
      ShapeInference.infer(m);
      for (String name : out) {
        TensorType t = m.graph().tensorType(name);
        if (t == null || !t.isStatic() || t.elements() > MOST_ELEMENTS || t.elements() == 0) {
          statements.remove(s);
          return List.of();
        }
        made.add(new Value(name, t.dtype(), t.shape(), exact));
      }
    } catch (NpusimException e) {
      refused = text + ": " + e.getMessage();
      statements.remove(s);
      return List.of();
    }
    values.addAll(made);
    return made;
  }

  /** A result that isn't determined by the standard: no node reads it, nobody compares it. */
  void hide(Value v) {
    values.remove(v);
    hidden.add(v.name());
  }

  /** Names of the values that nothing reads. */
  List<String> leaves() {
    Set<String> read =
        statements.stream().flatMap(s -> s.inputs().stream()).collect(Collectors.toSet());
    return statements.stream()
        .flatMap(s -> s.outputs().stream())
        .filter(o -> !read.contains(o) && !hidden.contains(o))
        .toList();
  }

  /** The graph as text with its inputs' values as constants: all that it takes to see it again. */
  String closed(List<String> outputs) {
    var g = new RandomGraph(0);
    g.constants.putAll(constants);
    g.statements.addAll(statements);
    inputs.forEach(
        (name, t) ->
            g.constants.put(
                name,
                onnxName(t.dtype())
                    + dims(t)
                    + " "
                    + name
                    + " = {"
                    + java.util.stream.LongStream.range(0, t.size())
                        .mapToObj(i -> t.dtype().isFloat() ? "" + t.floatAt(i) : "" + t.longAt(i))
                        .collect(Collectors.joining(", "))
                    + "}"));
    return g.text(outputs);
  }

  /** The graph as text with these outputs. */
  String text(List<String> outputs) {
    Set<String> used =
        statements.stream().flatMap(s -> s.inputs().stream()).collect(Collectors.toSet());
    String in =
        inputs.entrySet().stream()
            .map(e -> onnxName(e.getValue().dtype()) + dims(e.getValue()) + " " + e.getKey())
            .collect(Collectors.joining(", "));
    String c =
        constants.entrySet().stream()
            .filter(e -> used.contains(e.getKey()))
            .map(Map.Entry::getValue)
            .collect(Collectors.joining(",\n   "));
    String body =
        statements.stream().map(Statement::text).collect(Collectors.joining("\n  ", "  ", "\n"));
    return "<ir_version: 10, opset_import: [\"\" : 21]>\ng ("
        + in
        + ") => ("
        + String.join(", ", outputs)
        + ")\n"
        + (c.isEmpty() ? "" : "  <" + c + ">\n")
        + "{\n"
        + body
        + "}\n";
  }

  private static String onnxName(DType t) {
    return t == DType.F32 ? "float" : t == DType.I64 ? "int64" : "int32";
  }

  private static String dims(Tensor t) {
    return t.rank() == 0 ? "" : Arrays.toString(t.dims());
  }

  /** The model with these outputs and their types. */
  Model parse(List<String> outputs) {
    return OnnxText.parse("random", text(outputs));
  }

  /** The model with these outputs, typed as inference says. */
  Model model(List<String> outputs) {
    Model m = parse(outputs);
    ShapeInference.infer(m);
    return m;
  }
}
