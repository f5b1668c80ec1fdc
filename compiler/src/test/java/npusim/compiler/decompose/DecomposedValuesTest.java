package npusim.compiler.decompose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import npusim.compiler.eval.GraphEvaluator;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.shape.ShapeInference;
import npusim.compiler.text.OnnxText;
import npusim.isa.DType;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of decomposed nodes in cases that ONNX's own node cases don't have. */
class DecomposedValuesTest {
  private static Graph decomposed(String signature, String node) {
    Model m =
        OnnxText.parse(
            "m",
            "<ir_version: 10, opset_import: [\"\" : 22]>\nm %s { y = %s }"
                .formatted(signature, node));
    ShapeInference.infer(m).requireComplete();
    new Decomposer(m.graph()).run();
    return m.graph();
  }

  private static double[] values(Graph g, Map<String, Tensor> inputs) {
    return GraphEvaluator.run(g, inputs, (value, t) -> {}).get("y").toDoubles();
  }

  private static Tensor floats(long[] shape, double... values) {
    return Tensor.generate(DType.F32, shape, i -> values[(int) i]);
  }

  /** Time is the first axis, the batch the second, unless the node says otherwise. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ReverseSequence(x, n)",
        "ReverseSequence<time_axis = 0>(x, n)",
        "ReverseSequence<batch_axis = 1>(x, n)",
        "ReverseSequence<batch_axis = 1, time_axis = 0>(x, n)",
      })
  void sequencesAreReversedAlongTheFirstAxis(String node) {
    Graph g = decomposed("(float[3,2] x) => (float[3,2] y) <int64[2] n = {3, 2}>", node);
    var x = floats(new long[] {3, 2}, 1, 2, 3, 4, 5, 6);
    assertThat(values(g, Map.of("x", x))).containsExactly(5, 4, 3, 2, 1, 6);
  }

  @Test
  void theBatchMayComeFirst() {
    Graph g =
        decomposed(
            "(float[2,3] x) => (float[2,3] y) <int64[2] n = {3, 2}>",
            "ReverseSequence<batch_axis = 0, time_axis = 1>(x, n)");
    var x = floats(new long[] {2, 3}, 1, 2, 3, 4, 5, 6);
    assertThat(values(g, Map.of("x", x))).containsExactly(3, 2, 1, 5, 4, 6);
  }

  /** Between aligned corners that are the same place there is nothing to mirror at. */
  @ParameterizedTest
  @ValueSource(strings = {"linear", "nearest", "cubic"})
  void aSingleRowIsSampledWhereverThePointLies(String mode) {
    Graph g =
        decomposed(
            "(float[1,1,1,3] x, float[1,1,3,2] grid) => (float[1,1,1,3] y)",
            "GridSample<align_corners = 1, padding_mode = \"reflection\", mode = \"%s\">(x, grid)"
                .formatted(mode));
    for (Tensor t : g.initializers().values()) {
      assertThat(Arrays.stream(t.toDoubles()).allMatch(Double::isFinite)).isTrue();
    }
    Map<String, Tensor> inputs =
        Map.of(
            "x", floats(new long[] {1, 1, 1, 3}, 10, 20, 50),
            "grid", floats(new long[] {1, 1, 3, 2}, -1, -0.5, 0, 7, 2, 0.25));
    // x = 2 is as far beyond the last column as the middle is before it.
    assertThat(values(g, inputs)).containsExactly(new double[] {10, 20, 20}, Offset.offset(1e-5));
  }
}
