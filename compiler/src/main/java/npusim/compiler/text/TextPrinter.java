package npusim.compiler.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Function;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.ir.ValueType;
import npusim.isa.DType;

/** Prints models in ONNX's textual syntax. */
final class TextPrinter {
  private static final String[] ATTRIBUTE_TYPES = {
    "",
    "float",
    "int",
    "string",
    "tensor",
    "graph",
    "floats",
    "ints",
    "strings",
    "tensors",
    "graphs",
    "sparse_tensor",
    "sparse_tensors",
    "type_proto",
    "type_protos"
  };

  private final long maxElements;
  private final StringBuilder out = new StringBuilder();

  TextPrinter(long maxElements) {
    this.maxElements = maxElements;
  }

  String model(Model m) {
    List<String> properties = new ArrayList<>();
    properties.add("ir_version: " + m.irVersion());
    properties.add("opset_import: " + opsets(m.opsets()));
    if (!m.producer().isEmpty()) {
      properties.add("producer_name: " + Strings.quote(m.producer()));
    }
    if (!m.producerVersion().isEmpty()) {
      properties.add("producer_version: " + Strings.quote(m.producerVersion()));
    }
    if (!m.metadata().isEmpty()) {
      properties.add(
          m.metadata().entrySet().stream()
              .map(e -> Strings.quote(e.getKey()) + " : " + Strings.quote(e.getValue()))
              .collect(Collectors.joining(", ", "metadata_props: [", "]")));
    }
    properties(properties);
    graph(m.graph(), 0);
    out.append('\n');
    m.functions().values().forEach(this::function);
    return out.toString();
  }

  String graph(Graph g) {
    graph(g, 0);
    return out.append('\n').toString();
  }

  private void properties(List<String> lines) {
    out.append("<\n  ").append(String.join(",\n  ", lines)).append("\n>\n");
  }

  private static String opsets(Map<String, Integer> opsets) {
    return new TreeMap<>(opsets)
        .entrySet().stream()
            .map(e -> Strings.quote(e.getKey()) + " : " + e.getValue())
            .collect(Collectors.joining(", ", "[", "]"));
  }

  private void graph(Graph g, int indent) {
    out.append(Strings.name(g.name())).append(" (");
    out.append(g.inputs().stream().map(s -> typed(g, s)).collect(Collectors.joining(", ")))
        .append(") => (");
    out.append(g.outputs().stream().map(s -> typed(g, s)).collect(Collectors.joining(", ")))
        .append(")");
    declarations(g, indent);
    block(g, indent);
  }

  private static String typed(Graph g, String name) {
    ValueType t = g.type(name);
    return (t == null ? "" : type(t) + " ") + Strings.name(name);
  }

  static String type(ValueType t) {
    return switch (t) {
      case TensorType tt -> tensorType(tt);
      case ValueType.Sequence s -> "seq(" + type(s.element()) + ")";
      case ValueType.OptionalOf o -> "optional(" + type(o.element()) + ")";
      case ValueType.MapOf m -> "map(" + m.key().onnxName() + ", " + type(m.value()) + ")";
      case ValueType.SparseTensor s -> "sparse_tensor(" + tensorType(s.dense()) + ")";
      case ValueType.Opaque o -> o.toString();
    };
  }

  private static String tensorType(TensorType t) {
    if (!t.ranked() || t.dims().isEmpty()) {
      return t.toString();
    }
    return t.dims().stream()
        .map(TextPrinter::dim)
        .collect(Collectors.joining(",", t.dtype().onnxName() + "[", "]"));
  }

  private static String dim(Dim d) {
    return d.known()
        ? Long.toString(d.value())
        : d.symbol() == null ? "?" : Strings.name(d.symbol());
  }

  private void declarations(Graph g, int indent) {
    List<String> lines = new ArrayList<>();
    Set<String> inputs = Set.copyOf(g.inputs());
    g.initializers()
        .forEach(
            (k, t) -> {
              boolean values = t.hasData() && t.dtype() != DType.STRING && t.size() <= maxElements;
              lines.add(
                  type(t.type())
                      + " "
                      + Strings.name(k)
                      + (values ? " = {" + values(t) + "}" : ""));
            });
    g.types()
        .forEach(
            (k, t) -> {
              if (!g.initializers().containsKey(k)
                  && !inputs.contains(k)
                  && !g.outputs().contains(k)) {
                lines.add(type(t) + " " + Strings.name(k));
              }
            });
    if (!lines.isEmpty()) {
      String pad = "\n" + " ".repeat(indent + 2);
      out.append(pad).append('<').append(String.join("," + pad + " ", lines)).append('>');
    }
  }

  private void block(Graph g, int indent) {
    String pad = " ".repeat(indent);
    out.append(indent == 0 ? "\n" : " ").append("{\n");
    for (Node n : g.nodes()) {
      out.append(pad).append("  ");
      node(n, indent + 2);
      out.append('\n');
    }
    out.append(pad).append('}');
  }

  private void node(Node n, int indent) {
    if (!n.name().isEmpty()) {
      out.append('[').append(Strings.name(n.name())).append("] ");
    }
    out.append(names(n.outputs())).append(" = ");
    if (!n.domain().isEmpty()) {
      for (String part : n.domain().split("\\.", -1)) {
        out.append(Strings.name(part)).append('.');
      }
    }
    out.append(Strings.name(n.opType()));
    if (!n.overload().isEmpty()) {
      out.append(':').append(Strings.name(n.overload()));
    }
    if (!n.attributes().isEmpty()) {
      out.append(" <");
      String comma = "";
      for (Map.Entry<String, Attribute> e : n.attributes().entrySet()) {
        out.append(comma);
        attribute(e.getKey(), e.getValue(), indent);
        comma = ", ";
      }
      out.append('>');
    }
    out.append(" (").append(names(n.inputs())).append(')');
  }

  private static String names(List<String> names) {
    return names.stream().map(Strings::name).collect(Collectors.joining(", "));
  }

  private void attribute(String key, Attribute a, int indent) {
    out.append(Strings.name(key));
    switch (a) {
      case Attribute.Int(long v) -> out.append(" = ").append(v);
      case Attribute.Float(float v) -> out.append(" = ").append(real(v));
      case Attribute.Str(String v) -> out.append(" = ").append(Strings.quote(v));
      case Attribute.TensorAttr(Tensor t) -> out.append(" = ").append(tensor(t));
      case Attribute.GraphAttr(Graph g) -> {
        out.append(" = ");
        graph(g, indent);
      }
      case Attribute.TypeAttr(ValueType t) -> out.append(": type_proto = ").append(type(t));
      case Attribute.Ints(long[] v) ->
          list("ints", v.length == 0, java.util.Arrays.stream(v).mapToObj(Long::toString).toList());
      case Attribute.Floats(float[] v) ->
          list(
              "floats",
              v.length == 0,
              IntStream.range(0, v.length).mapToObj(i -> real(v[i])).toList());
      case Attribute.Strs s ->
          list("strings", s.values().isEmpty(), s.values().stream().map(Strings::quote).toList());
      case Attribute.Tensors t ->
          list("tensors", t.values().isEmpty(), t.values().stream().map(this::tensor).toList());
      case Attribute.Graphs gs -> {
        out.append(": graphs = [");
        for (int i = 0; i < gs.values().size(); i++) {
          out.append(i == 0 ? "" : ", ");
          graph(gs.values().get(i), indent);
        }
        out.append(']');
      }
      case Attribute.Ref(String name, int type) ->
          out.append(": ").append(ATTRIBUTE_TYPES[type]).append(" = @").append(Strings.name(name));
    }
  }

  private void list(String type, boolean empty, List<String> values) {
    out.append(empty ? ": " + type : "")
        .append(" = [")
        .append(String.join(", ", values))
        .append(']');
  }

  /**
   * A dump shortens a large constant to its first elements, which is then no longer valid syntax.
   */
  private String tensor(Tensor t) {
    if (t.dtype() == DType.STRING) {
      // Texts aren't kept, only how many there are.
      return type(t.type()) + " {}";
    }
    if (!t.hasData() || t.size() > maxElements) {
      return type(t.type()) + " {...}";
    }
    return type(t.type()) + " {" + values(t) + "}";
  }

  private static String values(Tensor t) {
    List<String> parts = new ArrayList<>();
    for (long i = 0; i < t.size(); i++) {
      parts.add(
          switch (t.dtype()) {
            case F64 -> real(t.at(i));
            case U64 -> Long.toUnsignedString(t.bits(i));
            default ->
                t.dtype().isFloat() && t.dtype().supported() ? real((float) t.at(i)) : raw(t, i);
          });
    }
    return String.join(", ", parts);
  }

  /** Types that nothing computes on are printed by their bits. */
  private static String raw(Tensor t, long i) {
    return t.dtype().supported() ? Long.toString(t.longAt(i)) : Long.toUnsignedString(t.bits(i));
  }

  private static String real(float v) {
    return Float.isNaN(v)
        ? "nan"
        : Float.isInfinite(v) ? (v > 0 ? "inf" : "-inf") : Float.toString(v);
  }

  private static String real(double v) {
    return Double.isNaN(v)
        ? "nan"
        : Double.isInfinite(v) ? (v > 0 ? "inf" : "-inf") : Double.toString(v);
  }

  private void function(Function f) {
    List<String> properties = new ArrayList<>();
    properties.add("domain: " + Strings.quote(f.key().domain()));
    if (!f.key().overload().isEmpty()) {
      properties.add("overload: " + Strings.quote(f.key().overload()));
    }
    properties.add("opset_import: " + opsets(f.opsets()));
    properties(properties);
    out.append(Strings.name(f.key().name()));
    if (!f.attributeNames().isEmpty() || !f.attributeDefaults().isEmpty()) {
      out.append(" <").append(names(f.attributeNames()));
      String comma = f.attributeNames().isEmpty() ? "" : ", ";
      for (Map.Entry<String, Attribute> e : f.attributeDefaults().entrySet()) {
        out.append(comma);
        attribute(e.getKey(), e.getValue(), 2);
        comma = ", ";
      }
      out.append('>');
    }
    Graph g = f.body();
    out.append(" (")
        .append(g.inputs().stream().map(s -> typed(g, s)).collect(Collectors.joining(", ")));
    out.append(") => (")
        .append(g.outputs().stream().map(s -> typed(g, s)).collect(Collectors.joining(", ")));
    out.append(')');
    declarations(g, 0);
    block(g, 0);
    out.append('\n');
  }
}
