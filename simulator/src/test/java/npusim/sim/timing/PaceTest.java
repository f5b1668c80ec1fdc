package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final Offset<Double> NONE = Offset.offset(1e-12);

  private static Pace.Border border(int iteration, long time, long started) {
    return new Pace.Border(
        iteration,
        time,
        new long[] {started},
        new long[0],
        new long[0],
        new int[0],
        new int[0],
        new long[0],
        new int[0]);
  }

  @Test
  void whatNeverVariesIsKnown() {
    var pace = new Pace(border(0, 1000, 0));
    for (int i = 1; i <= 10; i++) {
      pace.add(border(4 * i, 1000 + 600L * i, 30L * i + i % 3));
    }
    Pace.Estimate e = pace.estimate(8);
    assertThat(e.by()).isEqualTo(Pace.Measure.ITERATIONS);
    assertThat(e.mean()).isCloseTo(150, NONE);
    assertThat(e.error()).isCloseTo(0, NONE);
    assertThat(e.apart()).isCloseTo(0, NONE);
    assertThat(pace.estimate(Pace.Measure.INSTRUCTIONS, 8).error()).isPositive();
  }

  @Test
  void aLoopsStartIsLeftOut() {
    var pace = new Pace(border(0, 0, 0));
    long time = 0;
    for (int i = 1; i <= 16; i++) {
      time += i <= 3 ? 900 : 600;
      pace.add(border(4 * i, time, 30L * i));
    }
    Pace.Estimate e = pace.estimate(8);
    assertThat(e.from()).isEqualTo(3);
    assertThat(e.mean()).isCloseTo(150, Offset.offset(1e-9));
  }

  @Test
  void blocksThatResembleTheirNeighboursTellLess() {
    var quick = new Pace(border(0, 0, 0));
    var slow = new Pace(border(0, 0, 0));
    long a = 0;
    long b = 0;
    for (int i = 1; i <= 16; i++) {
      a += 600 + (i % 2 == 0 ? 10 : -10);
      b += 600 + ((i - 1) / 4 % 2 == 0 ? 10 : -10);
      quick.add(border(i, a, i));
      slow.add(border(i, b, i));
    }
    double error = quick.estimate(Pace.Measure.ITERATIONS, 16).error();
    assertThat(error).isCloseTo(10 / 600.0 / Math.sqrt(15), Offset.offset(1e-9));
    assertThat(slow.estimate(Pace.Measure.ITERATIONS, 16).error()).isGreaterThan(1.9 * error);
  }

  @Test
  void twoBlocksBecomeOneWhenThereAreMany() {
    var pace = new Pace(border(0, 0, 0));
    for (int i = 1; i < 32; i++) {
      assertThat(pace.add(border(i, 100L * i, i))).isFalse();
    }
    assertThat(pace.add(border(32, 3200, 32))).isTrue();
    assertThat(pace.blocks()).isEqualTo(16);
    assertThat(pace.last().iteration()).isEqualTo(32);
    assertThat(pace.border(1).iteration()).isEqualTo(2);
    pace.shift(50);
    assertThat(pace.border(0).time()).isEqualTo(50);
    assertThat(pace.estimate(8).mean()).isCloseTo(100, NONE);
  }
}
