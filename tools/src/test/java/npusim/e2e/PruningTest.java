package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.quant.Precision;
import npusim.compiler.quant.Pruning;
import npusim.compiler.text.OnnxText;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.program.Program;
import npusim.sim.functional.Schedule;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingResult;
import npusim.sim.timing.TimingSimulator;
import npusim.verify.Limits;
import npusim.verify.ProgramVerifier;
import npusim.workloads.MicroWorkload;
import npusim.workloads.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pruned weights compute the same whether they lie compressed in memory or not, and cost less. */
class PruningTest {
  private static final String PLAIN = "core.dma.load.expand_bytes_per_cycle=0";
  private static final String DENSE = "core.matrix.sparsity=none";

  private static Model gemm(String shape, Weights weights) {
    return MicroWorkload.parse("gemm:" + shape, weights).orElseThrow().stages().getFirst().model();
  }

  private static CompileOptions options(String pruning, String dtype) {
    CompileOptions o = CompileOptions.DEFAULT.withPruning(Optional.of(Pruning.parse(pruning)));
    return dtype.isEmpty() ? o : o.withPrecision(Precision.parse(dtype));
  }

  private static Tensor run(Model m, Hardware hw, CompileOptions o, Schedule order) {
    Tensor x = Tensor.generate(DType.F32, new long[] {3, 192}, i -> Math.sin(0.7 * i + i % 5));
    return Cases.execute(m, Map.of("a", x), hw, o, order).get("c");
  }

  private static boolean uses(Program p, Opcode op) {
    return p.cores().stream()
        .flatMap(c -> Arrays.stream(c.code().code()))
        .map(Instruction::op)
        .anyMatch(op::equals);
  }

  @ParameterizedTest
  @CsvSource({
    "tiny, 2:4, ''",
    "tiny, unstructured:0.6, ''",
    "tiny, unstructured:0.9, ''",
    "tiny, 1:8, bf16",
    "tiny, 2:4, int8",
    "tiny, unstructured:0.5, int8",
    "tiny, 2:4, w4a16",
    "edge, 2:4, w4a16",
    "edge, unstructured:0.7, w8a16",
    "edge, 4:8, int8",
  })
  void valuesAreThoseOfUncompressedWeights(String chip, String pruning, String dtype) {
    Model m = gemm("3,80,192", Weights.seeded(1));
    CompileOptions o = options(pruning, dtype);
    Hardware packed = HardwareLoader.load(chip);
    Hardware plain = HardwareLoader.load(chip, List.of(PLAIN, DENSE));
    Program p = Compiler.compile(m.copy(), packed, o);
    assertThat(uses(p, Opcode.DMA_LDZ)).isTrue();
    assertThat(uses(Compiler.compile(m.copy(), plain, o), Opcode.DMA_LDZ)).isFalse();
    ProgramVerifier.require(p, Limits.of(packed));
    Tensor want = run(m.copy(), plain, o, Schedule.PROGRAM_ORDER);
    for (Schedule order : List.of(Schedule.PROGRAM_ORDER, Schedule.LATE_LOADS)) {
      Tensor got = run(m.copy(), packed, o, order);
      // The tiles may differ, and with them the order of a float sum's parts.
      double tolerance = dtype.equals("int8") ? 0 : dtype.isEmpty() ? 1e-5 : 0.02;
      for (long i = 0; i < want.size(); i++) {
        assertThat(got.at(i))
            .as("%s[%d]", order.label(), i)
            .isCloseTo(want.at(i), org.assertj.core.data.Offset.offset(tolerance));
      }
    }
  }

  @Test
  void theLargestOfEveryFourAreKept() {
    Model m =
        OnnxText.parse(
            "m",
            """
            <ir_version: 10, opset_import: ["" : 18]>
            g (float[1, 16] a) => (float[1, 4] c)
              <float[16, 4] w = {%s}> { c = MatMul (a, w) }
            """
                .formatted(rising()));
    Hardware hw = HardwareLoader.load("tiny");
    Tensor one = Tensor.generate(DType.F32, new long[] {1, 16}, i -> 1);
    Tensor c =
        Cases.execute(m, Map.of("a", one), hw, options("2:4", ""), Schedule.PROGRAM_ORDER).get("c");
    // Rows 2, 3, 6, 7, 10, 11, 14, 15 are left, the odd ones below zero, plus n for row 15.
    assertThat(c.toDoubles()).containsExactly(-16, -15, -14, -13);
  }

  private static String rising() {
    StringBuilder s = new StringBuilder("0");
    for (int i = 1; i < 64; i++) {
      s.append(", ").append(i / 4 % 2 == 0 ? i : i / 4 == 15 ? -60 : -i);
    }
    return s.toString();
  }

  private static TimingResult time(Model m, Hardware hw, CompileOptions o) {
    return new TimingSimulator(hw, TimingOptions.exactly())
        .run(Compiler.compile(m, hw, o), Map.of());
  }

  @ParameterizedTest
  @CsvSource({"2:4, bf16, 0.5625", "unstructured:0.6, bf16, 0.4648", "2:4, int8, 0.625"})
  void aMemoryBoundProductReadsLessAndTakesLess(String pruning, String dtype, double ratio) {
    Hardware hw = HardwareLoader.load("edge");
    Model m = gemm("1,1024,2048", Weights.shapesOnly());
    var dense = time(m.copy(), hw, CompileOptions.DEFAULT.withPrecision(Precision.parse(dtype)));
    var packed = time(m.copy(), hw, options(pruning, dtype));
    double before = dense.counters().dramReadBytes();
    assertThat(packed.counters().dramReadBytes() / before)
        .isCloseTo(ratio, org.assertj.core.data.Offset.offset(0.02));
    assertThat(packed.totalCycles()).isLessThan((long) (0.75 * dense.totalCycles()));
  }

  @Test
  void aSlowDecompressorIsTheBound() {
    Model m = gemm("1,1024,2048", Weights.shapesOnly());
    Hardware fast = HardwareLoader.load("edge");
    Hardware slow = HardwareLoader.load("edge", List.of("core.dma.load.expand_bytes_per_cycle=8"));
    CompileOptions o = options("2:4", "bf16");
    assertThat(time(m.copy(), slow, o).totalCycles())
        .isGreaterThanOrEqualTo(1024 * 2048 * 2 / 8)
        .isGreaterThan(time(m.copy(), fast, o).totalCycles());
  }

  @Test
  void aSkippingArrayDoesHalfTheMultiplications() {
    Model m = gemm("512,256,512", Weights.shapesOnly());
    Hardware skips = HardwareLoader.load("edge", List.of(PLAIN));
    Hardware dense = HardwareLoader.load("edge", List.of(PLAIN, DENSE));
    CompileOptions o = options("2:4", "bf16");
    var half = time(m.copy(), skips, o);
    var full = time(m.copy(), dense, o);
    assertThat(half.counters().macs() * 2).isEqualTo(full.counters().macs());
    assertThat(half.totalCycles()).isLessThan((long) (0.7 * full.totalCycles()));
  }
}
