package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.text.OnnxText;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.program.Program;
import npusim.sim.functional.Schedule;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingSimulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions whose cores, each with images or places of its own, load the weights together. */
class SharedWeightsTest {

  /** Cores that a slow memory feeds over a quick network. */
  private static Hardware chip(int cores, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "chip.cores=" + cores,
                "core.matrix.rows=32",
                "core.matrix.cols=16",
                "core.scratchpad.bytes=262144",
                "core.accumulator.bytes=65536",
                "noc.topology=crossbar",
                "noc.multicast=true",
                "noc.bytes_per_cycle=64",
                "dram.channels=1"));
    sets.addAll(List.of(more));
    return HardwareLoader.load("edge", sets);
  }

  /** Two convolutions in a row, the second with a residual. */
  private static Model model(long images, long size, long c, long m, long kernel) {
    String text =
        String.format(
            "<ir_version: 10, opset_import: [\"\": 18]> g (float[%d,%d,%d,%d] x, float[%d,%d,%d,%d]"
                + " w, float[%d,%d,%d,%d] v) => (float[%d,%d,%d,%d] z)"
                + " { y = Conv <pads = [%d,%d,%d,%d]> (x, w)  r = Relu (y)"
                + " u = Conv (r, v)  z = Add (u, r) }",
            images,
            c,
            size,
            size,
            m,
            c,
            kernel,
            kernel,
            m,
            m,
            1,
            1,
            images,
            m,
            size,
            size,
            kernel / 2,
            kernel / 2,
            kernel / 2,
            kernel / 2);
    Model model = OnnxText.parse("convolutions", text);
    model
        .graph()
        .addInitializer(
            "w",
            Tensor.generate(DType.F32, new long[] {m, c, kernel, kernel}, i -> i * 31 % 7 - 3));
    model
        .graph()
        .addInitializer(
            "v", Tensor.generate(DType.F32, new long[] {m, m, 1, 1}, i -> i * 17 % 5 - 2));
    return model;
  }

  private static byte[] images(long images, long size, long c, long seed) {
    var r = new Random(seed);
    return Tensor.generate(DType.F32, new long[] {images, c, size, size}, i -> r.nextInt(9) - 4)
        .toBytes();
  }

  private static long read(Program p, Hardware hw) {
    return new TimingSimulator(hw, TimingOptions.exactly())
        .run(p, Map.of())
        .counters()
        .dramReadBytes();
  }

  private static byte[] run(Program p, Hardware hw, Schedule schedule, byte[] x) {
    return Cases.run(p, hw, schedule, Map.of("x", x)).read("z");
  }

  @ParameterizedTest
  @CsvSource({
    "4, 8, 8, 32, 32, 3",
    "4, 4, 6, 64, 32, 3",
    "2, 6, 8, 24, 48, 3",
    "3, 7, 6, 32, 24, 1",
    "4, 4, 10, 3, 32, 7",
    "4, 1, 16, 32, 16, 3",
  })
  void theSameUnderEverySchedule(int cores, long images, long size, long c, long m, long kernel) {
    Hardware many = chip(cores);
    Program p = Cases.compile(model(images, size, c, m, kernel), many);
    assertThat(Cases.shares(p)).isTrue();
    byte[] x = images(images, size, c, 1);
    Hardware one = chip(1);
    byte[] want =
        run(Cases.compile(model(images, size, c, m, kernel), one), one, Schedule.PROGRAM_ORDER, x);
    Stream<Schedule> schedules =
        Stream.of(
            Schedule.PROGRAM_ORDER,
            Schedule.LATE_LOADS,
            Schedule.EAGER_UNITS,
            Schedule.LATE_STORES);
    Stream.concat(schedules, IntStream.range(0, 4).mapToObj(Schedule::random))
        .forEach(s -> assertThat(run(p, many, s, x)).as("%s", s).isEqualTo(want));
  }

  @Test
  void memoryIsReadOnce() {
    Hardware hw = chip(4);
    Program p = Cases.compile(model(8, 8, 32, 32, 3), hw);
    long weights = 4 * (32 * 32 * 9 + 32 * 32);
    long input = 4 * 8 * 32 * 64;
    // The run of zeros that margins are filled from is every core's own.
    assertThat(read(p, hw)).isBetween(weights + input, weights + input + 4096);
  }

  @Test
  void notWithoutAReason() {
    // The network is slower than the memory.
    Hardware hw = chip(4, "noc.bytes_per_cycle=1", "noc.hop_latency_cycles=200");
    assertThat(Cases.shares(Cases.compile(model(8, 8, 32, 32, 3), hw))).isFalse();
  }

  @Property(tries = 20, seed = "20251")
  void anyConvolution(
      @ForAll @IntRange(min = 2, max = 6) int cores,
      @ForAll @IntRange(min = 1, max = 9) int images,
      @ForAll @IntRange(min = 1, max = 9) int size,
      @ForAll @IntRange(min = 1, max = 40) int c,
      @ForAll @IntRange(min = 1, max = 40) int m,
      @ForAll @IntRange(min = 0, max = 2) int reach,
      @ForAll @LongRange(min = 0, max = 1000) long seed) {
    Hardware hw = chip(cores, "noc.multicast=" + (seed % 2 == 0));
    long kernel = 2L * reach + 1;
    Program p = Cases.compile(model(images, size, c, m, kernel), hw);
    byte[] x = images(images, size, c, seed);
    Hardware one = chip(1);
    byte[] want =
        run(Cases.compile(model(images, size, c, m, kernel), one), one, Schedule.PROGRAM_ORDER, x);
    assertThat(run(p, hw, Schedule.PROGRAM_ORDER, x)).isEqualTo(want);
    assertThat(run(p, hw, Schedule.random(seed), x)).isEqualTo(want);
  }
}
