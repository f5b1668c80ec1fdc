package npusim.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Footprints against sets of bits. */
class FootprintPropertyTest {
  private static final int ELEMENT_BITS = 4;
  private static final int ORIGIN = 4000;

  private record Sample(Footprint footprint, BitSet bits) {}

  private static Sample sample(Random random) {
    int dims = 1 + random.nextInt(4);
    var strides = new long[dims];
    var extents = new long[dims];
    for (int i = 0; i < dims; i++) {
      strides[i] = random.nextInt(40) - 8;
      extents[i] = 1 + random.nextInt(4);
    }
    long base = ORIGIN + random.nextInt(60);
    var bits = new BitSet();
    int all = 1;
    for (long n : extents) {
      all *= (int) n;
    }
    for (int index = 0; index < all; index++) {
      int rest = index;
      long at = base;
      for (int i = 0; i < dims; i++) {
        at += rest % extents[i] * strides[i] * ELEMENT_BITS;
        rest /= (int) extents[i];
      }
      bits.set((int) at, (int) at + ELEMENT_BITS);
    }
    return new Sample(Footprint.of(base, ELEMENT_BITS, strides, extents).orElseThrow(), bits);
  }

  @Property(tries = 3000)
  void runsAreTheBits(@ForAll long seed) {
    Sample s = sample(new Random(seed));
    var bits = new BitSet();
    s.footprint()
        .anyRun(
            (from, to) -> {
              bits.set((int) from, (int) to);
              return false;
            });
    assertThat(bits).isEqualTo(s.bits());
    assertThat(s.footprint().from()).isEqualTo(s.bits().nextSetBit(0));
    assertThat(s.footprint().to()).isEqualTo(s.bits().length());
  }

  @Property(tries = 5000)
  void overlapIsExact(@ForAll long seed) {
    var random = new Random(seed);
    Sample a = sample(random);
    Sample b = sample(random);
    assertThat(a.footprint().overlaps(b.footprint())).isEqualTo(a.bits().intersects(b.bits()));
    assertThat(b.footprint().overlaps(a.footprint())).isEqualTo(a.bits().intersects(b.bits()));
  }

  @Property(tries = 3000)
  void touchesIsExact(@ForAll long seed) {
    var random = new Random(seed);
    Sample a = sample(random);
    int from = ORIGIN - 200 + random.nextInt(800);
    int to = from + 1 + random.nextInt(60);
    assertThat(a.footprint().touches(from, to)).isEqualTo(!a.bits().get(from, to).isEmpty());
  }

  @Property(tries = 3000)
  void coversIsNeverWrong(@ForAll long seed) {
    var random = new Random(seed);
    Sample a = sample(random);
    Sample b = random.nextInt(4) == 0 ? a : sample(random);
    if (a.footprint().covers(b.footprint())) {
      var rest = (BitSet) b.bits().clone();
      rest.andNot(a.bits());
      assertThat(rest.isEmpty()).isTrue();
    }
    Footprint hull = Footprint.dense(a.footprint().from(), a.footprint().to());
    assertThat(hull.covers(a.footprint())).isTrue();
  }
}
