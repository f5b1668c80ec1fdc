package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.text.OnnxText;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.sim.functional.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention in one kernel gives the values of its decomposition, however it is cut. */
class AttentionKernelTest {
  private static final String ALONE = "no-keep-attention";

  /** Scores would not stay on the chip otherwise. */
  private static final String APART = "core.scratchpad.keeps_tensors=false";

  /** Whole heads, row blocks, tiles of keys; one core and several; one tile of scores and two. */
  private static final List<Hardware> CHIPS =
      List.of(
          HardwareLoader.load("edge", List.of(APART)),
          HardwareLoader.load("tiny", List.of(APART)),
          HardwareLoader.load(
              "edge", List.of(APART, "chip.cores=3", "core.accumulator.result_tiles=1")),
          HardwareLoader.load(
              "edge",
              List.of(APART, "core.scratchpad.bytes=64KiB", "core.accumulator.bytes=8KiB")));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(float[1, 2, 40, 8] q, float[1, 2, 40, 8] k, float[1, 2, 40, 8] v) => (y)"
            + " { y = Attention (q, k, v) }",
        // Query heads that share keys, values of another width, a causal border.
        "(float[2, 4, 33, 8] q, float[2, 2, 33, 8] k, float[2, 2, 33, 5] v) => (y)"
            + " { y = Attention <is_causal = 1, scale = 0.5> (q, k, v) }",
        // Keys and values of one batch for all, as MatMul has them.
        "(float[3, 2, 9, 4] q, float[1, 2, 11, 4] k, float[1, 2, 11, 4] v) => (y) { t = Transpose"
            + " <perm = [0, 1, 3, 2]> (k) s = MatMul (q, t) p = Softmax <axis = -1> (s) y = MatMul"
            + " (p, v) }",
        // Masks of rows and of keys; one row sees nothing.
        "(float[1, 2, 17, 4] q, float[1, 2, 150, 4] k, float[1, 2, 150, 4] v,"
            + " float[17, 150] m) => (y) { y = Attention (q, k, v, m) }",
        "(float[3, 1, 7, 4] q, float[3, 1, 90, 4] k, float[3, 1, 90, 4] v,"
            + " bool[3, 1, 1, 90] m) => (y) { y = Attention (q, k, v, m) }",
        // Heads side by side, and heads that the reader turns back.
        "(float[2, 19, 12] q, float[2, 21, 12] k, float[2, 21, 12] v) => (y)"
            + " { y = Attention <q_num_heads = 3, kv_num_heads = 3> (q, k, v) }",
        "(float[1, 3, 24, 4] q, float[1, 3, 24, 4] k, float[1, 3, 24, 4] v) => (z)"
            + " <int64[3] s = {1, 24, 12}> { y = Attention (q, k, v)"
            + " t = Transpose <perm = [0, 2, 1, 3]> (y) r = Reshape (t, s) z = Relu (r) }",
      })
  void givesTheValuesOfItsParts(String graph) {
    String text = "<ir_version: 10, opset_import: [\"\" : 23]> g " + graph;
    Map<String, Tensor> in = inputs(OnnxText.parse("m", text));
    for (Hardware hw : CHIPS) {
      var whole = run(text, in, hw, CompileOptions.DEFAULT, Schedule.random(3));
      var parts =
          run(
              text,
              in,
              hw,
              CompileOptions.DEFAULT.withFlags(Set.of(ALONE)),
              Schedule.PROGRAM_ORDER);
      whole.forEach(
          (name, got) -> assertThat(Cases.difference(parts.get(name), got)).as(hw.name()).isNull());
    }
  }

  @Test
  void isOneKernel() {
    String text =
        "<ir_version: 10, opset_import: [\"\" : 23]> g (float[1, 2, 40, 8] q, float[1, 2, 40, 8] k,"
            + " float[1, 2, 40, 8] v) => (y) { y = Attention (q, k, v) }";
    var program =
        Compiler.compile(OnnxText.parse("m", text), CHIPS.getFirst(), CompileOptions.DEFAULT);
    assertThat(program.nodes()).anyMatch(n -> n.opType().equals("npusim.Attention"));
    assertThat(program.nodes()).noneMatch(n -> n.opType().equals("Softmax"));
    assertThat(program.coverage().macs()).isEqualTo(2L * 2 * 40 * 40 * 8);
    var kept =
        Compiler.compile(
            OnnxText.parse("m", text), HardwareLoader.load("edge"), CompileOptions.DEFAULT);
    assertThat(kept.nodes()).anyMatch(n -> n.opType().equals("Softmax"));
  }

  private static Map<String, Tensor> run(
      String text, Map<String, Tensor> in, Hardware hw, CompileOptions o, Schedule order) {
    return Cases.execute(OnnxText.parse("m", text), in, hw, o, order);
  }

  private static Map<String, Tensor> inputs(Model m) {
    Map<String, Tensor> in = new LinkedHashMap<>();
    for (String name : m.graph().inputs()) {
      TensorType t = m.graph().tensorType(name);
      boolean mask = name.equals("m");
      in.put(
          name,
          t.dtype() == DType.BOOL
              ? Tensor.generateLongs(DType.BOOL, t.shape(), i -> i % 3 == 0 && i > 90 ? 0 : 1)
              : Tensor.generate(
                  t.dtype(),
                  t.shape(),
                  i ->
                      mask && (i < 150 || i % 7 == 0)
                          ? Double.NEGATIVE_INFINITY
                          : (float) Math.sin(i * 0.7 + name.charAt(0))));
    }
    return in;
  }
}
