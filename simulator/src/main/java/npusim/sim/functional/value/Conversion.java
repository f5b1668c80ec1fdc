package npusim.sim.functional.value;

import npusim.isa.DType;
import npusim.isa.Numeric;
import npusim.isa.Round;

/** Rounding and saturation of rows. */
public final class Conversion {
  private Conversion() {}

  /** Rounds to integral values. */
  public static void round(Round how, double[] x, int n) {
    switch (how) {
      case TRUNC -> {
        for (int i = 0; i < n; i++) {
          x[i] = x[i] < 0 ? Math.ceil(x[i]) : Math.floor(x[i]);
        }
      }
      case RNE -> {
        for (int i = 0; i < n; i++) {
          x[i] = Math.rint(x[i]);
        }
      }
      case FLOOR -> {
        for (int i = 0; i < n; i++) {
          x[i] = Math.floor(x[i]);
        }
      }
      case CEIL -> {
        for (int i = 0; i < n; i++) {
          x[i] = Math.ceil(x[i]);
        }
      }
      case HALF_AWAY -> {
        for (int i = 0; i < n; i++) {
          x[i] = Math.copySign(halfUp(Math.abs(x[i])), x[i]);
        }
      }
    }
  }

  private static double halfUp(double x) {
    double down = Math.floor(x);
    return x - down >= 0.5 ? down + 1 : down;
  }

  /**
   * Integral binary64 values as integers of a type: clamped to its range, or with the low bits
   * kept. NaN becomes 0; values beyond 64 bits are clamped to them first.
   */
  public static void toIntegers(DType type, boolean saturate, double[] x, long[] out, int n) {
    for (int i = 0; i < n; i++) {
      if (saturate) {
        out[i] = Numeric.saturate(type, x[i]);
      } else {
        out[i] = type == DType.U64 && x[i] >= 0 ? Numeric.doubleToU64(x[i]) : (long) x[i];
      }
    }
  }

  /**
   * Clamps integers to the range of an integer type or BOOL.
   *
   * @param unsigned whether the values are unsigned 64-bit integers
   */
  public static void saturate(DType type, boolean unsigned, long[] x, int n) {
    for (int i = 0; i < n; i++) {
      if (unsigned && x[i] < 0) {
        x[i] = type.maxLong();
      } else {
        x[i] = Numeric.saturate(type, x[i]);
      }
    }
  }

  /**
   * Clamps to the finite range of a float type; NaN stays, and infinities become the largest finite
   * values.
   */
  public static void clampToFloat(DType type, double[] x, int n) {
    double max =
        switch (type) {
          case F16 -> 65504.0;
          case BF16 -> 0x1.fep127;
          case F8E4M3FN -> 448.0;
          case F8E5M2 -> 57344.0;
          case F32 -> Float.MAX_VALUE;
          default -> Double.MAX_VALUE;
        };
    for (int i = 0; i < n; i++) {
      x[i] = Math.max(-max, Math.min(max, x[i]));
    }
  }
}
