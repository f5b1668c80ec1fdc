package npusim.sim.dram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import org.junit.jupiter.api.Test;

class ChannelQuadsTest {
  private static final Hardware RNGD = HardwareLoader.load("rngd");

  /** Its runs begin in any of four channels. */
  private static final Hardware TPU = HardwareLoader.load("tpu-v3");

  @Property(tries = 25)
  void oneChannelStandsForFourWithoutAnyDifference(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed, @ForAll boolean hashed) {
    var random = new SplittableRandom(seed);
    Hardware hw = hashed ? TPU : RNGD;
    var together = new JedecDram(hw.dram(), hw.chip().clockMhz(), true);
    var apart = new JedecDram(hw.dram(), hw.chip().clockMhz(), false);
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

  @Test
  void channelsBecomeEqualAgainAfterASmallAccess() {
    for (boolean write : new boolean[] {true, false}) {
      var dram = new JedecDram(RNGD.dram(), RNGD.chip().clockMhz());
      long now = reads(dram, 0, 200);
      assertThat(dram.alike(0)).isTrue();
      if (write) {
        dram.write(now, 0, 32);
      } else {
        dram.read(now, 0, 32);
      }
      assertThat(dram.alike(0)).isFalse();
      // A pause, in which the write that waits in one channel is made, and some refreshes.
      reads(dram, now + 8_000, 1_000);
      assertThat(dram.alike(0)).isTrue();
    }
  }

  /** Reads of 1 KiB, one every 40 cycles; returns when the next would be due. */
  private static long reads(JedecDram dram, long from, int count) {
    for (int i = 0; i < count; i++) {
      dram.read(from + 40L * i, 1024L * i, 1024);
    }
    return from + 40L * count;
  }

  /** As the controllers do, a write that waits opens its row as soon as no reads come. */
  @Test
  void writesAreMadeWhenNoReadsCome() {
    var soon = new JedecDram(RNGD.dram(), RNGD.chip().clockMhz());
    soon.write(0, 0, 32);
    soon.read(20, 0, 32);
    assertThat(soon.activates()).isOne();
    assertThat(soon.rowHits()).isZero();
    var later = new JedecDram(RNGD.dram(), RNGD.chip().clockMhz());
    later.write(0, 0, 32);
    later.read(2_000, 0, 32);
    assertThat(later.activates()).isOne();
    assertThat(later.rowHits()).isOne();
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
