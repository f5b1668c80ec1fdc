package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.AfterContainer;
import npusim.hardware.Dma;
import npusim.hardware.Hardware;
import org.assertj.core.data.Percentage;

class LawsPropertyTest {
  private static final AtomicInteger SKIPPED = new AtomicInteger();
  private static final AtomicLong SHARED = new AtomicLong();
  private static final AtomicLong SHARED_SKIPPED = new AtomicLong();
  private static final AtomicInteger SHORTENED = new AtomicInteger();

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

  @Property(tries = 200)
  void skippingRepeatedWorkChangesNothingWithFixedMemory(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 3) int cores,
      @ForAll @IntRange(min = 1, max = 3) int kernels,
      @ForAll Dma.Overlap overlap) {
    var label = overlap.name().toLowerCase(Locale.ROOT);
    var hw =
        TestHardware.small(
            "chip.cores=4", "core.dma.load.overlap=" + label, "core.dma.store.overlap=" + label);
    var g = RandomPrograms.generate(seed, cores, kernels, 200);
    var exact = run(hw, g);
    var fast = new TimingSimulator(hw, TimingOptions.defaults()).run(g.program(), Map.of());
    assertEqualRuns(fast, exact);
    if (fast.skippedInstructions() > 0) {
      SKIPPED.incrementAndGet();
    }
  }

  private static void assertEqualRuns(TimingResult fast, TimingResult exact) {
    assertThat(fast.totalCycles()).isEqualTo(exact.totalCycles());
    assertThat(fast.categoryCycles()).isEqualTo(exact.categoryCycles());
    assertThat(fast.units()).isEqualTo(exact.units());
    assertThat(fast.nodes()).isEqualTo(exact.nodes());
    assertThat(fast.counters()).usingRecursiveComparison().isEqualTo(exact.counters());
    assertThat(fast.dram()).usingRecursiveComparison().isEqualTo(exact.dram());
  }

  /** Programs that once were booked differently: two transfers started in one cycle. */
  @Example
  void transfersStartedTogetherTakeTurnsWhateverElseHappens() {
    skippingRepeatedWorkChangesNothingWithFixedMemory(854, 2, 2, Dma.Overlap.ANSWERS);
    skippingRepeatedWorkChangesNothingWithFixedMemory(1274, 1, 3, Dma.Overlap.ANSWERS);
  }

  /** Loads of the programs begin below the border and may cross it, stores lie above. */
  @Property(tries = 60)
  void skippingRepeatedWorkChangesNothingAcrossSharedSram(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 3) int cores,
      @ForAll @IntRange(min = 1281, max = 9000) int kibibytes) {
    var hw =
        TestHardware.small(
            "chip.cores=4",
            "shared_sram.bytes=" + kibibytes + "KiB",
            "shared_sram.bytes_per_cycle=48",
            "shared_sram.latency_cycles=17");
    var g = RandomPrograms.generate(seed, cores, 3, 200);
    var exact = run(hw, g);
    var fast = new TimingSimulator(hw, TimingOptions.defaults()).run(g.program(), Map.of());
    assertEqualRuns(fast, exact);
    SHARED.addAndGet(fast.counters().sharedReadBytes());
    SHARED_SKIPPED.addAndGet(fast.skippedInstructions());
  }

  /**
   * The mean of differing layers is a statistic: about one program in a hundred comes near the
   * bound.
   */
  @Property(tries = 12, seed = "20251")
  void skippingChangesNextToNothingWithBankStateAndRefresh(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 3) int cores,
      @ForAll @IntRange(min = 30, max = 40) int layers) {
    var hw =
        TestHardware.small(
            "chip.cores=4",
            "dram.model=ddr",
            "dram.preset=DDR4-2400",
            "dram.channels=4",
            "dram.mapping=MOP4ChXOR");
    var g = RandomPrograms.layered(seed, cores, 8, 240, layers);
    var exact = run(hw, g);
    var fast = new TimingSimulator(hw, TimingOptions.defaults()).run(g.program(), Map.of());
    assertThat((double) fast.totalCycles())
        .isCloseTo(exact.totalCycles(), Percentage.withPercentage(0.5));
    assertThat(fast.dramBytes()).isEqualTo(exact.dramBytes());
    assertThat(fast.counters().macs()).isEqualTo(exact.counters().macs());
    assertThat(fast.counters().instructions()).isEqualTo(exact.counters().instructions());
    assertThat(Arrays.stream(fast.categoryCycles()).sum()).isEqualTo(fast.totalCycles());
    assertThat(fast.units()).allMatch(u -> u.total() == fast.totalCycles());
    if (fast.skippedInstructions() > 0) {
      SHORTENED.incrementAndGet();
    } else {
      assertThat(fast.totalCycles()).isEqualTo(exact.totalCycles());
    }
  }

  @AfterContainer
  static void someWorkWasSkipped() {
    assertThat(SKIPPED.get()).isPositive();
    assertThat(SHARED.get()).isPositive();
    assertThat(SHARED_SKIPPED.get()).isPositive();
    assertThat(SHORTENED.get()).isPositive();
  }
}
