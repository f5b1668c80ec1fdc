package npusim.compiler.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Function;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.onnx.ModelReader;
import npusim.compiler.onnx.ModelWriter;
import npusim.isa.DType;

/** Random models survive text and binary round trips. */
class OnnxTextPropertyTest {
  private static final String[] NAMES = {
    "x", "a/b.c", "w_1", "한글", "q\"uote", "tab\tbed", "back\\slash", "9lives", "inf", "float"
  };

  @Property(tries = 150)
  void textRoundTrip(@ForAll long seed) {
    Model m = model(new Random(seed));
    String text = OnnxText.print(m);
    Model again = OnnxText.parse("m.onnxtxt", text);
    assertThat(OnnxText.print(again)).isEqualTo(text);
    assertThat(ModelWriter.toBytes(again)).isEqualTo(ModelWriter.toBytes(m));
  }

  @Property(tries = 150)
  void binaryRoundTrip(@ForAll long seed) {
    Model m = model(new Random(seed));
    Model again = ModelReader.read(ModelWriter.toBytes(m), "m.onnx");
    assertThat(OnnxText.print(again)).isEqualTo(OnnxText.print(m));
  }

  private static Model model(Random r) {
    Model m = new Model(new Graph("g" + r.nextInt(5)), 18);
    m.opsets().put("com.example", 1);
    if (r.nextBoolean()) {
      m.metadata().put("key", "some \"value\"");
      m.setProducer("maker", "1.0");
    }
    fill(m.graph(), r, 0, List.of());
    m.graph().nameNodes();
    if (r.nextBoolean()) {
      Graph body = new Graph("Layer");
      body.addInput("in", null);
      body.add(
          new Node("n", "", "Neg", 18, List.of("in"), List.of("out"))
              .set("alpha", new Attribute.Ref("alpha", 1)));
      body.addOutput("out", null);
      m.add(
          new Function(
              new Function.Key("com.example", "Layer", r.nextBoolean() ? "" : "v2"),
              body,
              List.of("alpha"),
              Collections.singletonMap("beta", attribute(r, 2, List.of())),
              Collections.singletonMap("", 18)));
    }
    return m;
  }

  private static String name(Random r, int i) {
    return NAMES[r.nextInt(NAMES.length)] + i;
  }

  private static void fill(Graph g, Random r, int depth, List<String> outer) {
    List<String> known = new ArrayList<>(outer);
    int n = depth * 1000;
    for (int i = 0; i < 1 + r.nextInt(3); i++) {
      String in = name(r, n++);
      g.addInput(in, type(r));
      known.add(in);
    }
    for (int i = 0; i < r.nextInt(4); i++) {
      String c = name(r, n++);
      g.addInitializer(c, tensor(r));
      known.add(c);
    }
    String last = known.getLast();
    for (int i = 0; i < 1 + r.nextInt(5); i++) {
      List<String> inputs = new ArrayList<>();
      for (int k = 0; k < r.nextInt(4); k++) {
        inputs.add(r.nextInt(6) == 0 ? "" : known.get(r.nextInt(known.size())));
      }
      inputs.add(known.get(r.nextInt(known.size())));
      last = name(r, n++);
      Node node =
          new Node(
              "",
              r.nextBoolean() ? "" : "com.example",
              "Op" + r.nextInt(3),
              0,
              inputs,
              List.of(last));
      for (int k = 0; k < r.nextInt(4); k++) {
        node.set("a" + k, attribute(r, depth, known));
      }
      g.add(node);
      known.add(last);
      if (r.nextBoolean()) {
        g.setType(last, type(r));
      }
    }
    g.addOutput(last, type(r));
  }

  private static TensorType type(Random r) {
    DType t = DType.values()[r.nextInt(17)];
    if (r.nextInt(8) == 0) {
      return TensorType.unranked(t);
    }
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < r.nextInt(4); i++) {
      dims.add(
          r.nextInt(3) == 0
              ? Dim.symbol(NAMES[r.nextInt(NAMES.length)])
              : r.nextInt(5) == 0 ? Dim.UNKNOWN : Dim.of(r.nextInt(9)));
    }
    return new TensorType(t, dims);
  }

  private static Tensor tensor(Random r) {
    DType t = DType.values()[r.nextInt(17)];
    long[] dims = new long[r.nextInt(3)];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = r.nextInt(4);
    }
    return Tensor.generate(
        t, dims, i -> r.nextInt(12) == 0 ? Double.POSITIVE_INFINITY : r.nextGaussian() * 50);
  }

  private static Attribute attribute(Random r, int depth, List<String> known) {
    return switch (r.nextInt(depth < 2 && !known.isEmpty() ? 9 : 8)) {
      case 0 -> new Attribute.Int(r.nextLong());
      case 1 -> new Attribute.Float((float) r.nextGaussian());
      case 2 -> new Attribute.Str(NAMES[r.nextInt(NAMES.length)] + "\n");
      case 3 -> new Attribute.Ints(r.longs(r.nextInt(4)).toArray());
      case 4 ->
          new Attribute.Floats(
              r.nextInt(4) == 0 ? new float[0] : new float[] {1, Float.NaN, 1e-30f});
      case 5 -> new Attribute.Strs(r.nextBoolean() ? List.of() : List.of("a", "\\"));
      case 6 -> new Attribute.TensorAttr(tensor(r));
      case 7 -> new Attribute.TypeAttr(type(r));
      default -> {
        Graph g = new Graph("body");
        fill(g, r, depth + 1, known);
        yield new Attribute.GraphAttr(g);
      }
    };
  }
}
