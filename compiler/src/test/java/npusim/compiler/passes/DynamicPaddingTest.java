package npusim.compiler.passes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import npusim.compiler.eval.Evaluator;
import npusim.compiler.ir.GraphVerifier;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.text.OnnxText;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import npusim.isa.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models with lists whose length data decides compute the same after padding. */
class DynamicPaddingTest {
  private static final String HEAD = "<ir_version: 8, opset_import: [\"\" : 17]>\n";

  /** One expert of a mixture, as PyTorch's TorchScript exporter writes it. */
  private static String expert(int e) {
    return """
    [pick%1$d] m%1$d = Gather <axis = 0> (mask, e%1$d)
    [nz%1$d] nz%1$d = NonZero (m%1$d)
    [tr%1$d] tr%1$d = Transpose <perm = [1, 0]> (nz%1$d)
    [sp%1$d] a%1$d, b%1$d = Split <axis = 1> (tr%1$d, ones)
    [sa%1$d] slot%1$d = Squeeze (a%1$d, axis1)
    [sb%1$d] token%1$d = Squeeze (b%1$d, axis1)
    [up%1$d] h3%1$d = Unsqueeze (h, axis0)
    [ga%1$d] x3%1$d = Gather <axis = 1> (h3%1$d, token%1$d)
    [re%1$d] x%1$d = Reshape (x3%1$d, rows)
    [mm%1$d] y%1$d = MatMul (x%1$d, w%1$d)
    [act%1$d] z%1$d = Tanh (y%1$d)
    [fl%1$d] flat%1$d = Reshape (weights, minus1)
    [ix%1$d] ix%1$d = Mul (token%1$d, two)
    [iy%1$d] iy%1$d = Add (ix%1$d, slot%1$d)
    [gw%1$d] rw%1$d = Gather (flat%1$d, iy%1$d)
    [sh%1$d] sh%1$d = Shape (iy%1$d)
    [cc%1$d] cc%1$d = Concat <axis = 0> (sh%1$d)
    [rr%1$d] rv%1$d = Reshape (rw%1$d, cc%1$d)
    [ur%1$d] rc%1$d = Unsqueeze (rv%1$d, axis1)
    [sc%1$d] o%1$d = Mul (z%1$d, rc%1$d)
    [ut%1$d] ti%1$d = Unsqueeze (token%1$d, axis1)
    [so%1$d] os%1$d = Shape (o%1$d)
    [ex%1$d] te%1$d = Expand (ti%1$d, os%1$d)
    [se%1$d] f%2$d = ScatterElements <axis = 0, reduction = "add"> (f%1$d, te%1$d, o%1$d)
    """
        .formatted(e, e + 1);
  }

  private static String mixture() {
    StringBuilder s = new StringBuilder(HEAD);
    s.append("moe (float[5, 4] h, float[5, 2] weights, bool[3, 2, 5] mask) => (float[5, 4] f3)\n");
    s.append(
        "<int64[2] ones = {1, 1}, int64[1] axis0 = {0}, int64[1] axis1 = {1}, int64[2] rows = {-1,"
            + " 4},");
    s.append(
        " int64[1] minus1 = {-1}, int64 two = {2}, float[5,4] f0 ="
            + " {0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}");
    for (int e = 0; e < 3; e++) {
      s.append(", int64 e").append(e).append(" = {").append(e).append("}");
      s.append(", float[4, 4] w").append(e).append(" = {");
      for (int i = 0; i < 16; i++) {
        s.append(i == 0 ? "" : ", ").append((i * 7 + e * 3) % 5 - 2).append(".5");
      }
      s.append("}");
    }
    s.append("> {\n");
    for (int e = 0; e < 3; e++) {
      s.append(expert(e));
    }
    return s.append("}").toString();
  }

  @Property(tries = 40)
  void aMixtureOfExpertsComputesTheSame(@ForAll long seed) {
    Random r = new Random(seed);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("h", Tensor.generate(DType.F32, new long[] {5, 4}, i -> r.nextGaussian()));
    inputs.put("weights", Tensor.generate(DType.F32, new long[] {5, 2}, i -> r.nextDouble()));
    int[] chosen = r.ints(10, 0, 1 + r.nextInt(3)).toArray();
    inputs.put(
        "mask",
        Tensor.generate(
            DType.BOOL,
            new long[] {3, 2, 5},
            i -> chosen[(int) (i % 5 * 2 + i / 5 % 2)] == i / 10 ? 1 : 0));
    compare(mixture(), inputs, "f3");
  }

  @Property(tries = 40)
  void scatterAndSumOfFoundRowsComputeTheSame(@ForAll long seed) {
    Random r = new Random(seed);
    double share = r.nextDouble();
    Map<String, Tensor> inputs =
        Map.of(
            "x", Tensor.generate(DType.F32, new long[] {6, 3}, i -> r.nextGaussian()),
            "keep",
                Tensor.generate(DType.BOOL, new long[] {6}, i -> r.nextDouble() < share ? 1 : 0));
    String text =
        HEAD
            + """
            g (float[6, 3] x, bool[6] keep) => (float[6, 3] y, float[3] s)
              <int64[1] axis1 = {1}, int64[1] axis0 = {0}, int64[1] flat = {-1}> {
              nz = NonZero (keep)
              tr = Transpose <perm = [1, 0]> (nz)
              rows = GatherND (x, tr)
              twice = Add (rows, rows)
              y = ScatterND (x, tr, twice)
              s = ReduceSum <keepdims = 0> (rows, axis0)
            }
            """;
    compare(text, inputs, "y", "s");
  }

  private static void compare(String text, Map<String, Tensor> inputs, String... outputs) {
    Model m = OnnxText.parse("m.onnxtxt", text);
    Map<String, Tensor> expected = Evaluator.run(m.graph(), inputs);
    Passes.prepare(m, PassContext.DEFAULT);
    assertThat(GraphVerifier.verify(m, n -> true, true)).isEmpty();
    assertThat(m.graph().nodes()).extracting(Node::opType).doesNotContain("NonZero");
    m.graph()
        .nodes()
        .forEach(
            n -> n.outputs().forEach(o -> assertThat(m.graph().tensorType(o).isStatic()).isTrue()));
    Map<String, Tensor> actual = Evaluator.run(m.graph(), inputs);
    for (String o : outputs) {
      assertThat(actual.get(o).toFloats()).as(o).isEqualTo(expected.get(o).toFloats());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "n = Shape (t) c = Cast <to = 1> (n) y = Mul (x, c)",
        "r = Gather (x, t) y = ReduceMax <axes = [0], keepdims = 0> (r)",
        "r = Gather (x, t) c = Cast <to = 1> (r) q = Softmax <axis = 0> (c) y = ReduceSum <keepdims"
            + " = 0> (q)",
        "r = Gather (x, t) y = Gather (r, zero)",
        "r = Gather (x, t) y = MatMul (r, r)"
      })
  void whatCannotBeShownEqualIsRefusedByName(String body) {
    Model m =
        OnnxText.parse(
            "m.onnxtxt",
            HEAD
                + "g (float[6] x, bool[6] keep) => (y) <int64 zero = {0}, int64[1] flat = {-1}> {"
                + " nz = NonZero (keep) t = Reshape (nz, flat) "
                + body
                + " }");
    assertThatThrownBy(() -> Passes.prepare(m, PassContext.DEFAULT))
        .isInstanceOfSatisfying(
            NpusimException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.INFEASIBLE))
        .hasMessageContaining("only data decides");
  }
}
