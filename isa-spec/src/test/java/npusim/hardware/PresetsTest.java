package npusim.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import npusim.diag.Location;
import npusim.isa.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PresetsTest {

  static Stream<String> chips() {
    return HardwareCatalog.chips().stream();
  }

  @ParameterizedTest
  @MethodSource("chips")
  void reproducesThePublishedFigures(String chip) {
    var hw = HardwareLoader.load(chip);
    assertThat(Headline.mismatches(hw)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("chips")
  void everyParameterHasAStatedSource(String chip) {
    var hw = HardwareLoader.load(chip);
    assertThat(hw.parameters().all())
        .filteredOn(p -> !p.path().equals("title") && !p.path().equals("notes"))
        .noneMatch(p -> p.provenance().status() == Provenance.Status.UNSTATED)
        .allMatch(p -> !p.provenance().source().isBlank());
  }

  @ParameterizedTest
  @MethodSource("chips")
  void energyAndStaticPowerArePlausible(String chip) {
    var hw = HardwareLoader.load(chip);
    // A chip that draws most of its TDP doing nothing is described wrongly.
    assertThat(hw.staticPowerW()).isPositive().isLessThan(0.6 * hw.chip().tdpW());
    for (var type : hw.matrixTypes()) {
      assertThat(hw.energy().macPj(type)).isPositive();
      double arrayWatts = hw.chipOpsPerSecond(type) / 2 * hw.energy().macPj(type) * 1e-12;
      assertThat(arrayWatts).as("array power on %s", type).isLessThan(1.5 * hw.chip().tdpW());
    }
  }

  @Test
  void scratchpadsAndAccumulatorsFitTheirAddressRange() {
    for (String chip : HardwareCatalog.chips()) {
      var hw = HardwareLoader.load(chip);
      assertThat(hw.core().scratchpad().bytes()).isLessThanOrEqualTo(0x8000_0000L);
      assertThat(hw.core().accumulator().bytes()).isLessThanOrEqualTo(0x4000_0000L);
    }
  }

  @Test
  void rngdIsAsPublished() {
    var hw = HardwareLoader.load("rngd");
    assertThat(hw.chip().cores()).isEqualTo(8);
    assertThat(hw.chipOpsPerSecond(DType.BF16)).isCloseTo(262.144e12, within(1e6));
    assertThat(hw.dramBytesPerSecond()).isCloseTo(1536e9, within(1e6));
    assertThat(hw.dram().capacityBytes()).isEqualTo(48L << 30);
    assertThat(hw.sramBytes()).isEqualTo(256L << 20);
    assertThat(hw.dram().spec().orElseThrow().organization().channelBytes()).isEqualTo(3L << 29);
    assertThat(hw.provenance("core.dma.load.startup_cycles").status())
        .isEqualTo(Provenance.Status.PUBLISHED);
    assertThat(hw.provenance("chip.cores").status()).isEqualTo(Provenance.Status.THIRD_PARTY);
  }

  @Test
  void gemminiPipelineMatchesItsRtl() {
    // Rows leave this many cycles after they entered, as counted in Verilator.
    assertThat(HardwareLoader.load("gemmini-16x16").core().matrix().pipelineCycles()).isEqualTo(33);
    assertThat(HardwareLoader.load("gemmini-8x8").core().matrix().pipelineCycles()).isEqualTo(17);
    assertThat(HardwareLoader.load("gemmini-4x4").core().matrix().pipelineCycles()).isEqualTo(9);
    var slow =
        HardwareLoader.load(
            "gemmini-4x4",
            List.of("core.matrix.hop_latency_cycles=3", "core.matrix.output_delay_cycles=2"));
    assertThat(slow.core().matrix().pipelineCycles()).isEqualTo(31);
    var tiles =
        HardwareLoader.load(
            "gemmini-8x8", List.of("core.matrix.pe_tile_rows=4", "core.matrix.pe_tile_cols=4"));
    assertThat(tiles.core().matrix().pipelineCycles()).isEqualTo(5);
  }

  @Test
  void nullTakesAValueOrAWholeGroupAway(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("less.yaml");
    Files.writeString(file, "extends: tpu-v4\nshared_sram: null\nhost: ~\ncore:\n");
    var less = HardwareLoader.load(file.toString());
    assertThat(HardwareLoader.load("tpu-v4").sharedSram()).isPresent();
    assertThat(less.sharedSram()).isEmpty();
    assertThat(less.host()).isEmpty();
    assertThat(less.core()).isEqualTo(HardwareLoader.load("tpu-v4").core());
    assertThat(HardwareLoader.load("tpu-v4", List.of("shared_sram=null")).sharedSram()).isEmpty();
  }

  @Test
  void anotherDramPresetBringsItsOwnDevices() {
    var plain = HardwareLoader.load("edge", List.of("dram.preset=DDR4-2400"));
    for (var chip : List.of("rngd", "tpu-v3", "a100")) {
      var swapped = HardwareLoader.load(chip, List.of("dram.preset=DDR4-2400"));
      assertThat(swapped.dram().spec()).as(chip).isEqualTo(plain.dram().spec());
      assertThat(swapped.energy().dramReadPjPerByte())
          .isEqualTo(plain.energy().dramReadPjPerByte());
    }
    var sets = List.of("dram.data_rate_mtps=3000", "dram.preset=DDR4-2400");
    assertThat(rate("rngd", sets)).isEqualTo(3000);
    assertThat(rate("rngd", sets.reversed())).isEqualTo(3000);
    assertThat(rate("tpu-v5e", List.of())).isEqualTo(3200);
    assertThat(rate("rngd", List.of("dram.preset=HBM3-6400"))).isEqualTo(6000);
  }

  private static double rate(String chip, List<String> sets) {
    return HardwareLoader.load(chip, sets).dram().spec().orElseThrow().dataRateMtps();
  }

  @Test
  void inheritsAndKeepsTheParentsProvenance() {
    var hw = HardwareLoader.load("gemmini-8x8");
    assertThat(hw.core().matrix().rows()).isEqualTo(8);
    assertThat(hw.core().matrix().minBlockRows()).isEqualTo(4);
    assertThat(hw.provenance("core.matrix.min_block_rows").source()).contains("max(rows, 4)");
    assertThat(hw.parameters().find("core.matrix.rows").orElseThrow().location())
        .isEqualTo(new Location("gemmini-8x8.yaml", 7, 18));
  }

  @Test
  void dramPresetsMatchTheirNominalBandwidth() {
    record Expected(String preset, double channelGigabytes, int requestBytes) {}
    for (var e :
        List.of(
            new Expected("DDR3-2133", 17.06, 64),
            new Expected("DDR4-2400", 19.2, 64),
            new Expected("DDR4-3200", 25.6, 64),
            new Expected("DDR5-4800", 19.2, 64),
            new Expected("LPDDR4X-4266", 8.53, 32),
            new Expected("LPDDR5-6400", 12.8, 32),
            new Expected("GDDR6-14000", 28.0, 32),
            new Expected("HBM2-2000", 32.0, 32),
            new Expected("HBM2E-3600", 57.6, 32),
            new Expected("HBM3-6400", 51.2, 32))) {
      var dram =
          HardwareLoader.load("edge", List.of("dram.preset=" + e.preset(), "dram.channels=1"))
              .dram();
      var spec = dram.spec().orElseThrow();
      assertThat(spec.channelBytesPerSecond() / 1e9)
          .as(e.preset())
          .isCloseTo(e.channelGigabytes(), within(0.01));
      assertThat(spec.requestBytes()).as(e.preset()).isEqualTo(e.requestBytes());
      // One request occupies the bus for exactly the burst at the data rate.
      double burstPs = spec.organization().burstLength() * 1e6 / spec.dataRateMtps();
      assertThat(spec.timing().bl() * spec.tckPs())
          .as(e.preset())
          .isCloseTo(burstPs, within(0.005 * burstPs));
    }
    assertThat(HardwareCatalog.drams()).hasSize(10);
  }

  @Test
  void anotherDataRateKeepsArrayTimesInNanoseconds() {
    var slow = HardwareLoader.load("tpu-v3", List.of("dram.data_rate_mtps=1000"));
    var spec = slow.dram().spec().orElseThrow();
    assertThat(spec.tckPs()).isEqualTo(2000);
    assertThat(spec.timing().rcdRead()).isEqualTo(7);
    assertThat(spec.timing().ras()).isEqualTo(17);
    assertThat(spec.timing().ccdS()).isEqualTo(2);
    assertThat(spec.timing().refi()).isEqualTo(1950);
    assertThat(slow.dramBytesPerSecond()).isCloseTo(256e9, within(1.0));
  }

  @Test
  void fingerprintFollowsTimingParametersOnly() {
    var base = HardwareLoader.load("edge");
    assertThat(base.fingerprint()).hasSize(16).isEqualTo(HardwareLoader.load("edge").fingerprint());
    assertThat(base.with(List.of("core.matrix.rows=64")).fingerprint())
        .isNotEqualTo(base.fingerprint());
    assertThat(base.with(List.of("energy.noc_pj_per_byte_hop=9", "title=other")).fingerprint())
        .isEqualTo(base.fingerprint());
  }

  @Test
  void overridesRecomputeWhatFollowsFromThem() {
    var base = HardwareLoader.load("edge");
    var hbm = base.with(List.of("dram.preset=HBM3-6400", "chip.process_nm=5"));
    assertThat(hbm.dram().spec().orElseThrow().standard()).isEqualTo("HBM3");
    assertThat(hbm.energy().dramReadPjPerByte()).isEqualTo(26);
    assertThat(hbm.energy().macPj(DType.I8)).isLessThan(base.energy().macPj(DType.I8));
    assertThat(hbm.provenance("dram.preset").status()).isEqualTo(Provenance.Status.OVERRIDE);
    assertThat(hbm.provenance("dram.preset").source()).isEqualTo("--set dram.preset=HBM3-6400");
  }
}
