package npusim.compiler.text;

import java.util.List;
import java.util.Map;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Tensor;
import npusim.diag.Names;
import org.antlr.v4.runtime.ParserRuleContext;

/** Makes an attribute from its parsed values and declared type. */
final class AttributeValues {
  private static final Map<String, Integer> CODES =
      Map.ofEntries(
          Map.entry("float", 1),
          Map.entry("int", 2),
          Map.entry("string", 3),
          Map.entry("tensor", 4),
          Map.entry("graph", 5),
          Map.entry("floats", 6),
          Map.entry("ints", 7),
          Map.entry("strings", 8),
          Map.entry("tensors", 9),
          Map.entry("graphs", 10),
          Map.entry("type_proto", 13));

  private AttributeValues() {}

  /** AttributeProto's code of a type name; 0 when none is given. */
  static int code(TextErrors errors, ParserRuleContext c, String declared) {
    if (declared.isEmpty()) {
      return 0;
    }
    Integer code = CODES.get(declared);
    if (code == null) {
      throw errors.at(
          c,
          "unknown attribute type '" + declared + "'",
          Names.suggest(declared, CODES.keySet().stream().sorted().toList()));
    }
    return code;
  }

  static Attribute of(
      TextErrors errors, ParserRuleContext c, String declared, boolean list, List<Object> values) {
    int code = code(errors, c, declared);
    if (!list) {
      return single(errors, c, code, values.getFirst());
    }
    if (values.isEmpty()) {
      return switch (code) {
        case 6 -> new Attribute.Floats();
        case 7 -> new Attribute.Ints();
        case 8 -> new Attribute.Strs(List.of());
        case 9 -> new Attribute.Tensors(List.of());
        case 10 -> new Attribute.Graphs(List.of());
        default -> throw errors.at(c, "an empty list needs a type", "write name: ints = []");
      };
    }
    if (values.stream().allMatch(Tensor.class::isInstance)) {
      return new Attribute.Tensors(values.stream().map(Tensor.class::cast).toList());
    }
    if (values.stream().allMatch(Graph.class::isInstance)) {
      return new Attribute.Graphs(values.stream().map(Graph.class::cast).toList());
    }
    if (values.stream().allMatch(String.class::isInstance)) {
      return new Attribute.Strs(values.stream().map(String.class::cast).toList());
    }
    if (code != 6 && values.stream().allMatch(Long.class::isInstance)) {
      return new Attribute.Ints(values.stream().mapToLong(v -> (Long) v).toArray());
    }
    if (values.stream().allMatch(Number.class::isInstance)) {
      float[] f = new float[values.size()];
      for (int i = 0; i < f.length; i++) {
        f[i] = ((Number) values.get(i)).floatValue();
      }
      return new Attribute.Floats(f);
    }
    throw errors.at(c, "a list holds values of one kind");
  }

  private static Attribute single(TextErrors errors, ParserRuleContext c, int code, Object v) {
    Attribute a =
        switch (v) {
          case Attribute done -> done;
          case Long l when code == 1 -> new Attribute.Float(l.floatValue());
          case Long l -> new Attribute.Int(l);
          case Float f -> new Attribute.Float(f);
          case String s -> new Attribute.Str(s);
          case Tensor t -> new Attribute.TensorAttr(t);
          case Graph g -> new Attribute.GraphAttr(g);
          default -> throw errors.at(c, "unexpected value");
        };
    boolean fits =
        switch (a) {
          case Attribute.Float f -> code == 0 || code == 1;
          case Attribute.Int i -> code == 0 || code == 2;
          case Attribute.Str s -> code == 0 || code == 3;
          case Attribute.TensorAttr t -> code == 0 || code == 4;
          case Attribute.GraphAttr g -> code == 0 || code == 5;
          case Attribute.TypeAttr t -> code == 0 || code == 13;
          default -> true;
        };
    if (!fits) {
      throw errors.at(c, "the value is not of the declared type");
    }
    return a;
  }
}
