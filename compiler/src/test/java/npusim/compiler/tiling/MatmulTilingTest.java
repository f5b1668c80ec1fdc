package npusim.compiler.tiling;

import static org.assertj.core.api.Assertions.assertThat;

import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import org.junit.jupiter.api.Test;

class MatmulTilingTest {
  private final Hardware hw = HardwareLoader.load("a100");

  private MatmulProblem product(
      long m, long n, long k, boolean resident, boolean near, long staging) {
    return new MatmulProblem(
        1,
        m,
        n,
        k,
        DType.F16,
        DType.F16,
        resident,
        false,
        near,
        16,
        32,
        0.01,
        1,
        false,
        1,
        1,
        false,
        false,
        true,
        true,
        staging,
        false,
        0,
        16,
        300 << 10,
        512 << 10,
        hw.chip().cores(),
        -1,
        0,
        0);
  }

  /** Two slots filled again only once their product is done hide no latency if they are small. */
  @Test
  void loadsAreLargeEnoughForTheMemorysLatency() {
    MatmulTiles t = MatmulTiling.search(hw, product(1, 49152, 12288, true, false, 0));
    double share = hw.memoryReadBytesPerCycle() / hw.chip().cores();
    double latency = hw.dram().controllerLatencyNs() * hw.chip().clockMhz() / 1000;
    assertThat(t.k() * t.n() * 2.0).as("bytes of a tile").isGreaterThan(share * latency);
  }

  /** Cores may each load all of an operand that costs the DRAM nothing. */
  @Test
  void anOperandInSharedSramLetsCoresDivideTheColumns() {
    MatmulTiles t = MatmulTiling.search(hw, product(128, 12288, 49152, false, true, 0));
    assertThat(t.pm()).isLessThanOrEqualTo(2);
    assertThat(t.aDim()).isEqualTo(MatmulTiles.ALONE);
  }

  /** An operand that all cores need goes through shared SRAM, if that has room for tiles. */
  @Test
  void whatManyCoresNeedIsStagedWhereThereIsRoom() {
    long room = hw.sharedSram().orElseThrow().bytes();
    MatmulProblem p = product(128, 12288, 49152, false, false, room);
    MatmulTiles t = MatmulTiling.search(hw, p);
    assertThat(t.aStaged()).isTrue();
    assertThat(t.stagedA(p) + t.stagedW(p)).isBetween(1L, room);
    assertThat(MatmulTiling.search(hw, product(128, 12288, 49152, false, false, 4096)).isStaged())
        .isFalse();
  }
}
