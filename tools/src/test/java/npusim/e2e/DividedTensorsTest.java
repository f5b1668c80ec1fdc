package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.CompileOptions;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.passes.DepthFirst;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.sim.functional.Schedule;
import npusim.workloads.OrtSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tensors of which every core keeps a part in its scratchpad: images of a batch, heads of an
 * attention. Inputs whose names begin with {@code w} become constant weights.
 */
class DividedTensorsTest {
  private static final String IMAGES =
      """
      <ir_version: 10, opset_import: ["" : 18]>
      g (float[8,3,10,10] x, float[16,3,3,3] w1, float[16] w1b, float[16,16,3,3] w2,
         float[16,1,3,3] w3, float[16,16,1,1] w4, float[16,5] w5)
        => (float[8,5] y) {
        c1 = Conv <pads = [1,1,1,1]> (x, w1, w1b)
        r1 = Relu (c1)
        p = MaxPool <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]> (r1)
        c2 = Conv <pads = [1,1,1,1]> (p, w2)
        r2 = Relu (c2)
        dw = Conv <group = 16, pads = [1,1,1,1]> (r2, w3)
        c4 = Conv (dw, w4)
        s = Add (c4, p)
        r3 = Relu (s)
        m = GlobalAveragePool (r3)
        f = Flatten (m)
        y = Gemm (f, w5)
      }
      """;

  private static final String HEADS =
      """
      <ir_version: 10, opset_import: ["" : 18]>
      g (float[12,32] x, float[32,32] w1, float[32,32] w2, float[32,32] w3, float[32,32] w4,
         float[32] w5, float[32] w6)
        => (float[12,32] y) {
        split = Constant <value_ints = [12, 4, 8]> ()
        joined = Constant <value_ints = [12, 32]> ()
        q0 = MatMul (x, w1)
        q1 = Reshape (q0, split)
        q = Transpose <perm = [1,0,2]> (q1)
        k0 = MatMul (x, w2)
        k1 = Reshape (k0, split)
        k = Transpose <perm = [1,2,0]> (k1)
        v0 = MatMul (x, w3)
        v1 = Reshape (v0, split)
        v = Transpose <perm = [1,0,2]> (v1)
        scores = MatMul (q, k)
        p = Softmax <axis = -1> (scores)
        c0 = MatMul (p, v)
        c1 = Transpose <perm = [1,0,2]> (c0)
        c = Reshape (c1, joined)
        o = MatMul (c, w4)
        r = Add (o, x)
        y0 = LayerNormalization <axis = -1> (r, w5, w6)
        y = Tanh (y0)
      }
      """;

  @ParameterizedTest
  @ValueSource(strings = {IMAGES, HEADS})
  void fourCores(String text) {
    check(text, 4, Schedule.PROGRAM_ORDER);
  }

  @ParameterizedTest
  @ValueSource(strings = {IMAGES, HEADS})
  void twoCoresWithLateLoads(String text) {
    check(text, 2, Schedule.LATE_LOADS);
  }

  /** Each core's columns would be short pieces, so that the weights lie in blocks. */
  @ParameterizedTest
  @ValueSource(strings = {"core.matrix.cols=16", "core.matrix.cols=32"})
  void weightsInBlocksOfColumns(String columns) {
    String text =
        """
        <ir_version: 10, opset_import: ["" : 18]>
        g (float[40,48] x, float[48,96] w1, float[96,64] w2, float[64] w3, float[64] w4)
          => (float[40,64] y) {
          a = MatMul (x, w1)
          b = Relu (a)
          c = MatMul (b, w2)
          n = LayerNormalization <axis = -1> (c, w3, w4)
          y = Tanh (n)
        }
        """;
    Hardware hw =
        HardwareLoader.load(
            "edge", List.of("chip.cores=2", "core.scratchpad.bytes=32KiB", columns));
    Model m = model(text, new LinkedHashMap<>());
    check(m, text, hw, CompileOptions.DEFAULT, Schedule.EAGER_UNITS);
  }

  /**
   * What a core keeps of the whole batch doesn't fit, so that the images go through in portions.
   */
  @Test
  void imagesInPortions() {
    assertThat(portions(IMAGES)).isNotEmpty();
  }

  /** Checks a model on a chip with little scratchpad; returns the tensors portions end in. */
  private static List<String> portions(String text, String... more) {
    List<String> sets = new ArrayList<>(List.of("chip.cores=2", "core.scratchpad.bytes=64KiB"));
    sets.addAll(List.of(more));
    Hardware hw = HardwareLoader.load("edge", sets);
    Model m = model(text, new LinkedHashMap<>());
    List<String> joined = new ArrayList<>();
    CompileOptions o =
        CompileOptions.DEFAULT.withDump(
            (pass, g) -> {
              if (pass.equals("depth-first")) {
                g.nodes().stream()
                    .filter(DepthFirst::inPlace)
                    .forEach(n -> joined.add(n.output(0)));
              }
            });
    check(m, text, hw, o, Schedule.LATE_STORES);
    return joined;
  }

  /** Branches of images are joined by channels: portions go through them and what follows. */
  @Test
  void portionsGoThroughBranchesThatAreJoined() {
    String text =
        """
        <ir_version: 10, opset_import: ["" : 18]>
        g (float[8,3,16,16] x, float[12,3,3,3] w1, float[4,12,1,1] w2, float[6,12,3,3] w3,
           float[8,10,3,3] w4) => (float[8,8] y) {
          a = Conv <pads = [1,1,1,1]> (x, w1)
          b = Conv (a, w2)
          c = Conv <pads = [1,1,1,1]> (a, w3)
          s = Concat <axis = AXIS> (b, c)
          d = Conv <pads = [1,1,1,1], strides = [4,4]> (s, w4)
          m = GlobalAveragePool (d)
          y = Flatten (m)
        }
        """;
    assertThat(portions(text.replace("AXIS", "1"))).containsExactly("s");
    assertThat(portions(text.replace("AXIS", "-3"))).containsExactly("s");
  }

  /** Where a chain ends in several branches, portions end before them. */
  @Test
  void portionsEndBeforeBranchesThatAreJoinedBehindThem() {
    String text =
        """
        <ir_version: 10, opset_import: ["" : 18]>
        g (float[8,3,16,16] x, float[12,3,3,3] w1, float[4,12,1,1] w2, float[4,12,1,1] w3)
          => (float[16,4] y) {
          a = Conv <pads = [1,1,1,1]> (x, w1)
          n = MaxPool <kernel_shape = [2,2], strides = [2,2]> (a)
          b = Conv (n, w2)
          c = Conv (n, w3)
          s = Concat <axis = 0> (b, c)
          m = GlobalAveragePool (s)
          y = Flatten (m)
        }
        """;
    assertThat(portions(text)).containsExactly("n");
  }

  /** Early layers want portions, the last has many weights, and tensors are needed across. */
  @Test
  void portionsEndWhereOneTensorIsLeft() {
    String text =
        """
        <ir_version: 10, opset_import: ["" : 18]>
        g (float[8,3,16,16] x, float[12,3,3,3] w1, float[4,12,3,3] w2, float[4,12,1,1] w3,
           float[64,4,3,3] w4, float[64,64,3,3] w5)
          => (float[8,64] y) {
          a = Conv <pads = [1,1,1,1]> (x, w1)
          b = Conv <pads = [1,1,1,1], strides = [4,4]> (a, w2)
          c = Conv <strides = [4,4]> (a, w3)
          d = Relu (b)
          s = Add (d, c)
          e = Conv <pads = [1,1,1,1]> (s, w4)
          f = Conv <pads = [1,1,1,1]> (e, w5)
          m = GlobalAveragePool (f)
          y = Flatten (m)
        }
        """;
    assertThat(portions(text)).containsExactly("s");
  }

  /** Portions up to the many weights would be cheapest, but the first tensor is needed later. */
  @Test
  void portionsDontEndWhereTwoTensorsAreLeft() {
    String text =
        """
        <ir_version: 10, opset_import: ["" : 18]>
        g (float[8,4,8,8] x, float[4,4,1,1] w1, float[48,4,3,3] w2, float[4,48,1,1] w3,
           float[16,4,11,11] w4, float[4,16,11,11] w5)
          => (float[8,4] y) {
          a = Conv (x, w1)
          b = Conv <pads = [1,1,1,1]> (a, w2)
          c = Conv (b, w3)
          d = Conv <pads = [5,5,5,5]> (c, w4)
          e = Conv <pads = [5,5,5,5]> (d, w5)
          s = Add (e, a)
          m = GlobalAveragePool (s)
          y = Flatten (m)
        }
        """;
    // Over a slow network every core loads the weights for itself.
    String slow = "noc.bytes_per_cycle=1";
    assertThat(portions(text, slow)).isEmpty();
    assertThat(portions(text.replace("(e, a)", "(e, c)"), slow)).containsExactly("c");
  }

  @Test
  void constantsForEveryImageAreNotCutIntoPortions() {
    String text =
        """
        <ir_version: 10, opset_import: ["" : 18]>
        g (float[8,3,16,16] x, float[12,3,3,3] w1, float[8,12,1,1] w2, float[12,12,3,3] w3)
          => (float[8,12] y) {
          a = Conv <pads = [1,1,1,1]> (x, w1)
          b = Mul (a, w2)
          c = Conv <pads = [1,1,1,1]> (b, w3)
          m = GlobalAveragePool (c)
          y = Flatten (m)
        }
        """;
    assertThat(portions(text)).doesNotContain("b", "c", "m");
    assertThat(portions(text.replace("[8,12,1,1] w2", "[1,12,1,1] w2"))).containsExactly("c");
  }

  /** Beside integer products the chip computes in the 16-bit float that it is faster in. */
  @ParameterizedTest
  @ValueSource(strings = {IMAGES, HEADS})
  void integerProductsAmongShortFloats(String text) {
    Hardware hw =
        HardwareLoader.load("edge", List.of("chip.cores=2", "core.vector.throughput.f16=4"));
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Model m = model(text, inputs);
    Tensor want = OrtSession.run(model(text, new LinkedHashMap<>()), inputs).get("y");
    CompileOptions o = CompileOptions.DEFAULT.withDtype(DType.I8);
    Tensor got = Cases.execute(m, inputs, hw, o, Schedule.PROGRAM_ORDER).get("y");
    double dot = 0;
    double a = 0;
    double b = 0;
    for (long i = 0; i < got.size(); i++) {
      dot += got.at(i) * want.at(i);
      a += got.at(i) * got.at(i);
      b += want.at(i) * want.at(i);
    }
    assertThat(dot / Math.sqrt(a * b)).isGreaterThan(0.99);
  }

  private static void check(String text, int cores, Schedule schedule) {
    Hardware hw = HardwareLoader.load("edge", List.of("chip.cores=" + cores));
    check(model(text, new LinkedHashMap<>()), text, hw, CompileOptions.DEFAULT, schedule);
  }

  private static void check(
      Model m, String text, Hardware hw, CompileOptions o, Schedule schedule) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Map<String, Tensor> want = OrtSession.run(model(text, inputs), inputs);
    Tensor got = Cases.execute(m, inputs, hw, o, schedule).get("y");
    for (long i = 0; i < got.size(); i++) {
      assertThat(got.at(i))
          .isCloseTo(want.get("y").at(i), org.assertj.core.data.Offset.offset(2e-4));
    }
  }

  private static Model model(String text, Map<String, Tensor> inputs) {
    return Cases.filled(text, 5, 0.3, inputs);
  }
}
