package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.text.OnnxText;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingResult;
import npusim.sim.timing.TimingSimulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a chip's software does with memory shows in time: tiles of arrays, kernels, reductions. */
class MemoryLayoutTest {
  private static final String HEAD = "<ir_version: 10, opset_import: [\"\" : 23]> model ";

  private static TimingResult run(String model, String chip, String... sets) {
    return run(model, CompileOptions.DEFAULT, chip, sets);
  }

  private static TimingResult run(
      String model, CompileOptions options, String chip, String... sets) {
    Hardware hw = HardwareLoader.load(chip, List.of(sets));
    return new TimingSimulator(hw, TimingOptions.defaults())
        .run(
            Compiler.compile(OnnxText.parse("model.onnxtxt", HEAD + model), hw, options), Map.of());
  }

  private static double bytesPerCycle(TimingResult r) {
    return (double) r.dramBytes() / r.totalCycles();
  }

  /** Reads and writes together never move faster than the memory, nor much slower. */
  @ParameterizedTest
  @ValueSource(strings = {"tpu-v3", "warboy", "x220"})
  void elementwiseKernelsMoveAtMostOfThePeak(String chip) {
    var r = run("(float[4096, 1024] x) => (y) { y = Relu (x) }", chip);
    double peak = HardwareLoader.load(chip).dramBytesPerCycle();
    assertThat(bytesPerCycle(r)).isBetween(0.7 * peak, 0.95 * peak);
  }

  @Test
  void tilesOfArraysMakeLongPiecesOfShortRows() {
    String product = "(float[512, 1024] a, float[1024, 4096] b) => (y) { y = MatMul (a, b) }";
    var narrow = CompileOptions.DEFAULT.withTile(new CompileOptions.Tile(512, 512, 128));
    long tiled = run(product, narrow, "tpu-v3").totalCycles();
    long rows = run(product, narrow, "tpu-v3", "dram.array_tile.rows=1").totalCycles();
    assertThat(tiled).isLessThan(rows * 97 / 100);
  }

  /** A matrix of 600×600 is nine tiles of 256×256. */
  @Test
  void weightsOfWholeTilesAreFetchedWhole() {
    String product =
        "(int8[96, 600] x) => (y) { w = Constant <value = int8[600, 600] {W}> ()"
                .replace("W", "1" + ", 1".repeat(600 * 600 - 1))
            + " y = MatMulInteger (x, w) }";
    long rows = run(product, "tpu-v1", "core.matrix.whole_tiles=false").dramBytes();
    assertThat(run(product, "tpu-v1").dramBytes() - rows).isEqualTo(9L * 256 * 256 - 600 * 600);
  }

  /**
   * Rows of 128 channels are written and read again for an input of 64; those of whole rows stay as
   * they are.
   */
  @Test
  void inputsOfFewChannelsAreFilledUpToRowsOfTiles() {
    String rows = "dram.array_tile.rows=1";
    String few = convolution(64);
    assertThat(run(few, "tpu-v3").dramBytes() - run(few, "tpu-v3", rows).dramBytes())
        .isBetween(16L * 28 * 28 * 4 * 256, 16L * 28 * 28 * 4 * 256 * 11 / 10);
    String full = convolution(128);
    assertThat(run(full, "tpu-v3").dramBytes()).isEqualTo(run(full, "tpu-v3", rows).dramBytes());
  }

  /** What lies between two operators is written and read with the rest of its rows of 128. */
  @ParameterizedTest
  @ValueSource(ints = {64, 96, 128, 160})
  void imagesBetweenOperatorsAreFilledUpToRowsOfTiles(int channels) {
    String rows = "dram.array_tile.rows=1";
    String model =
        "(float[16, 14, 14, 128] x, float[C, 128, 1, 1] v, float[128, C, 1, 1] w) => (y) {"
                .replace("C", Integer.toString(channels))
            + " n = Transpose <perm = [0, 3, 1, 2]> (x) a = Conv (n, v) c = Conv (a, w)"
            + " y = Transpose <perm = [0, 2, 3, 1]> (c) }";
    long more = Math.ceilDiv(channels, 128) * 128 - channels;
    assertThat(run(model, "tpu-v3").dramBytes() - run(model, "tpu-v3", rows).dramBytes())
        .isEqualTo(2 * 16L * 14 * 14 * 4 * more);
  }

  /** The two dimensions that fill tiles of 8×128 best lie innermost, whichever they are. */
  @ParameterizedTest
  @CsvSource({"'24,16,8', 16384", "'24,32,8', 24576", "'64,8,16', 16384", "'448,960', 458752"})
  void argumentsOfElementwiseOperatorsFillAsFewTilesAsTheyCan(String shape, long elements) {
    String model = "(float[S] x) => (y) { y = Relu (x) }".replace("S", shape);
    assertThat(run(model, "tpu-v4").dramBytes()).isEqualTo(2 * 4 * elements);
  }

  /** What a product or a reduction reads or makes lies in order. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "(float[96, 32] x, float[32, 40] w) => (y) { a = Relu (x) y = MatMul (a, w) }",
        "(float[96, 32] x) => (y) { a = Relu (x) y = Softmax (a) }"
      })
  void otherArgumentsLieDense(String model) {
    Hardware hw = HardwareLoader.load("tpu-v4");
    var program =
        Compiler.compile(OnnxText.parse("model.onnxtxt", HEAD + model), hw, CompileOptions.DEFAULT);
    assertThat(program.buffers())
        .filteredOn(b -> b.name().equals("x") || b.name().equals("y"))
        .hasSize(2)
        .allMatch(b -> b.strides().isEmpty() && b.hostBytes() == b.bytes());
  }

  private static String convolution(int channels) {
    return "(float[16, 28, 28, C] x, float[C, C, 1, 1] w) => (y) {"
            .replace("C", Integer.toString(channels))
        + " n = Transpose <perm = [0, 3, 1, 2]> (x) c = Conv (n, w)"
        + " y = Transpose <perm = [0, 2, 3, 1]> (c) }";
  }

  @Test
  void shortRowsTakeMostlyTheirTrees() {
    String chip = "edge";
    String tree = "core.vector.row_tree_cycles=4";
    String few = "(float[64, 8192] x) => (y) { y = ReduceSum <keepdims = 0> (x, a) }";
    String many = "(float[8192, 64] x) => (y) { y = ReduceSum <keepdims = 0> (x, a) }";
    long fewRows = run(axes(few), chip, tree).totalCycles() - run(axes(few), chip).totalCycles();
    long manyRows = run(axes(many), chip, tree).totalCycles() - run(axes(many), chip).totalCycles();
    assertThat(fewRows).isLessThan(64 * 4 * 4);
    assertThat(manyRows).isGreaterThan(20 * Math.max(1, fewRows));
  }

  private static String axes(String graph) {
    return graph.replace("{ y", "{ a = Constant <value = int64[1] {1}> () y");
  }
}
