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
  private static final Offset<Double> NEARLY = Offset.offset(1e-9);

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

  /** Windows of 10 cycles of 1 ns; a byte read takes 1000 pJ, so 1 B a cycle is 1 W. */
  private static PowerTrace reads(long... startEndBytes) {
    var trace = new PowerTrace(TestHardware.small("energy.dram_read_pj_per_byte=1000"), 10);
    read(trace, startEndBytes);
    return trace;
  }

  private static void read(PowerTrace trace, long... startEndBytes) {
    for (int i = 0; i < startEndBytes.length; i += 3) {
      trace.dram(0, startEndBytes[i], startEndBytes[i + 1], startEndBytes[i + 2], 0);
    }
  }

  @Test
  void energyIsSpreadEvenlyOverItsCycles() {
    assertThat(reads(5, 25, 40).dynamicPowerW()).containsExactly(new double[] {1, 2, 1}, NEARLY);
    assertThat(reads(10, 40, 60).dynamicPowerW())
        .containsExactly(new double[] {0, 2, 2, 2}, NEARLY);
  }

  @Test
  void whatFollowsInTheSameWindowOrAnotherIsPutWhereItIs() {
    var trace = reads(20, 21, 10, 22, 29, 20, 11, 12, 40, 13, 20, 50, 19, 21, 20, 45, 46, 70);
    assertThat(trace.dynamicPowerW()).containsExactly(new double[] {0, 10, 4, 0, 7}, NEARLY);
  }

  @Test
  void anInstantCountsInTheCycleInWhichItIs() {
    assertThat(reads(19, 19, 30, 20, 20, 10).dynamicPowerW())
        .containsExactly(new double[] {0, 3, 1}, NEARLY);
  }

  @Test
  void thereIsRoomForLongRuns() {
    double[] power = reads(999, 1001, 20, 5, 6, 30).dynamicPowerW();
    assertThat(power).hasSize(101);
    assertThat(power[99]).isCloseTo(1, NEARLY);
    assertThat(power[100]).isCloseTo(1, NEARLY);
    assertThat(power[0]).isCloseTo(3, NEARLY);
  }

  @Test
  void aRunThatBeginsAgainIsCountedOnce() {
    var trace = reads(0, 10, 50, 30, 40, 50);
    trace.again();
    assertThat(trace.dynamicPowerW()).isEmpty();
    read(trace, 0, 20, 40);
    assertThat(trace.dynamicPowerW()).containsExactly(new double[] {2, 2}, NEARLY);
  }

  @Test
  void chipsThatAreAlikeAddUp() {
    var trace = reads(0, 10, 50, 10, 20, 20);
    trace.alike(3);
    assertThat(trace.dynamicPowerW()).containsExactly(new double[] {15, 6}, NEARLY);
    double idle = TestHardware.small().staticPowerW();
    assertThat(trace.peakPowerW(3)).isCloseTo(15 + 3 * idle, NEARLY);
  }

  @Test
  void aRunWithoutEnergyHasStaticPowerOnly() {
    double idle = TestHardware.small().staticPowerW();
    assertThat(reads().peakPowerW(2)).isCloseTo(2 * idle, NEARLY);
    assertThat(reads().peakPowerW(4, 1, 2)).isCloseTo(2 * idle, NEARLY);
  }

  @Test
  void thePeakIsThatOfTheWorstWindows() {
    var trace = reads(0, 10, 10, 10, 20, 50, 20, 30, 70, 40, 50, 90);
    double idle = TestHardware.small().staticPowerW();
    assertThat(trace.peakPowerW(1, 1, 1)).isCloseTo(9 + idle, NEARLY);
    assertThat(trace.peakPowerW(2, 1, 1)).isCloseTo(6 + idle, NEARLY);
    assertThat(trace.peakPowerW(3, 2, 1)).isCloseTo(2 * 16 / 3.0 + idle, NEARLY);
  }
}
