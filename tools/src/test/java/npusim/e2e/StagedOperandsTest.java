package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.Opcode;
import npusim.program.Program;
import npusim.sim.functional.Schedule;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingResult;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products whose cores pass the tiles they all need through shared SRAM. */
class StagedOperandsTest {

  /**
   * Cores that a slow memory feeds, with a quick shared SRAM before it; sending to many is slow.
   */
  private static Hardware chip(int cores, String shared, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "chip.cores=" + cores,
                "core.matrix.rows=8",
                "core.matrix.cols=8",
                "core.scratchpad.bytes=65536",
                "core.dma.store.bus_bytes=4",
                "dram.channels=1"));
    if (!shared.isEmpty()) {
      sets.addAll(
          List.of(
              "shared_sram.bytes=" + shared,
              "shared_sram.bytes_per_cycle=512",
              "shared_sram.latency_cycles=20"));
    }
    sets.addAll(List.of(more));
    return HardwareLoader.load("edge", sets);
  }

  /** A product's cores meet in its loops only where they stage tiles. */
  private static boolean stages(Program p) {
    return p.cores().stream()
        .flatMap(c -> Arrays.stream(c.code().code()))
        .anyMatch(i -> i.op() == Opcode.C_BARRIER);
  }

  @ParameterizedTest
  @CsvSource({
    "4, 64, 64, 256",
    "4, 256, 32, 64",
    "8, 96, 128, 128",
    "6, 48, 96, 192",
    "9, 90, 144, 100",
    "4, 128, 128, 40",
  })
  void theSameUnderEverySchedule(int cores, long m, long n, long k) {
    Hardware many = chip(cores, "1MiB");
    Program p = Products.compile(Products.product(m, n, k), many);
    assertThat(stages(p)).isTrue();
    Products.assertSame(many, chip(1, ""), p, m, n, k);
  }

  /** Constant weights lie in blocks of columns, which stay whole. */
  @Test
  void weightsInBlocks() {
    Products.assertSameInBlocks(
        chip(6, "1MiB", "core.matrix.cols=16"),
        chip(1, "", "core.matrix.cols=16"),
        StagedOperandsTest::stages);
  }

  @Test
  void memoryIsReadOnce() {
    Hardware hw = chip(16, "4MiB", "core.accumulator.bytes=65536");
    TimingResult r =
        Products.time(
            Products.compile(Products.product(256, 256, 128), hw), hw, TimingOptions.exactly());
    assertThat(r.counters().dramReadBytes()).isEqualTo(2L * 256 * 128 * 4);
    assertThat(r.counters().dramWrittenBytes()).isEqualTo(256L * 256 * 4);
  }

  /** More shared SRAM means neither more traffic with the DRAM nor more time. */
  @Test
  void moreSharedSramMeansNoMoreTraffic() {
    long traffic = Long.MAX_VALUE;
    Hardware none = chip(8, "");
    long cycles =
        Products.time(
                Products.compile(Products.product(256, 256, 256), none),
                none,
                TimingOptions.exactly())
            .totalCycles();
    for (String shared : List.of("8KiB", "64KiB", "128KiB", "4MiB")) {
      Hardware hw = chip(8, shared);
      TimingResult r =
          Products.time(
              Products.compile(Products.product(256, 256, 256), hw), hw, TimingOptions.exactly());
      assertThat(r.counters().dramReadBytes()).as(shared).isLessThanOrEqualTo(traffic);
      traffic = r.counters().dramReadBytes();
      assertThat(r.totalCycles()).as(shared).isLessThanOrEqualTo(cycles * 102 / 100);
      cycles = r.totalCycles();
    }
  }

  @Test
  void notWithoutAReason() {
    // The shared SRAM is slower than the memory.
    Hardware slow = chip(4, "1MiB", "shared_sram.bytes_per_cycle=1");
    assertThat(stages(Products.compile(Products.product(128, 128, 128), slow))).isFalse();
    // One load queue: the memory would wait for what comes from the shared SRAM.
    Hardware single = chip(4, "1MiB", "core.dma.load.queues=1");
    assertThat(stages(Products.compile(Products.product(128, 128, 128), single))).isFalse();
  }

  @Property(tries = 25, seed = "20252")
  void anyProduct(
      @ForAll @IntRange(min = 2, max = 9) int cores,
      @ForAll @IntRange(min = 1, max = 150) int m,
      @ForAll @IntRange(min = 1, max = 150) int n,
      @ForAll @IntRange(min = 1, max = 150) int k,
      @ForAll @LongRange(min = 0, max = 1000) long seed) {
    Hardware hw = chip(cores, 16 + seed + "KiB", "core.scratchpad.bytes=32768");
    String model =
        String.format(
            "<ir_version: 8, opset_import: [\"\": 17]> g (float[%d,%d] a, float[%d,%d] w,"
                + " float[%d,%d] v, float[%d,%d] r) => (float[%d,%d] z)"
                + " { y = MatMul(a, w)  x = Relu(y)  s = MatMul(x, v)  z = Add(s, r) }",
            m, k, k, n, n, m, m, m, m, m);
    Program p = Products.compile(model, hw);
    Map<String, byte[]> inputs =
        Map.of(
            "a", Products.random(m, k, seed),
            "w", Products.random(k, n, seed + 1),
            "v", Products.random(n, m, seed + 2),
            "r", Products.random(m, m, seed + 3));
    Hardware one = chip(1, "");
    byte[] want =
        Cases.run(Products.compile(model, one), one, Schedule.PROGRAM_ORDER, inputs).read("z");
    assertThat(Cases.run(p, hw, Schedule.PROGRAM_ORDER, inputs).read("z")).isEqualTo(want);
    assertThat(Cases.run(p, hw, Schedule.random(seed), inputs).read("z")).isEqualTo(want);
    TimingResult r = Products.time(p, hw, TimingOptions.exactly());
    assertThat(Arrays.stream(r.categoryCycles()).sum()).isEqualTo(r.totalCycles());
    assertThat(r.units()).allMatch(u -> u.total() == r.totalCycles());
  }

  /** Of loops on so many cores iterations are left out, and the cores still find each other. */
  @ParameterizedTest
  @ValueSource(ints = {1})
  void manyCoresGoOnMeetingWhereIterationsAreLeftOut(int channels) {
    Hardware hw =
        chip(
            20,
            "4MiB",
            "core.dma.store.bus_bytes=1",
            "core.matrix.cols=32",
            "dram.channels=" + channels);
    Program p = Products.compile(Products.product(640, 640, 16384), hw);
    assertThat(stages(p)).isTrue();
    TimingResult exact = Products.time(p, hw, TimingOptions.exactly());
    TimingResult some = Products.time(p, hw, TimingOptions.defaults());
    assertThat(some.skippedInstructions()).isPositive();
    assertThat((double) some.totalCycles())
        .isCloseTo(exact.totalCycles(), Percentage.withPercentage(0.5));
    assertThat(some.dramBytes()).isEqualTo(exact.dramBytes());
    assertThat(some.counters().macs()).isEqualTo(exact.counters().macs());
  }
}
