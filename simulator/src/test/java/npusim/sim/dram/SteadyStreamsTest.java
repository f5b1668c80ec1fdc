package npusim.sim.dram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import npusim.hardware.HardwareLoader;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rest of a steady stream is left out without changing its bandwidth. */
class SteadyStreamsTest {
  @ParameterizedTest
  @CsvSource({
    "DDR4-2400, RoBaRaCoCh, SEQ_READ",
    "DDR4-3200, MOP4CLXOR, SEQ_RW",
    "DDR5-4800, RoBaRaCoCh, SEQ_WRITE",
    "DDR5-4800, MOP4CLXOR, SEQ_READ",
    "GDDR6-14000, RoBaRaCoCh, SEQ_RW",
    "HBM2-2000, RoBaRaCoCh, SEQ_WRITE",
    "HBM3-6400, RoBaRaCoCh, SEQ_READ",
    "LPDDR5-6400, MOP4CLXOR, SEQ_READ"
  })
  void cutShort(String preset, String mapping, DramStream stream) {
    var sets = List.of("dram.model=ddr", "dram.preset=" + preset, "dram.mapping=" + mapping);
    var driver = new DramStreams(HardwareLoader.load("edge", sets).dram());
    var quick = driver.run(stream, 200_000, driver.defaultWindow());
    var exact = driver.runExactly(stream, 200_000, driver.defaultWindow());
    assertThat(quick.gigabytesPerSecond())
        .isCloseTo(exact.gigabytesPerSecond(), Percentage.withPercentage(0.5));
  }
}
