package npusim.compiler.onnx;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Function;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.ir.ValueType;
import npusim.isa.DType;

/** Decodes GraphProto, FunctionProto, NodeProto, AttributeProto and TypeProto. */
final class GraphDecoder {
  private final TensorDecoder tensors;

  GraphDecoder(TensorDecoder tensors) {
    this.tensors = tensors;
  }

  Graph graph(ProtoReader in) {
    Graph g = new Graph("");
    Set<String> defined = new HashSet<>();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> {
          Node n = node(in.message("NodeProto"));
          define(in, defined, n);
          g.add(n);
        }
        case 2 -> g.setName(in.string());
        case 5 -> initializer(in, g, tensors.tensor(in.message("TensorProto")));
        case 15 -> initializer(in, g, tensors.sparse(in.message("SparseTensorProto")));
        case 11 -> valueInfo(in.message("ValueInfoProto"), g, Role.INPUT);
        case 12 -> valueInfo(in.message("ValueInfoProto"), g, Role.OUTPUT);
        case 13 -> valueInfo(in.message("ValueInfoProto"), g, Role.INNER);
        default -> in.skip();
      }
    }
    g.initializers().forEach((k, v) -> g.setType(k, v.type()));
    return g;
  }

  private static void define(ProtoReader in, Set<String> defined, Node n) {
    for (String o : n.outputs()) {
      if (!o.isEmpty() && !defined.add(o)) {
        throw in.error(
            "value '" + o + "' is defined twice, the second time by node " + n.describe());
      }
    }
  }

  private static void initializer(ProtoReader in, Graph g, TensorDecoder.Named t) {
    if (t.name().isEmpty()) {
      throw in.error("initializer without a name");
    }
    if (g.initializer(t.name()) != null) {
      throw in.error("initializer '" + t.name() + "' is defined twice");
    }
    g.addInitializer(t.name(), t.tensor());
  }

  private enum Role {
    INPUT,
    OUTPUT,
    INNER
  }

  private static void valueInfo(ProtoReader in, Graph g, Role role) {
    String name = "";
    ValueType type = null;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> name = in.string();
        case 2 -> type = type(in.message("TypeProto"));
        default -> in.skip();
      }
    }
    switch (role) {
      case INPUT -> {
        if (g.inputs().contains(name)) {
          throw in.error("graph input '" + name + "' is declared twice");
        }
        g.addInput(name, type);
      }
      case OUTPUT -> g.addOutput(name, type);
      case INNER -> {
        if (g.type(name) == null) {
          g.setType(name, type);
        }
      }
    }
  }

  Function function(ProtoReader in) {
    Graph body = new Graph("");
    List<String> attributeNames = new ArrayList<>();
    Map<String, Attribute> defaults = new LinkedHashMap<>();
    Map<String, Integer> opsets = new LinkedHashMap<>();
    Set<String> defined = new HashSet<>();
    String name = "";
    String domain = "";
    String overload = "";
    while (in.next()) {
      switch (in.field()) {
        case 1 -> name = in.string();
        case 4 -> body.addInput(in.string(), null);
        case 5 -> body.addOutput(in.string(), null);
        case 6 -> attributeNames.add(in.string());
        case 7 -> {
          Node n = node(in.message("NodeProto"));
          define(in, defined, n);
          body.add(n);
        }
        case 9 -> opset(in.message("OperatorSetIdProto"), opsets);
        case 10 -> domain = in.string();
        case 11 -> attribute(in.message("AttributeProto"), defaults);
        case 12 -> valueInfo(in.message("ValueInfoProto"), body, Role.INNER);
        case 13 -> overload = in.string();
        default -> in.skip();
      }
    }
    if (name.isEmpty()) {
      throw in.error("function without a name");
    }
    body.setName(name);
    String dom = domain.equals("ai.onnx") ? "" : domain;
    return new Function(
        new Function.Key(dom, name, overload), body, attributeNames, defaults, opsets);
  }

  void opset(ProtoReader in, Map<String, Integer> sink) {
    String domain = "";
    long version = 0;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> domain = in.string();
        case 2 -> version = in.varint();
        default -> in.skip();
      }
    }
    if (version < 1 || version > 10_000) {
      throw in.error("opset version " + version + " of domain '" + domain + "' is out of range");
    }
    sink.merge(domain.equals("ai.onnx") ? "" : domain, (int) version, Math::max);
  }

  private Node node(ProtoReader in) {
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    String name = "";
    String op = "";
    String domain = "";
    String overload = "";
    while (in.next()) {
      switch (in.field()) {
        case 1 -> inputs.add(in.string());
        case 2 -> outputs.add(in.string());
        case 3 -> name = in.string();
        case 4 -> op = in.string();
        case 5 -> attribute(in.message("AttributeProto"), attributes);
        case 7 -> domain = in.string();
        case 8 -> overload = in.string();
        case 9 -> ModelReader.entry(in, metadata);
        default -> in.skip();
      }
    }
    if (op.isEmpty()) {
      throw in.error("node '" + name + "' has no operator");
    }
    Node n = new Node(name, domain, op, 0, inputs, outputs);
    n.setOverload(overload);
    n.metadata().putAll(metadata);
    attributes.forEach(n::set);
    return n;
  }

  private void attribute(ProtoReader in, Map<String, Attribute> sink) {
    String name = "";
    String ref = "";
    int type = 0;
    float f = 0;
    long i = 0;
    String s = "";
    Tensor t = null;
    Graph g = null;
    ValueType tp = null;
    LongStream.Builder ints = LongStream.builder();
    List<Float> floats = new ArrayList<>();
    List<String> strings = new ArrayList<>();
    List<Tensor> tensorList = new ArrayList<>();
    List<Graph> graphList = new ArrayList<>();
    int seen = 0;
    while (in.next()) {
      int field = in.field();
      switch (field) {
        case 1 -> name = in.string();
        case 2 -> f = in.float32();
        case 3 -> i = in.varint();
        case 4 -> s = in.string();
        case 5 -> t = tensors.tensor(in.message("TensorProto")).tensor();
        case 6 -> g = graph(in.message("GraphProto"));
        case 7 -> in.fixed32s(v -> floats.add(Float.intBitsToFloat((int) v)));
        case 8 -> in.varints(ints::add);
        case 9 -> strings.add(in.string());
        case 10 -> tensorList.add(tensors.tensor(in.message("TensorProto")).tensor());
        case 11 -> graphList.add(graph(in.message("GraphProto")));
        case 14 -> tp = type(in.message("TypeProto"));
        case 20 -> type = (int) in.varint();
        case 21 -> ref = in.string();
        case 22 -> t = tensors.sparse(in.message("SparseTensorProto")).tensor();
        default -> in.skip();
      }
      seen |= field >= 2 && field <= 11 ? 1 << field : 0;
    }
    if (name.isEmpty()) {
      throw in.error("attribute without a name");
    }
    if (!ref.isEmpty()) {
      sink.put(name, new Attribute.Ref(ref, type));
      return;
    }
    int kind = type != 0 ? type : guess(seen);
    Attribute a =
        switch (kind) {
          case 1 -> new Attribute.Float(f);
          case 2 -> new Attribute.Int(i);
          case 3 -> new Attribute.Str(s);
          case 4, 11 -> t == null ? null : new Attribute.TensorAttr(t);
          case 5 -> g == null ? null : new Attribute.GraphAttr(g);
          case 6 -> new Attribute.Floats(toArray(floats));
          case 7 -> new Attribute.Ints(ints.build().toArray());
          case 8 -> new Attribute.Strs(strings);
          case 9 -> new Attribute.Tensors(tensorList);
          case 10 -> new Attribute.Graphs(graphList);
          case 13 -> tp == null ? null : new Attribute.TypeAttr(tp);
          default ->
              throw in.error(
                  "attribute '" + name + "' has type " + kind + ", which is not supported");
        };
    if (a == null) {
      throw in.error("attribute '" + name + "' has no value of its type " + kind);
    }
    // A sparse constant was made dense above, so it is an ordinary value from here on.
    sink.put(kind == 11 && name.equals("sparse_value") ? "value" : name, a);
  }

  /** Type of an attribute in files of IR version 1, which say it by the field in use. */
  private static int guess(int seen) {
    int field = Integer.numberOfTrailingZeros(seen);
    return field >= 2 && field <= 11 ? field - 1 : 0;
  }

  private static float[] toArray(List<Float> list) {
    float[] out = new float[list.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = list.get(i);
    }
    return out;
  }

  private static ValueType type(ProtoReader in) {
    ValueType result = null;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> result = tensorType(in.message("TypeProto.Tensor"));
        case 4 -> result = new ValueType.Sequence(elementType(in.message("TypeProto.Sequence")));
        case 5 -> result = mapType(in.message("TypeProto.Map"));
        case 7 -> result = opaqueType(in.message("TypeProto.Opaque"));
        case 8 ->
            result = new ValueType.SparseTensor(tensorType(in.message("TypeProto.SparseTensor")));
        case 9 -> result = new ValueType.OptionalOf(elementType(in.message("TypeProto.Optional")));
        default -> in.skip();
      }
    }
    return result;
  }

  private static ValueType elementType(ProtoReader in) {
    ValueType t = null;
    while (in.next()) {
      if (in.field() == 1) {
        t = type(in.message("TypeProto"));
      } else {
        in.skip();
      }
    }
    if (t == null) {
      throw in.error("no element type");
    }
    return t;
  }

  private static ValueType mapType(ProtoReader in) {
    DType key = DType.STRING;
    ValueType value = null;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> key = TensorDecoder.dtype(in, (int) in.varint(), "map key");
        case 2 -> value = type(in.message("TypeProto"));
        default -> in.skip();
      }
    }
    if (value == null) {
      throw in.error("map without a value type");
    }
    return new ValueType.MapOf(key, value);
  }

  private static ValueType opaqueType(ProtoReader in) {
    String domain = "";
    String name = "";
    while (in.next()) {
      switch (in.field()) {
        case 1 -> domain = in.string();
        case 2 -> name = in.string();
        default -> in.skip();
      }
    }
    return new ValueType.Opaque(domain, name);
  }

  private static TensorType tensorType(ProtoReader in) {
    int code = 0;
    List<Dim> dims = null;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> code = (int) in.varint();
        case 2 -> dims = shape(in.message("TensorShapeProto"));
        default -> in.skip();
      }
    }
    return new TensorType(TensorDecoder.dtype(in, code, "value"), dims);
  }

  private static List<Dim> shape(ProtoReader in) {
    List<Dim> dims = new ArrayList<>();
    while (in.next()) {
      if (in.field() == 1) {
        dims.add(dim(in.message("TensorShapeProto.Dimension")));
      } else {
        in.skip();
      }
    }
    return dims;
  }

  private static Dim dim(ProtoReader in) {
    Dim d = Dim.UNKNOWN;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> {
          long v = in.varint();
          // Some exporters write -1 for a dimension they don't know.
          d = v < 0 ? Dim.UNKNOWN : Dim.of(v);
        }
        case 2 -> {
          String name = in.string();
          d = name.isEmpty() ? Dim.UNKNOWN : Dim.symbol(name);
        }
        default -> in.skip();
      }
    }
    return d;
  }
}
