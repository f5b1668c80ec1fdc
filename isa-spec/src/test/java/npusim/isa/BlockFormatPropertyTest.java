package npusim.isa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BlockFormatPropertyTest {
  private static final int[] BITS = {4, 8, 16, 32, 64};

  private static long[] sparse(Random r, int n, int bits, double density) {
    long mask = bits == 64 ? -1 : (1L << bits) - 1;
    long[] e = new long[n];
    for (int i = 0; i < n; i++) {
      e[i] = r.nextDouble() < density ? r.nextLong() & mask : 0;
    }
    return e;
  }

  private static int set(long[] e) {
    return (int) Arrays.stream(e).filter(v -> v != 0).count();
  }

  private static void roundTrip(BlockFormat f, long[] e) {
    byte[] coded = new byte[f.bytes() + 6];
    Arrays.fill(coded, (byte) 0x55);
    assertThat(f.encode(e, 0, coded, 3)).isTrue();
    assertThat(coded).startsWith(0x55, 0x55, 0x55).endsWith(0x55, 0x55, 0x55);
    long[] back = new long[f.block()];
    f.decode(coded, 3, back, 0);
    assertThat(back).isEqualTo(e);
  }

  @Property(tries = 300)
  void bitmapAndRunsGiveBackEveryBit(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 4) int width,
      @ForAll @IntRange(min = 1, max = 20) int eights,
      @ForAll @DoubleRange(min = 0, max = 1) double density) {
    Random r = new Random(seed);
    int bits = BITS[width];
    long[] e = sparse(r, eights * 8, bits, density * density);
    roundTrip(BlockFormat.bitmap(e.length, bits, set(e)), e);
    roundTrip(BlockFormat.rle(e.length, bits, BlockFormat.pairs(e, 0, e.length)), e);
  }

  @Property(tries = 300)
  void groupsGiveBackEveryBit(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 4) int width,
      @ForAll @IntRange(min = 1, max = 4) int logOf,
      @ForAll @IntRange(min = 1, max = 6) int sixteens) {
    Random r = new Random(seed);
    int bits = BITS[width];
    int of = 1 << logOf;
    int keep = 1 + r.nextInt(of);
    long[] e = sparse(r, sixteens * 16, bits, 1);
    for (int g = 0; g < e.length; g += of) {
      while (set(Arrays.copyOfRange(e, g, g + of)) > keep) {
        e[g + r.nextInt(of)] = 0;
      }
    }
    roundTrip(BlockFormat.nm(keep, of, e.length, bits), e);
  }

  @Property(tries = 200)
  void aBlockWithoutRoomIsRefused(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int eights) {
    Random r = new Random(seed);
    long[] e = sparse(r, eights * 8, 16, 0.5);
    int set = set(e);
    if (set > 0) {
      assertThat(BlockFormat.bitmap(e.length, 16, set - 1).encode(e, 0, new byte[1000], 0))
          .isFalse();
      int pairs = BlockFormat.pairs(e, 0, e.length);
      assertThat(
              pairs > 1 && BlockFormat.rle(e.length, 16, pairs - 1).encode(e, 0, new byte[1000], 0))
          .isFalse();
    }
  }

  @Test
  void twoOfFourTakesNineSixteenthsOfBfloat16() {
    BlockFormat f = BlockFormat.nm(2, 4, 64, 16);
    assertThat(f.bytes()).isEqualTo(72);
    assertThat(f.denseBytes()).isEqualTo(128);
  }

  @Test
  void bytesThatAreNoBlockAreRefused() {
    byte[] ones = new byte[64];
    Arrays.fill(ones, (byte) 0xff);
    BlockFormat map = BlockFormat.bitmap(64, 16, 3);
    assertThatThrownBy(() -> map.decode(ones, 0, new long[64], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("value");
    BlockFormat runs = BlockFormat.rle(8, 4, 3);
    assertThatThrownBy(() -> runs.decode(ones, 0, new long[8], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("runs");
  }
}
