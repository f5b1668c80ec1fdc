package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.quant.Precision;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.program.Program;
import npusim.sim.functional.FunctionalSimulator;
import npusim.sim.functional.Schedule;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingSimulator;
import npusim.workloads.MicroWorkload;
import npusim.workloads.Weights;
import org.junit.jupiter.api.Test;

/** A product in 8-bit floats by itself: its operands and its result lie in memory as these. */
class NarrowKernelTest {
  private static final int M = 32;
  private static final int N = 48;
  private static final int K = 64;

  private static final CompileOptions FP8 =
      CompileOptions.DEFAULT.withPrecision(Precision.parse("fp8"));

  private static Model product(Weights weights) {
    return MicroWorkload.parse("gemm:" + M + "," + N + "," + K, weights)
        .orElseThrow()
        .stages()
        .getFirst()
        .model();
  }

  private static DType type(Program p, String buffer) {
    return p.buffer(buffer).orElseThrow().type();
  }

  @Test
  void multipliesTheStoredNumbersAndRoundsOnce() {
    Hardware hw = HardwareLoader.load("wormhole-n150");
    Program p = Compiler.compile(product(Weights.seeded(3)), hw, FP8);
    assertThat(type(p, "a")).isEqualTo(DType.F8E4M3FN);
    assertThat(type(p, "c")).isEqualTo(DType.F8E4M3FN);
    Tensor a = Tensor.generate(DType.F8E4M3FN, new long[] {M, K}, i -> ((i * 7) % 23 - 11) / 8.0);
    Tensor w = Weights.seeded(3).make("b", npusim.workloads.Init.DENSE, K, N);
    Tensor b = Tensor.generate(DType.F8E4M3FN, new long[] {K, N}, w::at);
    var simulator = new FunctionalSimulator(hw);
    var memory = simulator.load(p);
    memory.write("a", a.toBytes());
    simulator.run(p, memory, Map.of(), Schedule.PROGRAM_ORDER);
    Tensor got = Tensor.of(DType.F8E4M3FN, new long[] {M, N}, memory.read("c"));
    for (int m = 0; m < M; m++) {
      for (int n = 0; n < N; n++) {
        double sum = 0;
        for (int k = 0; k < K; k++) {
          sum += a.at((long) m * K + k) * b.at((long) k * N + n);
        }
        assertThat(got.at((long) m * N + n))
            .as("row %d column %d", m, n)
            .isCloseTo(sum, org.assertj.core.data.Offset.offset(0.002 + Math.abs(sum) / 16));
      }
    }
  }

  @Test
  void movesAByteForEachNumber() {
    Hardware hw = HardwareLoader.load("wormhole-n150");
    var counters =
        new TimingSimulator(hw, TimingOptions.exactly())
            .run(Compiler.compile(product(Weights.shapesOnly()), hw, FP8), Map.of())
            .counters();
    assertThat(counters.dramWrittenBytes()).isBetween((long) M * N, (long) M * N * 3 / 2);
    assertThat(counters.dramReadBytes()).isGreaterThanOrEqualTo((long) M * K + K * N);
  }
}
