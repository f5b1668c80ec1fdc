package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.program.Program;
import npusim.sim.functional.Schedule;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingResult;
import npusim.workloads.Lang;
import npusim.workloads.Scenarios;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadCatalog;
import npusim.workloads.WorkloadOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels that are programs by themselves: each starts when the one before has ended. */
class KernelStartsTest {
  private static final String CHAIN =
      "<ir_version: 10, opset_import: [\"\" : 23]> chain (float[24, 32] a, float[32, 32] b) => (y)"
          + " { p = MatMul (a, b) s = Softmax (p) t = Transpose (s) y = MatMul (t, p) }";

  private static Hardware chip(int cores, long cycles) {
    return HardwareLoader.load(
        "edge",
        List.of(
            "chip.cores=" + cores,
            "dram.model=fixed",
            "dram.fixed.latency_cycles=100",
            "core.sequencer.kernel_cycles=" + cycles));
  }

  /** Starts in the code of the first core, those in loops once. */
  private static long starts(Program p) {
    return Arrays.stream(p.cores().getFirst().code().code())
        .filter(in -> in.op() == Opcode.C_BARRIER && in.get(Field.KERNEL) != 0)
        .count();
  }

  private static TimingResult time(Program p, Hardware hw) {
    return Products.time(p, hw, TimingOptions.defaults());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void everyStartIsPaidInFull(int cores) {
    Hardware hw = chip(cores, 1000);
    Program p = Cases.proved(Products.compile(CHAIN, hw), hw);
    assertThat(starts(p)).isBetween(2L, 3L);
    TimingResult r = time(p, hw);
    assertThat(time(p, chip(cores, 3000)).totalCycles())
        .isEqualTo(r.totalCycles() + 2000 * starts(p));
    Hardware flowing = chip(cores, 0);
    Program overlapped = Products.compile(CHAIN, flowing);
    assertThat(starts(overlapped)).isZero();
    assertThat(r.totalCycles())
        .isGreaterThanOrEqualTo(time(overlapped, flowing).totalCycles() + 1000 * starts(p));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void valuesAreTheSame(int cores) {
    Map<String, byte[]> inputs =
        Map.of("a", Products.random(24, 32, 1), "b", Products.random(32, 32, 2));
    Hardware flowing = chip(cores, 0);
    byte[] want =
        Cases.run(Products.compile(CHAIN, flowing), flowing, Schedule.PROGRAM_ORDER, inputs)
            .read("y");
    Hardware hw = chip(cores, 1000);
    Program p = Products.compile(CHAIN, hw);
    Products.schedules(3)
        .forEach(s -> assertThat(Cases.run(p, hw, s, inputs).read("y")).isEqualTo(want));
  }

  /** Layers that repeat start every kernel each time, and no weights are loaded ahead. */
  @Test
  void repeatedLayersStartEveryKernel() {
    var options =
        new WorkloadOptions(
            1, OptionalLong.of(16), OptionalLong.empty(), Lang.EN, Weights.shapesOnly());
    var stage =
        Scenarios.of(WorkloadCatalog.find("bert-base").orElseThrow(), options).stages().getFirst();
    Hardware hw = chip(2, 1000);
    Program p = Cases.proved(Compiler.compile(stage.model(), hw, CompileOptions.DEFAULT), hw);
    Instruction[] code = p.cores().getFirst().code().code();
    assertThat(Arrays.stream(code).anyMatch(in -> in.op() == Opcode.LOOP)).isTrue();
    long more = time(p, chip(2, 3000)).totalCycles() - time(p, hw).totalCycles();
    assertThat(more % 2000).isZero();
    // Twelve layers of at least ten kernels, one of which stands for all in the code.
    assertThat(more / 2000).isGreaterThan(120).isGreaterThan(starts(p));
  }
}
