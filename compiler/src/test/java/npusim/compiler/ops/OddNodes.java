package npusim.compiler.ops;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/**
 * Models of one node that are wrong more often than not: inputs too few or too many, of odd ranks,
 * extents and types, constant or not, attributes out of range or of another kind. Half of them
 * start from the operator's signature, so that a single thing is wrong. The seed decides
 * everything.
 */
final class OddNodes {
  private static final DType[] TYPES = {
    DType.F32,
    DType.F32,
    DType.F32,
    DType.I64,
    DType.I64,
    DType.I32,
    DType.U8,
    DType.I8,
    DType.BOOL,
    DType.F16,
    DType.F64
  };

  private final SplittableRandom random;
  private final Operator op;
  private final Map<String, DType> variables = new HashMap<>();
  private final Map<String, Long> extents = new HashMap<>();

  private OddNodes(Operator op, long seed) {
    this.op = op;
    this.random = new SplittableRandom(seed * 31 + op.qualifiedName().hashCode());
  }

  /** The model of an operator and a seed. */
  static Model of(Operator op, long seed) {
    return new OddNodes(op, seed).model();
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  private Model model() {
    int first = op.since()[0];
    int opset =
        !op.domain().isEmpty()
            ? 1
            : chance(40) ? 21 : Math.max(7, random.nextInt(Math.max(7, first), 29));
    Signature signature = op.signature(opset);
    Graph g = new Graph("g");
    boolean wild = chance(40);
    int inputs = wild ? random.nextInt(5) : count(signature);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < inputs; i++) {
      Signature.Input in =
          signature == null || signature.inputs().isEmpty() ? null : signature.at(i);
      if (i > 0 && chance(in != null && !in.isRequired() ? 30 : 3)) {
        names.add("");
        continue;
      }
      names.add("x" + i);
      operand(g, "x" + i, wild || chance(12) ? null : in);
    }
    int outputs = chance(80) ? 1 : 1 + random.nextInt(4);
    List<String> results = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      results.add("y" + i);
      g.addOutput("y" + i, null);
    }
    Node n = new Node("node", op.domain(), op.name(), opset, names, results);
    if (signature != null) {
      for (Signature.Attr a : signature.attributes().values()) {
        if (chance(a.required() ? 95 : 40)) {
          n.set(a.name(), attribute(a));
        }
      }
    }
    g.add(n);
    Model m = new Model(g, op.domain().isEmpty() ? opset : 21);
    m.opsets().put(op.domain(), opset);
    return m;
  }

  private int count(Signature s) {
    if (s == null) {
      return random.nextInt(5);
    }
    int most = s.maxInputs() == Integer.MAX_VALUE ? s.inputs().size() + 2 : s.maxInputs();
    return chance(8) ? random.nextInt(6) : random.nextInt(s.minInputs(), most + 1);
  }

  private void operand(Graph g, String name, Signature.Input in) {
    DType t = type(in);
    long[] shape = shape(in);
    boolean index = t == DType.I64 || t == DType.I32;
    if (chance(index ? 75 : 25)) {
      long span = chance(4) ? Long.MAX_VALUE / 2 : 6;
      g.addInitializer(
          name,
          index || !t.isFloat()
              ? Tensor.generateLongs(
                  t, shape, i -> t == DType.BOOL ? i & 1 : random.nextLong(-span / 3, span))
              : Tensor.generate(t, shape, i -> random.nextInt(-2, 4) * 0.5));
    } else {
      g.addInput(name, TensorType.of(t, shape));
    }
  }

  private DType type(Signature.Input in) {
    if (in == null || chance(4)) {
      return TYPES[random.nextInt(TYPES.length)];
    }
    if (in.isVariable()) {
      return variables.computeIfAbsent(
          in.type(),
          v ->
              v.equals(op.signature(28).at(0).type())
                  ? pick(List.copyOf(op.types().types()))
                  : TYPES[random.nextInt(TYPES.length)]);
    }
    return pick(List.copyOf(Signature.typeSet(in.type()).types()));
  }

  private long extent() {
    return chance(6) ? 0 : 1 + random.nextInt(5);
  }

  private long[] shape(Signature.Input in) {
    if (in == null || in.shapes().isEmpty()) {
      long[] out = new long[random.nextInt(in == null ? 6 : 4)];
      for (int i = 0; i < out.length; i++) {
        out[i] = chance(50) ? 2 + random.nextInt(2) : extent();
      }
      return out;
    }
    List<String> written = pick(in.shapes());
    if (written.equals(List.of("one"))) {
      return chance(50) ? new long[0] : new long[] {1};
    }
    if (written.equals(List.of("list"))) {
      return new long[] {random.nextInt(4)};
    }
    List<Long> out = new ArrayList<>();
    for (String d : written) {
      if (d.equals("..")) {
        for (int k = random.nextInt(3); k > 0; k--) {
          out.add(extent());
        }
      } else if (d.equals("_") || chance(3)) {
        out.add(extent());
      } else if (Character.isDigit(d.charAt(0))) {
        out.add(Long.parseLong(d));
      } else {
        out.add(extents.computeIfAbsent(d, k -> extent()));
      }
    }
    return out.stream().mapToLong(Long::longValue).toArray();
  }

  private long integer(Signature.Attr a) {
    if (chance(3)) {
      return pick(List.of(Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40, -1L << 33));
    }
    if (chance(80)) {
      long low = Math.max(a.min(), -2);
      return random.nextLong(low, Math.max(Math.min(a.max(), 7), low) + 1);
    }
    return random.nextLong(-4, 18);
  }

  private Attribute attribute(Signature.Attr a) {
    String kind =
        chance(5) ? pick(List.of("int", "ints", "float", "str", "floats", "tensor")) : a.kind();
    return switch (kind) {
      case "int" -> new Attribute.Int(integer(a));
      case "ints" -> {
        long[] v = new long[random.nextInt(5)];
        for (int i = 0; i < v.length; i++) {
          v[i] = integer(a);
        }
        yield new Attribute.Ints(v);
      }
      case "float" -> new Attribute.Float(pick(List.of(0f, 1f, -1f, 0.5f, Float.NaN, 1e30f)));
      case "floats" -> new Attribute.Floats(1f, 2f, chance(20) ? -1f : 1f);
      case "strs" -> new Attribute.Strs(List.of(pick(List.of("Relu", "Tanh", "Nope"))));
      case "tensor" ->
          new Attribute.TensorAttr(
              Tensor.generate(DType.F32, new long[random.nextInt(2)], i -> 1.0));
      case "graph" -> new Attribute.GraphAttr(body());
      default ->
          new Attribute.Str(
              chance(8) || a.words().isEmpty()
                  ? pick(List.of("", "nope", "ij,jk->ik", "i->", "...ij->...ji", "ii", "i,i", "->"))
                  : pick(a.words().stream().sorted().toList()));
    };
  }

  private Graph body() {
    Graph b = new Graph("body");
    int inputs = random.nextInt(4);
    for (int i = 0; i < inputs; i++) {
      b.addInput("b" + i, TensorType.of(TYPES[random.nextInt(TYPES.length)], shape(null)));
    }
    for (int i = 0; i < random.nextInt(1, 4); i++) {
      b.addOutput("r" + i, null);
      if (inputs > 0 && chance(90)) {
        b.add(Node.of("Identity", 21, List.of("b" + random.nextInt(inputs)), "r" + i));
      }
    }
    return b;
  }
}
