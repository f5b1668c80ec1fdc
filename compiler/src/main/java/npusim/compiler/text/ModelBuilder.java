package npusim.compiler.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Function;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.ir.ValueType;
import npusim.compiler.onnx.ModelReader;
import npusim.diag.Names;

/** Builds a model from the parse tree. */
final class ModelBuilder {
  private static final List<String> MODEL_PROPERTIES =
      List.of(
          "ir_version",
          "opset_import",
          "producer_name",
          "producer_version",
          "domain",
          "model_version",
          "doc_string",
          "metadata_props");
  private static final List<String> FUNCTION_PROPERTIES =
      List.of("domain", "overload", "opset_import", "doc_string", "metadata_props");

  private final TextErrors errors;
  private final LiteralBuilder literals;

  ModelBuilder(TextErrors errors, String file) {
    this.errors = errors;
    this.literals = new LiteralBuilder(errors, file);
  }

  Model model(OnnxTextParser.ModelContext c) {
    Map<String, Integer> opsets = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    Map<String, String> scalars = properties(c.properties(), MODEL_PROPERTIES, opsets, metadata);
    if (opsets.isEmpty()) {
      throw errors.at(
          c,
          "the model imports no operator set",
          "begin with < ir_version: 10, opset_import: [\"\" : 23] >");
    }
    Graph g = graph(c.graph());
    Model m = new Model(g);
    m.opsets().putAll(opsets);
    m.metadata().putAll(metadata);
    m.setIrVersion(
        Long.parseLong(
            scalars.getOrDefault("ir_version", Integer.toString(Model.DEFAULT_IR_VERSION))));
    m.setProducer(
        scalars.getOrDefault("producer_name", ""), scalars.getOrDefault("producer_version", ""));
    for (OnnxTextParser.FunctionContext f : c.function()) {
      m.add(function(f));
    }
    checkUses(c.graph(), g, new HashSet<>());
    ModelReader.complete(m, literals.file());
    return m;
  }

  private Map<String, String> properties(
      OnnxTextParser.PropertiesContext c,
      List<String> known,
      Map<String, Integer> opsets,
      Map<String, String> metadata) {
    Map<String, String> out = new LinkedHashMap<>();
    if (c == null) {
      return out;
    }
    for (OnnxTextParser.PropertyContext p : c.property()) {
      String key = p.ID().getText();
      OnnxTextParser.PropertyValueContext v = p.propertyValue();
      if (!known.contains(key)) {
        throw errors.at(p, "unknown property '" + key + "'", Names.suggest(key, known));
      }
      boolean list = key.equals("opset_import") || key.equals("metadata_props");
      if (list != (v.STRING() == null && v.INT() == null)) {
        throw errors.at(
            v,
            "property '"
                + key
                + "' wants "
                + (list ? "a list [\"key\" : value, …]" : "a single value"));
      }
      if (!list) {
        out.put(
            key, v.STRING() != null ? Strings.unquote(v.STRING().getText()) : v.INT().getText());
      }
      for (OnnxTextParser.PairContext pair : v.pair()) {
        String name = Strings.unquote(pair.STRING(0).getText());
        if (key.equals("metadata_props")) {
          metadata.put(
              name,
              pair.INT() != null
                  ? pair.INT().getText()
                  : Strings.unquote(pair.STRING(1).getText()));
        } else if (pair.INT() == null) {
          throw errors.at(pair, "an opset version is a number");
        } else {
          long version = literals.integer(pair.INT().getSymbol());
          if (version < 1 || version > 10_000) {
            throw errors.at(pair, "opset version " + version + " is out of range");
          }
          opsets.put(name.equals("ai.onnx") ? "" : name, (int) version);
        }
      }
    }
    return out;
  }

  private Graph graph(OnnxTextParser.GraphContext c) {
    Graph g = new Graph(literals.name(c.name()));
    Set<String> defined = new HashSet<>();
    for (OnnxTextParser.InputContext d : c.input()) {
      String name = literals.name(d.name());
      if (!defined.add(name)) {
        throw errors.at(d, "graph input '" + name + "' is declared twice");
      }
      g.addInput(name, d.type() == null ? null : literals.type(d.type()));
      if (d.constantData() != null) {
        if (d.type() == null) {
          throw errors.at(d, "a constant needs a type");
        }
        g.addInitializer(name, literals.constant(name, d.type(), d.constantData()));
      }
    }
    for (OnnxTextParser.ValueInfoContext v : c.valueInfo()) {
      g.addOutput(literals.name(v.name()), v.type() == null ? null : literals.type(v.type()));
    }
    declarations(c.declarations(), g, defined);
    nodes(c.block(), g, defined);
    return g;
  }

  private void declarations(OnnxTextParser.DeclarationsContext c, Graph g, Set<String> defined) {
    if (c == null) {
      return;
    }
    for (OnnxTextParser.DeclarationContext d : c.declaration()) {
      String name = literals.name(d.name());
      if (d.constantData() == null) {
        g.setType(name, literals.type(d.type()));
      } else if (g.initializer(name) != null) {
        throw errors.at(d, "constant '" + name + "' is defined twice");
      } else {
        g.addInitializer(name, literals.constant(name, d.type(), d.constantData()));
        defined.add(name);
      }
    }
  }

  private void nodes(OnnxTextParser.BlockContext c, Graph g, Set<String> defined) {
    for (OnnxTextParser.NodeContext n : c.node()) {
      Node node = node(n);
      for (String o : node.outputs()) {
        if (!o.isEmpty() && !defined.add(o)) {
          throw errors.at(n, "value '" + o + "' is defined twice");
        }
      }
      g.add(node);
    }
  }

  private Node node(OnnxTextParser.NodeContext c) {
    List<String> outputs = arguments(c.results().argument());
    List<OnnxTextParser.NameContext> parts = new ArrayList<>(c.operator().name());
    String overload = "";
    if (c.operator().getText().contains(":") && parts.size() > 1 && hasOverload(c.operator())) {
      overload = literals.name(parts.removeLast());
    }
    String op = literals.name(parts.removeLast());
    String domain = String.join(".", parts.stream().map(literals::name).toList());
    String label = c.name() == null ? "" : literals.name(c.name());
    Node n = new Node(label, domain, op, 0, arguments(c.operands().argument()), outputs);
    n.setOverload(overload);
    attributes(c.before, n);
    attributes(c.after, n);
    return n;
  }

  private static boolean hasOverload(OnnxTextParser.OperatorContext c) {
    return c.getChildCount() > 2 && c.getChild(c.getChildCount() - 2).getText().equals(":");
  }

  private List<String> arguments(List<OnnxTextParser.ArgumentContext> list) {
    List<String> out = new ArrayList<>();
    for (OnnxTextParser.ArgumentContext a : list) {
      out.add(a.name() == null ? "" : literals.name(a.name()));
    }
    // An empty pair of brackets parses as one absent argument.
    return out.size() == 1 && out.getFirst().isEmpty() ? List.of() : out;
  }

  private void attributes(OnnxTextParser.AttributesContext c, Node n) {
    if (c == null) {
      return;
    }
    for (OnnxTextParser.AttributeContext a : c.attribute()) {
      String key = literals.name(a.name());
      if (n.has(key)) {
        throw errors.at(a, "attribute '" + key + "' is given twice");
      }
      n.set(key, attribute(a));
    }
  }

  private Attribute attribute(OnnxTextParser.AttributeContext a) {
    String declared = a.ID() == null ? "" : a.ID().getText();
    OnnxTextParser.AttributeValueContext v = a.attributeValue();
    boolean list = v.getStart().getText().equals("[");
    if (declared.equals("type_proto")
        && !list
        && v.single(0) instanceof OnnxTextParser.LiteralValueContext l) {
      return new Attribute.TypeAttr(literals.scalarType(l));
    }
    List<Object> values = new ArrayList<>();
    for (OnnxTextParser.SingleContext s : v.single()) {
      values.add(single(s, declared));
    }
    return AttributeValues.of(errors, a, declared, list, values);
  }

  /**
   * An Attribute for references and types, else the plain value: Long, Float, String, Tensor or
   * Graph.
   */
  private Object single(OnnxTextParser.SingleContext s, String declared) {
    return switch (s) {
      case OnnxTextParser.TensorValueContext t -> literals.tensor(t.tensorConstant());
      case OnnxTextParser.GraphValueContext g -> graph(g.graph());
      case OnnxTextParser.ReferenceContext r ->
          new Attribute.Ref(literals.name(r.name()), AttributeValues.code(errors, s, declared));
      case OnnxTextParser.LiteralValueContext l -> literals.attributeLiteral(l.literal());
      case OnnxTextParser.TypeValueContext t -> new Attribute.TypeAttr(literals.type(t.type()));
      default -> throw errors.at(s, "unexpected value");
    };
  }

  private Function function(OnnxTextParser.FunctionContext c) {
    Map<String, Integer> opsets = new LinkedHashMap<>();
    Map<String, String> p =
        properties(c.properties(), FUNCTION_PROPERTIES, opsets, new LinkedHashMap<>());
    String name = literals.name(c.name());
    Graph body = new Graph(name);
    Set<String> defined = new HashSet<>();
    int arrow = arrow(c);
    for (OnnxTextParser.ValueInfoContext v : c.valueInfo()) {
      ValueType t = v.type() == null ? null : literals.type(v.type());
      if (v.getStart().getTokenIndex() < arrow) {
        body.addInput(literals.name(v.name()), t);
        defined.add(literals.name(v.name()));
      } else {
        body.addOutput(literals.name(v.name()), t);
      }
    }
    declarations(c.declarations(), body, defined);
    nodes(c.block(), body, defined);
    for (String s : body.captured()) {
      if (body.type(s) instanceof TensorType t && t.isStatic()) {
        body.addInitializer(s, Tensor.absent(t.dtype(), t.shape()));
      }
    }
    List<String> names = new ArrayList<>();
    Map<String, Attribute> defaults = new LinkedHashMap<>();
    if (c.formals != null) {
      for (OnnxTextParser.FormalContext f : c.formals.formal()) {
        if (f.attribute() != null) {
          defaults.put(literals.name(f.attribute().name()), attribute(f.attribute()));
        } else {
          names.add(literals.name(f.name()));
        }
      }
    }
    Function.Key key =
        new Function.Key(
            p.getOrDefault("domain", "").equals("ai.onnx") ? "" : p.getOrDefault("domain", ""),
            name,
            p.getOrDefault("overload", ""));
    return new Function(key, body, names, defaults, opsets);
  }

  private static int arrow(OnnxTextParser.FunctionContext c) {
    for (int i = 0; i < c.getChildCount(); i++) {
      if (c.getChild(i) instanceof org.antlr.v4.runtime.tree.TerminalNode t
          && t.getText().equals("=>")) {
        return t.getSymbol().getTokenIndex();
      }
    }
    return Integer.MAX_VALUE;
  }

  /**
   * Every value read must be defined or declared with its full shape; the position is that of the
   * reading node.
   */
  private void checkUses(OnnxTextParser.GraphContext c, Graph g, Set<String> outer) {
    Map<String, OnnxTextParser.NameContext> firstUse = new HashMap<>();
    for (OnnxTextParser.NodeContext n : c.block().node()) {
      for (OnnxTextParser.ArgumentContext a : n.operands().argument()) {
        if (a.name() != null) {
          firstUse.putIfAbsent(literals.name(a.name()), a.name());
        }
      }
    }
    Set<String> known = new HashSet<>(outer);
    g.nodes().forEach(n -> known.addAll(n.outputs()));
    known.addAll(g.inputs());
    known.addAll(g.initializers().keySet());
    for (Map.Entry<String, OnnxTextParser.NameContext> e : firstUse.entrySet()) {
      boolean declared = g.type(e.getKey()) instanceof TensorType t && t.isStatic();
      if (!e.getKey().isEmpty() && !known.contains(e.getKey()) && !declared) {
        throw errors.at(
            e.getValue(),
            "value '" + e.getKey() + "' is not defined",
            Names.nearest(e.getKey(), known).map(s -> "did you mean \"" + s + "\"?").orElse(""));
      }
    }
  }
}
