package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.AfterContainer;
import npusim.hardware.Hardware;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;

class LawsPropertyTest {
  /**
   * Cycles by which what is under way when a stretch is skipped may be booked as busy instead of
   * waiting, or the reverse; the time itself is the same.
   */
  private static final Offset<Long> UNDER_WAY = Offset.offset(32L);

  private static final AtomicInteger SKIPPED = new AtomicInteger();

  private static TimingResult run(Hardware hw, RandomPrograms.Generated g) {
    return new TimingSimulator(hw, TimingOptions.exactly()).run(g.program(), Map.of());
  }

  @Property(tries = 150)
  void categoriesNodesAndUnitsSumToTheTotal(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 4) int cores,
      @ForAll @IntRange(min = 1, max = 4) int kernels) {
    var hw = TestHardware.small("chip.cores=4");
    var result = run(hw, RandomPrograms.generate(seed, cores, kernels, 12));
    assertThat(Arrays.stream(result.categoryCycles()).sum()).isEqualTo(result.totalCycles());
    assertThat(result.nodes().stream().mapToLong(NodeTime::cycles).sum())
        .isEqualTo(result.totalCycles());
    for (var unit : result.units()) {
      assertThat(unit.total()).as(unit.toString()).isEqualTo(result.totalCycles());
      assertThat(unit.idle()).as(unit.toString()).isNotNegative();
      assertThat(unit.semaphore()).as(unit.toString()).isNotNegative();
      assertThat(unit.busy()).as(unit.toString()).isBetween(0L, result.totalCycles());
    }
    for (long c : result.categoryCycles()) {
      assertThat(c).isNotNegative();
    }
  }

  @Property(tries = 120, seed = "1")
  void skippingRepeatedWorkChangesNothingWithFixedMemory(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 3) int cores,
      @ForAll @IntRange(min = 1, max = 3) int kernels) {
    var hw = TestHardware.small("chip.cores=4");
    var g = RandomPrograms.generate(seed, cores, kernels, 200);
    var exact = run(hw, g);
    var fast = new TimingSimulator(hw, TimingOptions.defaults()).run(g.program(), Map.of());
    assertThat(fast.totalCycles()).isEqualTo(exact.totalCycles());
    assertThat(dramAsOne(fast.categoryCycles())).isEqualTo(dramAsOne(exact.categoryCycles()));
    for (int i = 0; i < exact.units().size(); i++) {
      assertThat(fast.units().get(i).total()).isEqualTo(exact.units().get(i).total());
      assertThat(fast.units().get(i).busy()).isCloseTo(exact.units().get(i).busy(), UNDER_WAY);
      assertThat(fast.units().get(i).idle()).isCloseTo(exact.units().get(i).idle(), UNDER_WAY);
    }
    for (int i = 0; i < exact.nodes().size(); i++) {
      var now = fast.nodes().get(i);
      var was = exact.nodes().get(i);
      assertThat(dramAsOne(now.categoryCycles())).isEqualTo(dramAsOne(was.categoryCycles()));
      for (var unit : TimingUnit.values()) {
        assertThat(now.busy(unit)).isCloseTo(was.busy(unit), UNDER_WAY);
      }
      assertThat(now.instructions()).isEqualTo(was.instructions());
    }
    assertThat(fast.counters().macs()).isEqualTo(exact.counters().macs());
    assertThat(fast.dramBytes()).isEqualTo(exact.dramBytes());
    if (fast.skippedInstructions() > 0) {
      SKIPPED.incrementAndGet();
    }
  }

  /**
   * The categories with bandwidth and latency of the DRAM in one: how a transfer that is under way
   * when a stretch is skipped divides its time between them may differ by a few cycles.
   */
  private static long[] dramAsOne(long[] categories) {
    long[] sums = categories.clone();
    sums[Category.DRAM_BANDWIDTH.ordinal()] += sums[Category.DRAM_LATENCY.ordinal()];
    sums[Category.DRAM_LATENCY.ordinal()] = 0;
    return sums;
  }

  @Property(tries = 10)
  void skippingChangesNextToNothingWithBankStateAndRefresh(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 3) int cores,
      @ForAll @IntRange(min = 6, max = 16) int layers) {
    var hw =
        TestHardware.small(
            "chip.cores=4",
            "dram.model=ddr",
            "dram.preset=DDR4-2400",
            "dram.channels=4",
            "dram.mapping=MOP4ChXOR");
    var g = RandomPrograms.layered(seed, cores, 8, 60, layers);
    var exact = run(hw, g);
    var fast = new TimingSimulator(hw, TimingOptions.defaults()).run(g.program(), Map.of());
    assertThat((double) fast.totalCycles())
        .isCloseTo(exact.totalCycles(), Percentage.withPercentage(0.5));
    assertThat(fast.dramBytes()).isEqualTo(exact.dramBytes());
    assertThat(fast.counters().macs()).isEqualTo(exact.counters().macs());
    assertThat(fast.counters().instructions()).isEqualTo(exact.counters().instructions());
    assertThat(Arrays.stream(fast.categoryCycles()).sum()).isEqualTo(fast.totalCycles());
    assertThat(fast.units()).allMatch(u -> u.total() == fast.totalCycles());
  }

  @AfterContainer
  static void someWorkWasSkipped() {
    assertThat(SKIPPED.get()).isPositive();
  }
}
