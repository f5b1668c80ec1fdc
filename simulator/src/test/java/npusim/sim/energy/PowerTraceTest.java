package npusim.sim.energy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import npusim.hardware.Hardware;
import npusim.sim.timing.RandomPrograms;
import npusim.sim.timing.TestHardware;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingResult;
import npusim.sim.timing.TimingSimulator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PowerTraceTest {
  private static final long WINDOW = 50;

  private static TimingResult run(Hardware hw, RandomPrograms.Generated g, TimingOptions o) {
    return new TimingSimulator(hw, o).run(g.program(), Map.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"dram.model=fixed", "dram.model=ddr dram.preset=DDR4-3200"})
  void watchingChangesNothing(String memory) {
    Hardware hw = TestHardware.small(memory.split(" ", -1));
    for (long seed = 0; seed < 20; seed++) {
      var g = RandomPrograms.generate(seed, 1, 2, 40);
      TimingResult alone = run(hw, g, TimingOptions.defaults());
      TimingResult watched = run(hw, g, TimingOptions.sampled(new PowerTrace(hw, WINDOW)));
      assertThat(watched.totalCycles()).isEqualTo(alone.totalCycles());
      assertThat(watched.dramBytes()).isEqualTo(alone.dramBytes());
      assertThat(watched.skippedInstructions()).isEqualTo(alone.skippedInstructions());
    }
  }

  @Test
  void windowsHoldAllEnergyThatIsSeen() {
    Hardware hw = TestHardware.small();
    for (long seed = 0; seed < 20; seed++) {
      var g = RandomPrograms.generate(seed, 1, 2, 20);
      var trace = new PowerTrace(hw, WINDOW);
      TimingResult r = run(hw, g, TimingOptions.traced(trace));
      var model = new EnergyModel(hw);
      EnergyResult e = model.account(r);
      double seen =
          e.dynamicPj(EnergyComponent.MATRIX)
              + e.dynamicPj(EnergyComponent.VECTOR)
              + e.dynamicPj(EnergyComponent.SCRATCHPAD)
              + e.dynamicPj(EnergyComponent.ACCUMULATOR)
              + model.dramPj(r.counters().dramReadBytes(), r.counters().dramWrittenBytes());
      double seconds = WINDOW / hw.chip().cyclesPerSecond();
      double sum = Arrays.stream(trace.dynamicPowerW()).sum() * seconds * 1e12;
      assertThat(sum).isCloseTo(seen, Offset.offset(seen * 1e-9));
    }
  }

  @Test
  void aLongerMeanHasALowerPeak() {
    Hardware hw = TestHardware.small();
    var trace = new PowerTrace(hw, WINDOW);
    run(hw, RandomPrograms.generate(7, 1, 3, 20), TimingOptions.traced(trace));
    double[] power = trace.dynamicPowerW();
    assertThat(power.length).isGreaterThan(20);
    double idle = hw.staticPowerW();
    assertThat(trace.peakPowerW(1, 1, 1))
        .isCloseTo(Arrays.stream(power).max().orElse(0) + idle, Offset.offset(1e-9))
        .isCloseTo(trace.peakPowerW(1), Offset.offset(1e-9));
    assertThat(trace.peakPowerW(10, 1, 1)).isLessThan(trace.peakPowerW(1, 1, 1));
    double mean = Arrays.stream(power).average().orElse(0) + idle;
    assertThat(trace.peakPowerW(1000, 1, 1)).isCloseTo(mean, Offset.offset(mean * 1e-9));
    assertThat(trace.peakPowerW(10, 2, 1) - idle)
        .isCloseTo(2 * (trace.peakPowerW(10, 1, 1) - idle), Offset.offset(1e-9));
  }
}
