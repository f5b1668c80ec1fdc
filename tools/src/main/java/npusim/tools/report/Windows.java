package npusim.tools.report;

import java.util.Arrays;

/** Sums over windows of equal width, which doubles when a run gets too long for them. */
final class Windows {
  private static final int FIRST_WIDTH_CYCLES = 64;

  private final double[] sums;
  private long width = FIRST_WIDTH_CYCLES;
  private int used;

  /**
   * Empty windows.
   *
   * @param most windows at most, an even number
   */
  Windows(int most) {
    sums = new double[most];
  }

  /** Spreads an amount evenly over an interval of cycles. */
  void add(long start, long end, double amount) {
    if (amount == 0) {
      return;
    }
    long last = Math.max(start, end - 1);
    while (last / width >= sums.length) {
      widen();
    }
    double length = Math.max(1, end - start);
    for (long w = start / width; w <= last / width; w++) {
      long from = Math.max(start, w * width);
      long to = Math.min(Math.max(end, start + 1), (w + 1) * width);
      sums[(int) w] += amount * (to - from) / length;
    }
    used = Math.max(used, (int) (last / width) + 1);
  }

  /** Windows with something in them or before such a one. */
  int used() {
    return used;
  }

  /** Cycles of a window. */
  long width() {
    return width;
  }

  /** Mean over window {@code i}, per cycle. */
  double perCycle(int i) {
    return i < used ? sums[i] / width : 0;
  }

  private void widen() {
    for (int i = 0; i < sums.length / 2; i++) {
      sums[i] = sums[2 * i] + sums[2 * i + 1];
    }
    Arrays.fill(sums, sums.length / 2, sums.length, 0);
    used = (used + 1) / 2;
    width *= 2;
  }
}
