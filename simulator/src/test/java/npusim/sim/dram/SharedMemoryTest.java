package npusim.sim.dram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import npusim.hardware.Hardware;
import npusim.sim.timing.TestHardware;
import org.junit.jupiter.api.Test;

class SharedMemoryTest {
  private static final Hardware HW =
      TestHardware.small(
          "shared_sram.bytes=64KiB",
          "shared_sram.bytes_per_cycle=12.8",
          "shared_sram.latency_cycles=7",
          "dram.fixed.requests_in_flight=3");

  @Test
  void readsAndWritesShareTheBandwidth() {
    DramModel m = DramModel.of(HW);
    assertThat(m.read(100, 0, 128)).isEqualTo(100 + 10 + 7);
    assertThat(m.write(100, 4096, 64)).isEqualTo(100 + 15 + 7);
    assertThat(m.read(102, 128, 32)).isEqualTo(118 + 7);
    assertThat(m.read(200, 128, 64)).isEqualTo(205 + 7);
    assertThat(m.sharedBytesRead()).isEqualTo(128 + 32 + 64);
    assertThat(m.sharedBytesWritten()).isEqualTo(64);
    assertThat(m.bytesRead() + m.bytesWritten()).isZero();
  }

  @Test
  void addressesFromItsSizeOnAreTheDrams() {
    DramModel m = DramModel.of(HW);
    DramModel alone = DramModel.of(TestHardware.small("dram.fixed.requests_in_flight=3"));
    assertThat(m.read(0, 65536, 64)).isEqualTo(alone.read(0, 0, 64));
    assertThat(m.read(0, 65535, 1)).isEqualTo(1 + 7);
    assertThat(m.write(50, 65536 + 640, 64)).isEqualTo(alone.write(50, 640, 64));
    assertThat(m.bytesRead()).isEqualTo(64);
    assertThat(m.bytesWritten()).isEqualTo(64);
    assertThat(m.sharedBytesRead()).isEqualTo(1);
    assertThat(m.peakBytesPerCycle()).isEqualTo(alone.peakBytesPerCycle());
    assertThat(m.requestsInFlight()).isEqualTo(alone.requestsInFlight()).isEqualTo(3);
  }

  @Test
  void theDramSeesItsOwnAddresses() {
    String[] ddr = {"dram.model=ddr", "dram.preset=DDR4-2400", "dram.channels=2"};
    String[] both = Arrays.copyOf(ddr, 6);
    both[3] = "shared_sram.bytes=24704";
    both[4] = "shared_sram.bytes_per_cycle=8";
    both[5] = "shared_sram.latency_cycles=7";
    DramModel m = DramModel.of(TestHardware.small(both));
    DramModel alone = DramModel.of(TestHardware.small(ddr));
    for (long i = 0; i < 600; i++) {
      long at = 8128 * i;
      assertThat(m.read(9 * i, 24704 + at, 192)).isEqualTo(alone.read(9 * i, at, 192));
      assertThat(m.write(9 * i, 24704 + at, 64)).isEqualTo(alone.write(9 * i, at, 64));
    }
    assertThat(m.activates()).isEqualTo(alone.activates()).isPositive();
    assertThat(m.rowHits()).isEqualTo(alone.rowHits());
    assertThat(m.rowConflicts()).isEqualTo(alone.rowConflicts());
    assertThat(m.channelBusyCycles()).isEqualTo(alone.channelBusyCycles());
  }

  @Test
  void aRepeatedStretchCountsForBothLevels() {
    DramModel m = DramModel.of(HW);
    m.read(0, 0, 10);
    long[] before = m.counters();
    m.read(5, 0, 128);
    m.write(5, 65536, 32);
    m.repeat(3, before, m.counters());
    assertThat(m.sharedBytesRead()).isEqualTo(10 + 4 * 128);
    assertThat(m.bytesWritten()).isEqualTo(4 * 32);
  }
}
