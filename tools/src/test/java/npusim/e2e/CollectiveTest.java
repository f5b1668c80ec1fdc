package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Tensor;
import npusim.compiler.lower.ChipsTogether;
import npusim.compiler.text.OnnxText;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.program.Program;
import npusim.sim.functional.FunctionalSimulator;
import npusim.sim.functional.Schedule;
import npusim.tools.exec.ModelExecution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums and gathers over the chips of a system, of values that differ from chip to chip. */
class CollectiveTest {
  private static final String SUM =
      """
      <ir_version: 8, opset_import: ["" : 18, "com.microsoft" : 1]>
      m (float[3,70] x) => (float[3,70] y) {
        r = Relu (x)
        s = com.microsoft.AllReduce (r)
        y = Neg (s)
      }
      """;

  private static final String GATHER =
      """
      <ir_version: 8, opset_import: ["" : 18, "com.microsoft" : 1]>
      m (float[3,70] x) => (float[%d,%d] y) {
        y = com.microsoft.AllGather <group_size: int = %d, axis: int = %d> (x)
      }
      """;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void sumsOfEveryChip(int chips) {
    List<Tensor> got = run(SUM, chips);
    for (int i = 0; i < 210; i++) {
      double sum = 0;
      for (int c = 0; c < chips; c++) {
        sum += Math.max(0, value(c, i));
      }
      for (Tensor t : got) {
        assertThat(t.at(i)).isEqualTo(-sum);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void partsSideBySide(int chips) {
    for (int axis = 0; axis < 2; axis++) {
      long rows = axis == 0 ? 3L * chips : 3;
      long columns = axis == 1 ? 70L * chips : 70;
      List<Tensor> got = run(GATHER.formatted(rows, columns, chips, axis), chips);
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          int chip = axis == 0 ? r / 3 : c / 70;
          double want = value(chip, r % 3 * 70 + c % 70);
          for (Tensor t : got) {
            assertThat(t.at(r * columns + c)).isEqualTo(want);
          }
        }
      }
    }
  }

  @Test
  void everyChipGetsTheInputs() {
    Hardware hw = HardwareLoader.load("edge", List.of("system.chips=2"));
    Tensor x = Tensor.generate(DType.F32, new long[] {3, 70}, i -> i);
    var got =
        ModelExecution.run(OnnxText.parse("m", SUM), Map.of("x", x), hw, CompileOptions.DEFAULT);
    assertThat(got.outputs().get("y").at(5)).isEqualTo(-10);
  }

  @Test
  void groupsThatAreNotTheSystemAreRefused() {
    assertThatThrownBy(() -> run(GATHER.formatted(3, 140, 2, 1), 4))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("a group of 2 on a system of 4 chips");
    assertThatThrownBy(() -> run(SUM, 3))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("1, 2, 4 or 8 chips");
  }

  private static double value(int chip, int i) {
    return (i * 7 + chip * 13) % 31 - 15;
  }

  /** The output of every chip. */
  private static List<Tensor> run(String text, int chips) {
    Hardware hw = HardwareLoader.load("tiny", List.of("system.chips=" + chips));
    Program p =
        Cases.proved(Compiler.compile(OnnxText.parse("m", text), hw, CompileOptions.DEFAULT), hw);
    var simulator = new FunctionalSimulator(hw);
    var memory = simulator.load(p);
    for (int c = 0; c < chips; c++) {
      int chip = c;
      Tensor x = Tensor.generate(DType.F32, new long[] {3, 70}, i -> value(chip, (int) i));
      memory.write(ChipsTogether.name("x", c), x.toBytes());
    }
    simulator.run(p, memory, Map.of(), Schedule.LATE_LOADS);
    return java.util.stream.IntStream.range(0, chips)
        .mapToObj(
            c -> {
              var b = p.buffer(ChipsTogether.name("y", c)).orElseThrow();
              long[] dims = b.dims().stream().mapToLong(d -> d).toArray();
              return Tensor.of(DType.F32, dims, memory.read(b.name()));
            })
        .toList();
  }
}
