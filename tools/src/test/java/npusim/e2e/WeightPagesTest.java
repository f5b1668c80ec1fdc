package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Tensor;
import npusim.compiler.quant.Precision;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Opcode;
import npusim.program.Buffer;
import npusim.program.Program;
import npusim.sim.functional.Schedule;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingResult;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Constant weights of products lie in pages in the order in which cores read them together. */
class WeightPagesTest {
  private static final long[][] SHAPES = {
    {2048, 8192}, {3072, 8192}, {4096, 14336}, {8192, 3072}, {4544, 18176},
  };

  private static Program product(Hardware hw, long m, long k, long n, String type, Tensor w) {
    CompileOptions o = CompileOptions.DEFAULT;
    o = type.equals("f32") ? o : o.withPrecision(Precision.parse(type));
    return Compiler.compile(Products.product(m, k, n, w), hw, o);
  }

  private static List<Long> dims(Program p) {
    return p.buffers().stream()
        .filter(b -> b.kind() == Buffer.Kind.WEIGHT && b.dims().size() > 1)
        .findFirst()
        .orElseThrow()
        .dims();
  }

  /** A batch of 32 against weights of all sizes takes the memory's time, with any mapping. */
  @ParameterizedTest
  @CsvSource({
    "wormhole-n150, MOP4ChXOR, w8a16, 0.70",
    "wormhole-n150, MOP4ChHash, w8a16, 0.70",
    "blackhole-p150, MOP4ChXOR, w8a16, 0.65",
    "rngd, MOP4ChXOR, bf16, 0.45",
    "tpu-v4, MOP4ChXOR, bf16, 0.60",
  })
  void weightsComeAtTheMemorysRate(String chip, String mapping, String type, double least) {
    Hardware hw = HardwareLoader.load(chip, List.of("dram.mapping=" + mapping));
    var softly = new SoftAssertions();
    for (long[] s : SHAPES) {
      Tensor w = Tensor.absent(DType.F32, new long[] {s[0], s[1]});
      Program p = product(hw, 32, s[0], s[1], type, w);
      TimingResult r = Products.time(p, hw, TimingOptions.defaults());
      double rate = (double) r.dramBytes() / r.totalCycles() / hw.placedReadBytesPerCycle();
      softly.assertThat(rate).as("%s: %d × %d", chip, s[0], s[1]).isGreaterThan(least);
    }
    softly.assertAll();
  }

  /** Weights lie near the cores that read them where no two read the same. */
  @ParameterizedTest
  @CsvSource({"wormhole-n150, 32, true", "wormhole-n150, 2048, false", "blackhole-p150, 32, false"})
  void weightsLieNearTheOneCoreThatReadsThem(String chip, long m, boolean near) {
    Hardware hw = HardwareLoader.load(chip, List.of());
    var w = Tensor.absent(DType.F32, new long[] {2048, 8192});
    Program p = product(hw, m, 2048, 8192, "w8a16", w);
    assertThat(
            p.cores().stream()
                .flatMap(c -> Arrays.stream(c.code().code()))
                .anyMatch(i -> i.op() == Opcode.DMA_LD && i.get(Field.PLACED) != 0))
        .isEqualTo(near);
  }

  /** Nothing meets where one core reads, nor where a core's columns make long pieces. */
  @Test
  void onlyWhereCoresReadBlocksOfTheirOwn() {
    var short2 = new long[] {512, 512};
    Hardware many = HardwareLoader.load("wormhole-n150", List.of());
    Hardware one = HardwareLoader.load("edge", List.of());
    Hardware few = HardwareLoader.load("rngd", List.of());
    assertThat(dims(product(many, 32, 512, 512, "w8a16", Tensor.absent(DType.F32, short2))))
        .hasSize(4);
    assertThat(dims(product(one, 32, 512, 512, "bf16", Tensor.absent(DType.F32, short2))))
        .hasSizeLessThan(4);
    var wide = Tensor.absent(DType.F32, new long[] {512, 8192});
    assertThat(dims(product(few, 32, 512, 8192, "bf16", wide))).hasSize(2);
  }

  /** 640 columns on 64 cores: blocks stop at a row of a tile in memory, 32 bytes on n150. */
  @Test
  void rowsOfTilesAreNotTorn() {
    Hardware hw = HardwareLoader.load("wormhole-n150", List.of());
    Program p =
        product(hw, 32, 5120, 640, "w8a16", Tensor.absent(DType.F32, new long[] {5120, 640}));
    assertThat(dims(p)).containsExactly(5120L / 32, 640L / 32, 32L, 32L);
    assertThat(Products.time(p, hw, TimingOptions.defaults()).totalCycles()).isLessThan(100_000);
  }

  /** Parts of tiles that begin and end within pages, blocks of several pages, one of each. */
  @ParameterizedTest
  @CsvSource({"17, 34, 64, 96", "18, 40, 96, 96", "20, 48, 320, 320", "36, 90, 160, 144"})
  void theSameUnderEverySchedule(int cores, long m, long n, long k) {
    var weights = Tensor.generate(DType.F32, new long[] {k, n}, i -> i * 31 % 17 - 8);
    Map<String, byte[]> inputs = Map.of("a", Products.random(m, k, 1));
    Hardware one = chip(1);
    byte[] want =
        Cases.run(product(one, m, k, n, "f32", weights), one, Schedule.PROGRAM_ORDER, inputs)
            .read("y");
    Hardware many = chip(cores);
    for (String tile : List.of("", m + "," + n + ",16")) {
      CompileOptions o = CompileOptions.DEFAULT;
      o = tile.isEmpty() ? o : o.withTile(new CompileOptions.Tile(m, n, 16));
      Program p = Cases.proved(Compiler.compile(Products.product(m, k, n, weights), many, o), many);
      assertThat(dims(p)).hasSize(4);
      Stream<Schedule> schedules = Products.schedules(2);
      schedules.forEach(
          s -> assertThat(Cases.run(p, many, s, inputs).read("y")).as("%s", s).isEqualTo(want));
    }
  }

  private static Hardware chip(int cores) {
    return HardwareLoader.load(
        "edge",
        List.of(
            "chip.cores=" + cores,
            "core.matrix.rows=8",
            "core.matrix.cols=16",
            "core.scratchpad.bytes=65536",
            "noc.topology=mesh",
            "noc.multicast=true",
            "noc.bytes_per_cycle=64",
            "dram.channels=1"));
  }
}
