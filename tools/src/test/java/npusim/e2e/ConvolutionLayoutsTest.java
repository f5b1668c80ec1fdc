package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import npusim.compiler.CompileOptions;
import npusim.compiler.Pipeline;
import npusim.compiler.eval.GraphEvaluator;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.passes.Pass;
import npusim.compiler.passes.PassContext;
import npusim.compiler.roll.RollLayers;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.sim.functional.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Convolutions and what surrounds them, stored channels last with packed weights, give the host's
 * values. Inputs whose names begin with {@code w} become constant weights.
 */
class ConvolutionLayoutsTest {
  private static final String NETWORK =
      """
      <ir_version: 10, opset_import: ["" : 18]>
      g (float[2,5,9,9] x, float[8,5,3,3] w1, float[8] w1b, float[8,1,3,3] w2, float[12,4,3,3] w3,
         float[12,20,1,1] w4, float[7,8,1,1] w5, float[200,3] w6)
        => (float[2,12,5,5] y, float[2,9,9,7] t, float[2,3] f, float[2,8,9,9] kept) {
        c1 = Conv <pads = [1,1,1,1]> (x, w1, w1b)
        r1 = Relu (c1)
        dw = Conv <group = 8, pads = [1,1,1,1]> (r1, w2)
        kept = Add (dw, r1)
        p = MaxPool <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]> (kept)
        a = AveragePool <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]> (r1)
        s = Sub (p, a)
        gr = Conv <group = 2, dilations = [2,2], pads = [2,2,2,2]> (s, w3)
        cat = Concat <axis = 1> (gr, p)
        y = Conv (cat, w4)
        t0 = Conv (kept, w5)
        t = Transpose <perm = [0,2,3,1]> (t0)
        rows = Flatten (p)
        f = MatMul (rows, w6)
      }
      """;

  private static final String SPACES =
      """
      <ir_version: 10, opset_import: ["" : 18]>
      g (float[2,3,11] x, float[4,3,4,5,6] z, float[6,3,3] w1, float[4,3,2,3,3] w2, float[8,3,1,1] w3,
         float[4,6,6,3] v)
        => (float[2,6,6] y, float[4,4,3,5,3] u, float[4,6,6,8] t) {
        y0 = Conv <strides = [2], pads = [1,1]> (x, w1)
        y = Tanh (y0)
        u0 = Conv <strides = [1,1,2], pads = [0,1,1,0,1,1]> (z, w2)
        u = Neg (u0)
        vt = Transpose <perm = [0,3,1,2]> (v)
        t0 = Conv (vt, w3)
        t = Transpose <perm = [0,2,3,1]> (t0)
      }
      """;

  @ParameterizedTest
  @ValueSource(strings = {NETWORK, SPACES})
  void tinyChip(String text) {
    check(text, HardwareLoader.load("tiny"), Schedule.PROGRAM_ORDER);
  }

  @ParameterizedTest
  @ValueSource(strings = {NETWORK, SPACES})
  void threeCoresWithLateStores(String text) {
    check(text, HardwareLoader.load("edge", List.of("chip.cores=3")), Schedule.LATE_STORES);
  }

  /** Inputs of few channels are brought into rows of tiles first; images between fill theirs. */
  @ParameterizedTest
  @ValueSource(strings = {NETWORK, SPACES})
  void arraysInTiles(String text) {
    String[] tiles = {"dram.array_tile.rows=8", "dram.array_tile.bytes=64"};
    check(text, HardwareLoader.load("edge", List.of(tiles)), Schedule.LATE_STORES);
  }

  @ParameterizedTest
  @ValueSource(strings = {NETWORK, SPACES})
  void arraysInTilesOfThreeCoresThatKeepNothing(String text) {
    String[] sets = {
      "dram.array_tile.rows=8",
      "dram.array_tile.bytes=64",
      "chip.cores=3",
      "core.scratchpad.keeps_tensors=false"
    };
    check(text, HardwareLoader.load("edge", List.of(sets)), Schedule.LATE_STORES);
  }

  /** The host sees arguments in their order, however they lie. */
  @ParameterizedTest
  @ValueSource(strings = {"5, 20, 3", "20, 5", "3, 4, 17, 6", "1, 33", "7"})
  void argumentsThatFillUpTiles(String shape) {
    String text =
        """
        <ir_version: 10, opset_import: ["" : 18]>
        elementwise (float[S] x, float[S] z) => (float[S] y, float[S] w) {
          a = Add (x, z)
          y = Relu (a)
          w = Mul (a, x)
        }
        """
            .replace("S", shape);
    String[] tiles = {"dram.array_tile.rows=8", "dram.array_tile.bytes=64"};
    check(text, HardwareLoader.load("edge", List.of(tiles)), Schedule.LATE_STORES);
    check(text, HardwareLoader.load("tpu-v4"), Schedule.PROGRAM_ORDER);
  }

  @Test
  void narrowArraysAndMemory() {
    Hardware hw =
        HardwareLoader.load(
            "edge",
            List.of("core.matrix.cols=4", "core.matrix.arrays=2", "core.scratchpad.bytes=16KiB"));
    check(NETWORK, hw, Schedule.PROGRAM_ORDER);
  }

  /** Constant weights of products are filled up to blocks of the array, in loops of many tiles. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void weightsInWholeTiles(int cores) {
    String text =
        """
        <ir_version: 10, opset_import: ["" : 18]>
        g (float[5,100] x, float[100,150] w1, float[150,37] w2, float[37,32] w3)
          => (float[5,150] y, float[5,32] z) {
          y = MatMul (x, w1)
          r = Relu (y)
          s = MatMul (r, w2)
          z = MatMul (s, w3)
        }
        """;
    Hardware hw =
        HardwareLoader.load(
            "edge",
            List.of(
                "core.matrix.whole_tiles=true",
                "core.matrix.rows=16",
                "core.matrix.cols=8",
                "core.scratchpad.bytes=8KiB",
                "chip.cores=" + cores));
    check(text, hw, Schedule.LATE_STORES);
  }

  private static void check(String text, Hardware hw, Schedule schedule) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Model reference = model(text, inputs);
    PassContext context = PassContext.ofInputs(inputs);
    for (Pass p : Pipeline.of(Optional.empty())) {
      if (!(p instanceof RollLayers)) {
        p.run(reference, context);
      }
    }
    Map<String, Tensor> want = GraphEvaluator.run(reference.graph(), inputs, (value, tensor) -> {});
    Map<String, Tensor> got =
        Cases.execute(model(text, inputs), inputs, hw, CompileOptions.DEFAULT, schedule);
    for (String out : reference.graph().outputs()) {
      assertThat(Cases.difference(want.get(out), got.get(out))).as(out).isNull();
    }
  }

  private static Model model(String text, Map<String, Tensor> inputs) {
    return Cases.filled(text, 7, 0.25, inputs);
  }
}
