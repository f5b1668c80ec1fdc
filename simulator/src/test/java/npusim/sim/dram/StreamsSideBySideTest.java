package npusim.sim.dram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many cores read memory at once, a page each in turn. */
class StreamsSideBySideTest {
  private static final int CORES = 64;
  private static final int PAGE = 1024;
  private static final int PAGES = 64;

  /** Pages that lie beside each other are read at a good rate, whatever the mapping. */
  @ParameterizedTest
  @CsvSource({
    "wormhole-n150, MOP4ChXOR",
    "wormhole-n150, MOP4ChHash",
    "wormhole-n150, RoBaRaCoCh",
    "blackhole-p150, MOP4ChXOR",
    "rngd, MOP4ChXOR",
    "a100, MOP4ChXOR",
  })
  void pagesBesideEachOther(String chip, String mapping) {
    Hardware hw = HardwareLoader.load(chip, List.of("dram.mapping=" + mapping));
    assertThat(share(hw, PAGE, CORES * PAGE)).isGreaterThan(0.7);
  }

  /** Blocks at distances of all banks, each read from its beginning, meet in one bank. */
  @ParameterizedTest
  @CsvSource({"wormhole-n150, 393216", "blackhole-p150, 524288", "a100, 1310720"})
  void blocksThatMeetInABank(String chip, long distance) {
    Hardware hw = HardwareLoader.load(chip, List.of("dram.mapping=MOP4ChXOR"));
    assertThat(share(hw, distance, PAGE) * 2).isLessThan(share(hw, PAGE, CORES * PAGE));
  }

  /**
   * Part of the peak at which the cores' pages are read.
   *
   * @param apart bytes from a core's page to the next core's
   * @param next bytes from a core's page to its next one
   */
  private static double share(Hardware hw, long apart, long next) {
    DramModel dram = DramModel.of(hw);
    long end = 0;
    for (int page = 0; page < PAGES; page++) {
      for (int core = 0; core < CORES; core++) {
        end = Math.max(end, dram.read(0, core * apart + page * next, PAGE));
      }
    }
    return (double) CORES * PAGES * PAGE / dram.peakBytesPerCycle() / end;
  }
}
