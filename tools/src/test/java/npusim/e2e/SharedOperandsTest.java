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
import npusim.compiler.ModelNotes;
import npusim.compiler.text.OnnxText;
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

/** Products whose cores load the tiles they all need together. */
class SharedOperandsTest {

  /** Cores that a slow memory feeds over a quick network. */
  private static Hardware chip(int cores, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "chip.cores=" + cores,
                "core.matrix.rows=8",
                "core.matrix.cols=8",
                "core.scratchpad.bytes=65536",
                "noc.topology=mesh",
                "noc.multicast=true",
                "noc.bytes_per_cycle=64",
                "dram.channels=1"));
    sets.addAll(List.of(more));
    return HardwareLoader.load("edge", sets);
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
    Hardware many = chip(cores);
    Program p = Products.compile(Products.product(m, n, k), many);
    assertThat(Cases.shares(p)).isTrue();
    Products.assertSame(many, chip(1), p, m, n, k);
  }

  /** Constant weights lie in blocks of columns, which stay whole. */
  @Test
  void weightsInBlocks() {
    Products.assertSameInBlocks(
        chip(6, "core.matrix.cols=16"), chip(1, "core.matrix.cols=16"), Cases::shares);
  }

  @Test
  void memoryIsReadOnce() {
    Hardware hw = chip(16, "noc.bytes_per_cycle=512", "core.accumulator.bytes=65536");
    TimingResult r =
        Products.time(
            Products.compile(Products.product(256, 256, 128), hw), hw, TimingOptions.exactly());
    assertThat(r.counters().dramReadBytes()).isEqualTo(2L * 256 * 128 * 4);
    assertThat(r.counters().dramWrittenBytes()).isEqualTo(256L * 256 * 4);
  }

  @Test
  void notWithoutAReason() {
    // The network is slower than the memory.
    Hardware hw = chip(4, "noc.bytes_per_cycle=1", "noc.hop_latency_cycles=200");
    assertThat(Cases.shares(Products.compile(Products.product(128, 128, 128), hw))).isFalse();
  }

  @Property(tries = 25, seed = "20251")
  void anyProduct(
      @ForAll @IntRange(min = 2, max = 9) int cores,
      @ForAll @IntRange(min = 1, max = 150) int m,
      @ForAll @IntRange(min = 1, max = 150) int n,
      @ForAll @IntRange(min = 1, max = 150) int k,
      @ForAll @LongRange(min = 0, max = 1000) long seed) {
    Hardware hw = chip(cores, "noc.multicast=" + (seed % 2 == 0));
    String model =
        String.format(
            "<ir_version: 8, opset_import: [\"\": 17]> g (float[%d,%d] a, float[%d,%d] w,"
                + " float[%d,%d] v) => (float[%d,%d] z)"
                + " { y = MatMul(a, w)  x = Relu(y)  z = MatMul(x, v) }",
            m, k, k, n, n, m, m, m);
    Program p = Products.compile(model, hw);
    Map<String, byte[]> inputs =
        Map.of(
            "a",
            Products.random(m, k, seed),
            "w",
            Products.random(k, n, seed + 1),
            "v",
            Products.random(n, m, seed + 2));
    Hardware one = chip(1);
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
  @CsvSource({
    "20, 640, 640, 4096, 2, true",
    "24, 128, 4608, 6144, 2, true",
    "25, 250, 1000, 8192, 2, true",
    "48, 64, 4096, 8192, 2, false",
    "49, 300, 3000, 3000, 4, true"
  })
  void manyCoresGoOnMeetingWhereIterationsAreLeftOut(
      int cores, int m, int n, int k, int channels, boolean skips) {
    Hardware hw = chip(cores, "dram.channels=" + channels);
    Program p = Products.compile(Products.product(m, n, k), hw);
    assertThat(Cases.shares(p)).isTrue();
    TimingResult exact = Products.time(p, hw, TimingOptions.exactly());
    TimingResult some = Products.time(p, hw, TimingOptions.defaults());
    assertThat(some.skippedInstructions() > 0).isEqualTo(skips);
    assertThat((double) some.totalCycles())
        .isCloseTo(exact.totalCycles(), Percentage.withPercentage(0.5));
    assertThat(some.dramBytes()).isEqualTo(exact.dramBytes());
    assertThat(some.counters().macs()).isEqualTo(exact.counters().macs());
  }

  /** A low product by itself on a chip whose library has one core load the rows for all. */
  @ParameterizedTest
  @CsvSource({"16,128,64", "16,128,96", "7,64,130"})
  void oneCoreLoadsForAll(long m, long n, long k) {
    Hardware hw = chip(4, "core.matrix.narrow_rows=16", "dram.array_tile.rows=32");
    var model = OnnxText.parse("product", Products.product(m, n, k));
    model.metadata().put(ModelNotes.KERNEL, "gemm");
    Program p = Cases.compile(model, hw);
    assertThat(sending(p)).as("cores that send tiles").isEqualTo(1);
    Map<String, byte[]> inputs =
        Map.of("a", Products.random(m, k, 1), "w", Products.random(k, n, 2));
    Program asBest = Products.compile(Products.product(m, n, k), hw);
    assertThat(sending(asBest)).as("within a model").isNotEqualTo(1);
    byte[] want = Cases.run(asBest, hw, Schedule.PROGRAM_ORDER, inputs).read("y");
    Products.schedules(4)
        .forEach(
            s -> assertThat(Cases.run(p, hw, s, inputs).read("y")).as("%s", s).isEqualTo(want));
    assertThat(Products.time(p, hw, TimingOptions.defaults()).totalCycles()).isPositive();
  }

  private static long sending(Program p) {
    return p.cores().stream()
        .filter(c -> Arrays.stream(c.code().code()).anyMatch(i -> i.op() == Opcode.DMA_PUT))
        .count();
  }
}
