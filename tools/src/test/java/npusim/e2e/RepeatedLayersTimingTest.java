package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.program.Program;
import npusim.sim.timing.NodeTime;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingResult;
import npusim.sim.timing.TimingSimulator;
import npusim.workloads.Lang;
import npusim.workloads.Scenarios;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadCatalog;
import npusim.workloads.WorkloadOptions;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** Layers that repeat are timed a few times; the whole is what simulating all of them gives. */
class RepeatedLayersTimingTest {
  @Test
  void aFewLayersStandForAllWithinHalfAPercent() {
    Hardware hw = HardwareLoader.load("rngd");
    var options =
        new WorkloadOptions(
            1, OptionalLong.of(16), OptionalLong.empty(), Lang.EN, Weights.shapesOnly());
    var stage =
        Scenarios.of(WorkloadCatalog.find("bert-large").orElseThrow(), options).stages().getFirst();
    Program p =
        Compiler.compile(stage.model().copy(), hw, CompileOptions.DEFAULT.withDtype(DType.BF16));
    TimingResult exact = new TimingSimulator(hw, TimingOptions.exactly()).run(p, Map.of());
    TimingResult quick = new TimingSimulator(hw, TimingOptions.defaults()).run(p, Map.of());
    assertThat((double) quick.totalCycles())
        .isCloseTo(exact.totalCycles(), Percentage.withPercentage(0.5));
    // Which rows and banks meet, and refreshes, make layers differ: many are needed for a mean.
    assertThat(quick.skippedInstructions()).isGreaterThan(exact.counters().instructions() / 5);
    assertThat(quick.dramBytes()).isEqualTo(exact.dramBytes());
    assertThat(quick.counters().macs()).isEqualTo(exact.counters().macs());
    assertThat(quick.counters().instructions()).isEqualTo(exact.counters().instructions());
    assertThat(Arrays.stream(quick.categoryCycles()).sum()).isEqualTo(quick.totalCycles());
    assertThat(quick.nodes().stream().mapToLong(NodeTime::cycles).sum())
        .isEqualTo(quick.totalCycles());
    assertThat(quick.units()).allMatch(u -> u.total() == quick.totalCycles());
  }
}
