package npusim.sim.functional.value;

import npusim.isa.RedFn;
import npusim.isa.ScanFn;

/** Steps of reductions and scans. */
public final class Folds {
  private Folds() {}

  /** What a float reduction begins with. */
  public static double neutral(RedFn fn) {
    return switch (fn) {
      // −0 + x = x for every x, also for −0.
      case SUM -> -0.0;
      case SUMSQ, SUMABS, ANY -> 0.0;
      case PROD -> 1.0;
      case MAX -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
      case ARGMAX, ARGMIN -> throw new IllegalArgumentException("no fold: " + fn);
    };
  }

  /** What an integer reduction begins with. */
  public static long neutralLong(RedFn fn, boolean unsigned) {
    return switch (fn) {
      case SUM, SUMSQ, SUMABS, ANY -> 0;
      case PROD -> 1;
      case MAX -> unsigned ? 0 : Long.MIN_VALUE;
      case MIN -> unsigned ? -1 : Long.MAX_VALUE;
      case ARGMAX, ARGMIN -> throw new IllegalArgumentException("no fold: " + fn);
    };
  }

  private static double step(RedFn fn, double acc, double x, boolean f64) {
    double r =
        switch (fn) {
          case SUM -> acc + x;
          case SUMSQ -> acc + (f64 ? x * x : (float) (x * x));
          case SUMABS -> acc + Math.abs(x);
          case PROD -> acc * x;
          case MAX -> Math.max(acc, x);
          case MIN -> Math.min(acc, x);
          case ANY -> acc != 0 || x != 0 ? 1 : 0;
          case ARGMAX, ARGMIN -> throw new IllegalArgumentException("no fold: " + fn);
        };
    return f64 ? r : (float) r;
  }

  /** Combines an integer with a running result. */
  public static long step(RedFn fn, long acc, long x, boolean unsigned) {
    return switch (fn) {
      case SUM -> acc + x;
      case SUMSQ -> acc + x * x;
      case SUMABS -> acc + (unsigned ? x : Math.abs(x));
      case PROD -> acc * x;
      case MAX -> unsigned ? (Long.compareUnsigned(x, acc) > 0 ? x : acc) : Math.max(acc, x);
      case MIN -> unsigned ? (Long.compareUnsigned(x, acc) < 0 ? x : acc) : Math.min(acc, x);
      case ANY -> acc != 0 || x != 0 ? 1 : 0;
      case ARGMAX, ARGMIN -> throw new IllegalArgumentException("no fold: " + fn);
    };
  }

  /** Folds a row into one running result, element after element. */
  public static double fold(RedFn fn, double start, double[] x, int n, boolean f64) {
    if (f64) {
      double acc = start;
      for (int i = 0; i < n; i++) {
        acc = step(fn, acc, x[i], true);
      }
      return acc;
    }
    float acc = (float) start;
    switch (fn) {
      case SUM -> {
        for (int i = 0; i < n; i++) {
          acc += (float) x[i];
        }
      }
      case SUMSQ -> {
        for (int i = 0; i < n; i++) {
          acc += (float) x[i] * (float) x[i];
        }
      }
      case MAX -> {
        for (int i = 0; i < n; i++) {
          acc = Math.max(acc, (float) x[i]);
        }
      }
      case MIN -> {
        for (int i = 0; i < n; i++) {
          acc = Math.min(acc, (float) x[i]);
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          acc = (float) step(fn, acc, x[i], false);
        }
      }
    }
    return acc;
  }

  /** Combines each element of a row with its own running result {@code acc[at + i · stride]}. */
  public static void combine(
      RedFn fn, double[] acc, int at, int stride, double[] x, int n, boolean f64) {
    if (stride == 1 && !f64) {
      switch (fn) {
        case SUM -> {
          for (int i = 0; i < n; i++) {
            acc[at + i] = (float) (acc[at + i] + x[i]);
          }
          return;
        }
        case MAX -> {
          for (int i = 0; i < n; i++) {
            acc[at + i] = Math.max(acc[at + i], x[i]);
          }
          return;
        }
        default -> {
          // The general loop below.
        }
      }
    }
    for (int i = 0; i < n; i++) {
      acc[at + i * stride] = step(fn, acc[at + i * stride], x[i], f64);
    }
  }

  /** Index of the extreme element; NaN counts as extreme; the first of equals, or the last. */
  public static int argument(double[] x, int n, boolean max, boolean last) {
    int best = 0;
    for (int i = 1; i < n; i++) {
      double b = x[best];
      double v = x[i];
      boolean better;
      if (Double.isNaN(b) || Double.isNaN(v)) {
        better = Double.isNaN(v) && (last || !Double.isNaN(b));
      } else {
        better = max ? v > b : v < b;
        better |= last && v == b;
      }
      best = better ? i : best;
    }
    return best;
  }

  /**
   * Index of the extreme element; the first of equals, or the last.
   *
   * @param flip XORed to every value before signed comparison: the sign bit to compare unsigned,
   *     else 0
   */
  public static int argument(long[] x, int n, boolean max, boolean last, long flip) {
    int best = 0;
    for (int i = 1; i < n; i++) {
      int c = Long.compare(x[i] ^ flip, x[best] ^ flip);
      if (max ? c > 0 : c < 0) {
        best = i;
      } else if (last && c == 0) {
        best = i;
      }
    }
    return best;
  }

  /** One step of a float scan. */
  public static double step(ScanFn fn, double acc, double x) {
    return switch (fn) {
      case SUM -> acc + x;
      case PROD -> acc * x;
      case MAX -> Math.max(acc, x);
      case MIN -> Math.min(acc, x);
    };
  }

  /** One step of an integer scan. */
  public static long step(ScanFn fn, long acc, long x, boolean unsigned) {
    return switch (fn) {
      case SUM -> acc + x;
      case PROD -> acc * x;
      case MAX -> step(RedFn.MAX, acc, x, unsigned);
      case MIN -> step(RedFn.MIN, acc, x, unsigned);
    };
  }

  /** What a float scan begins with: the first result of an exclusive one. */
  public static double neutral(ScanFn fn) {
    return switch (fn) {
      case SUM -> 0;
      case PROD -> 1;
      case MAX -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
    };
  }
}
