package npusim.sim.dram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;

class ChannelQuadsTest {
  private static final Hardware RNGD = HardwareLoader.load("rngd");

  @Property(tries = 25)
  void oneChannelStandsForFourWithoutAnyDifference(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
    var random = new SplittableRandom(seed);
    var together = new JedecDram(RNGD.dram(), RNGD.chip().clockMhz(), true);
    var apart = new JedecDram(RNGD.dram(), RNGD.chip().clockMhz(), false);
    long now = 0;
    for (int i = 0; i < 3_000; i++) {
      // Mostly whole runs of 128 bytes, now and then a single transaction; bursts and pauses.
      boolean small = random.nextInt(200) == 0;
      long grain = small ? 32 : 128;
      long address = random.nextLong(1L << 28) * grain % (1L << 32);
      long bytes = small ? 32 : grain * (1 + random.nextInt(i % 7 == 0 ? 256 : 12));
      boolean write = random.nextInt(4) == 0;
      now += random.nextInt(50) == 0 ? random.nextInt(8_000) : random.nextInt(40);
      long one = write ? together.write(now, address, bytes) : together.read(now, address, bytes);
      long all = write ? apart.write(now, address, bytes) : apart.read(now, address, bytes);
      assertThat(one).as("request %d", i).isEqualTo(all);
    }
    assertThat(together.counters()).isEqualTo(apart.counters());
    assertThat(together.channelBusyCycles()).isEqualTo(apart.channelBusyCycles());
  }

  @Property(tries = 10)
  void longTransfersMoveAtMostOfThePeakBandwidth(
      @ForAll @LongRange(min = 0, max = 1_000) long start) {
    var dram = new JedecDram(RNGD.dram(), RNGD.chip().clockMhz());
    long bytes = 64L << 20;
    long end = 0;
    for (long at = 0; at < bytes; at += 1 << 15) {
      end = Math.max(end, dram.read(0, start * 128 + at, 1 << 15));
    }
    double perCycle = (double) bytes / (end - 100);
    // Refresh, and ranks that take turns on the data bus.
    assertThat(perCycle).isBetween(0.72 * 1536, 0.85 * 1536);
  }
}
