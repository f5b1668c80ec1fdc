package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What iterations left out add, on results whose figures are all different. */
class ExtrapolationTest {
  private static final int CATEGORIES = Category.values().length;
  private static final int UNITS = TimingUnit.values().length;
  private static final LayerWatch.Period NONE = LayerWatch.Period.NONE;

  private static long[] row(int length, long first, long times) {
    var out = new long[length];
    for (int i = 0; i < length; i++) {
      out[i] = times * (first + i);
    }
    return out;
  }

  private static NodeTime node(int id, long counts, long times) {
    int n = 100 * (id + 2);
    return new NodeTime(
        id,
        counts * (n + 1),
        row(CATEGORIES, n + 2, times),
        row(UNITS, n + 20, times),
        counts * (n + 3),
        counts * (n + 4),
        counts * (n + 5),
        counts * (n + 6),
        counts * (n + 7),
        counts * (n + 8),
        counts * (n + 9),
        counts * (n + 10),
        counts * (n + 11),
        counts * (n + 12));
  }

  /** A result whose counts are {@code counts} times some numbers, and its times likewise. */
  private static TimingResult result(long counts, long times) {
    List<NodeTime> nodes = List.of(node(-1, counts, times), node(0, counts, times));
    long total = nodes.stream().mapToLong(NodeTime::cycles).sum();
    var categories = new long[CATEGORIES];
    for (NodeTime n : nodes) {
      for (int c = 0; c < CATEGORIES; c++) {
        categories[c] += n.categoryCycles()[c];
      }
    }
    long idle = total - times * (41 + 43 + 47 + 53);
    return new TimingResult(
        total,
        categories,
        List.of(
            new UnitTime(0, TimingUnit.MAT, times * 41, times * 43, times * 47, times * 53, idle)),
        nodes,
        List.of(
            new DramTime(
                0,
                counts * 59,
                counts * 61,
                times * 67,
                times * 71,
                times * 73,
                times * 79,
                row(2, 83, times))),
        new Counters(
            row(3, 89, counts),
            row(3, 97, counts),
            row(3, 101, counts),
            counts * 103,
            counts * 107,
            counts * 109,
            counts * 113,
            counts * 127,
            counts * 131,
            counts * 137,
            counts * 139,
            times * 149,
            counts * 151,
            counts * 157,
            counts * 163),
        0);
  }

  private static Extrapolation.Difference more(long counts) {
    return new Extrapolation.Difference(result(10, 10), result(10 + counts, 10));
  }

  private static LayerWatch.Period period(long times, int iterations, long cut) {
    return new LayerWatch.Period(result(20, 20), result(20, 20 + times), iterations, cut);
  }

  private static void same(TimingResult got, TimingResult want, long skipped) {
    assertThat(got)
        .usingRecursiveComparison()
        .ignoringFields("skippedInstructions")
        .isEqualTo(want);
    assertThat(got.skippedInstructions()).isEqualTo(skipped);
  }

  @Test
  void countsAreThoseOfAnIterationAndTimesThoseOfThePeriod() {
    // 7 iterations left out: 3 counts each, and 8 of time in 4 iterations.
    TimingResult r =
        new Extrapolation(result(1000, 1000), List.of(period(8, 4, 7)), List.of(more(3))).result();
    same(r, result(1000 + 7 * 3, 1000 + 7 * 8 / 4), 163 * 7 * 3);
  }

  @Test
  void loopsAddUpAndOneOfWhichNothingIsLeftOutAddsNothing() {
    TimingResult r =
        new Extrapolation(
                result(500, 500),
                List.of(period(6, 3, 5), NONE, period(4, 1, 2)),
                List.of(more(2), more(9), more(1)))
            .result();
    same(r, result(500 + 5 * 2 + 2, 500 + 5 * 2 + 2 * 4), 163 * (5 * 2 + 2));
  }

  @Test
  void oneIterationLeftOutCountsToo() {
    TimingResult r =
        new Extrapolation(result(100, 100), List.of(period(6, 2, 1)), List.of(more(5))).result();
    same(r, result(105, 103), 163 * 5);
  }

  /** A result of one node with so many cycles in its first categories, and of one unit. */
  private static TimingResult small(long[] cycles, long... unit) {
    var categories = new long[CATEGORIES];
    System.arraycopy(cycles, 0, categories, 0, cycles.length);
    long total = Arrays.stream(cycles).sum();
    var node = new NodeTime(0, 0, categories, new long[UNITS], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    long[] u = Arrays.copyOf(unit, 4);
    long idle = total - Arrays.stream(u).sum();
    return new TimingResult(
        total,
        categories,
        List.of(new UnitTime(0, TimingUnit.MAT, u[0], u[1], u[2], u[3], idle)),
        List.of(node),
        List.of(),
        result(0, 0).counters(),
        0);
  }

  private static long[] cycles(long... byCategory) {
    return byCategory;
  }

  private static TimingResult tenLeftOut(TimingResult base, TimingResult from, TimingResult to) {
    return new Extrapolation(
            base,
            List.of(new LayerWatch.Period(from, to, 1, 10)),
            List.of(new Extrapolation.Difference(base, base)))
        .result();
  }

  @Test
  void aCategoryNeverGetsNegative() {
    TimingResult r =
        tenLeftOut(small(cycles(50, 100, 5)), small(cycles(9, 40, 4)), small(cycles(9, 60, 3)));
    // 100 + 10 · 20 and 5 - 10 · 1: what is too little is taken from the largest.
    assertThat(r.nodes().getFirst().categoryCycles()).startsWith(50, 295, 0);
    assertThat(r.totalCycles()).isEqualTo(345);
    assertThat(r.categoryCycles()).startsWith(50, 295, 0);
  }

  @Test
  void aNodeThatIsNegativeAltogetherCountsAsNothing() {
    TimingResult r = tenLeftOut(small(cycles(10, 5)), small(cycles(40, 4)), small(cycles(30, 3)));
    assertThat(r.totalCycles()).isZero();
    assertThat(r.nodes().getFirst().cycles()).isZero();
  }

  /** The unit's parts in 100 + 10 · 10 cycles; each changes by so much in an iteration. */
  private static UnitTime unit(long[] base, long... change) {
    var to = new long[4];
    for (int i = 0; i < 4; i++) {
      to[i] = 50 + change[i];
    }
    return tenLeftOut(
            small(cycles(100), base), small(cycles(300), 50, 50, 50, 50), small(cycles(310), to))
        .units()
        .getFirst();
  }

  @Test
  void aUnitsPartsNeverExceedTheTotal() {
    long[] base = {20, 10, 30, 5};
    assertThat(unit(base, 3, 2, 1, 4))
        .isEqualTo(new UnitTime(0, TimingUnit.MAT, 50, 30, 40, 45, 35));
    assertThat(unit(base, 25, 1, 1, 1)).isEqualTo(new UnitTime(0, TimingUnit.MAT, 200, 0, 0, 0, 0));
    assertThat(unit(base, 3, 25, 1, 1))
        .isEqualTo(new UnitTime(0, TimingUnit.MAT, 50, 150, 0, 0, 0));
    assertThat(unit(base, 3, 2, 25, 1))
        .isEqualTo(new UnitTime(0, TimingUnit.MAT, 50, 30, 120, 0, 0));
    assertThat(unit(base, 3, 2, 1, 25))
        .isEqualTo(new UnitTime(0, TimingUnit.MAT, 50, 30, 40, 80, 0));
    assertThat(unit(base, -3, -2, -4, -1))
        .isEqualTo(new UnitTime(0, TimingUnit.MAT, 0, 0, 0, 0, 200));
  }
}
