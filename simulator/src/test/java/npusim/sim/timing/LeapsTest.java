package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import npusim.hardware.Hardware;
import org.junit.jupiter.api.Test;

/** Loops of many cores that are not simulated to their end, against those that are. */
class LeapsTest {
  private static final int CORES = 20;
  private static final int SEEDS = 8;

  private static Hardware machine(int array) {
    return TestHardware.small(
        "chip.cores=" + CORES,
        "chip.clock_mhz=500",
        "core.matrix.rows=" + array,
        "core.matrix.cols=" + array,
        "dram.model=ddr",
        "dram.preset=HBM2-2000",
        "dram.channels=4");
  }

  @Test
  void timesAreClose() {
    double sum = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      var g = RandomPrograms.generate(seed, CORES, 1, 3000);
      TimingResult all = run(g, TimingOptions.exactly());
      TimingResult some = run(g, TimingOptions.defaults());
      double error = Math.abs((double) some.totalCycles() / all.totalCycles() - 1);
      assertThat(error).as("seed %d", seed).isLessThan(0.01);
      sum += error;
      countsAreEqual(g, all, some);
    }
    assertThat(sum / SEEDS).isLessThan(0.005);
  }

  private static TimingResult run(RandomPrograms.Generated g, TimingOptions options) {
    return new TimingSimulator(machine(16), options).run(g.program(), Map.of());
  }

  private static void countsAreEqual(
      RandomPrograms.Generated g, TimingResult all, TimingResult some) {
    assertThat(all.skippedInstructions()).isZero();
    assertThat(Arrays.stream(some.categoryCycles()).sum()).isEqualTo(some.totalCycles());
    assertThat(some.units()).allMatch(u -> u.total() == some.totalCycles() && u.idle() >= 0);
    assertThat(some.counters().dramReadBytes()).isEqualTo(g.totals().readBytes());
    assertThat(some.counters().dramWrittenBytes()).isEqualTo(g.totals().writtenBytes());
    assertThat(some.counters().macs()).isEqualTo(g.totals().macs());
    assertThat(some.counters().instructions()).isEqualTo(all.counters().instructions());
    assertThat(some.counters().scratchpadReadBytes())
        .isEqualTo(all.counters().scratchpadReadBytes());
    assertThat(some.nodes().stream().mapToLong(n -> n.dramReadBytes() + n.dramWrittenBytes()).sum())
        .isEqualTo(some.dramBytes());
  }

  /** Where the arrays set the pace it hardly varies, and most of a long loop is left out. */
  @Test
  void steadyLoopsAreLeftOut() {
    var g = RandomPrograms.generate(5, CORES, 1, 10_000);
    TimingResult r =
        new TimingSimulator(machine(4), TimingOptions.defaults()).run(g.program(), Map.of());
    assertThat(r.skippedInstructions()).isGreaterThan(r.counters().instructions() / 2);
  }
}
