package npusim.sim.functional.value;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import npusim.isa.BinFn;

/**
 * The functions of {@code v.bin} and {@code v.bini} on rows, in binary64 and on 64-bit integers.
 */
public final class BinaryFunctions {
  /** Applies a function to two rows; {@code out} may be either. */
  public interface Doubles {
    /** out[i] = fn(a[i], b[i]) for i &lt; n. */
    void apply(double[] a, double[] b, double[] out, int n);
  }

  /** Applies a function to two rows of integers; {@code out} may be either. */
  public interface Longs {
    /** out[i] = fn(a[i], b[i]) for i &lt; n. */
    void apply(long[] a, long[] b, long[] out, int n);
  }

  private static final Map<BinFn, Doubles> DOUBLES = new EnumMap<>(BinFn.class);

  static {
    for (BinFn fn : BinFn.values()) {
      DOUBLES.put(fn, doublesOf(fn));
    }
  }

  private BinaryFunctions() {}

  /** The function on floats. */
  public static Doubles doubles(BinFn fn) {
    return DOUBLES.get(fn);
  }

  private static Doubles each(DoubleBinaryOperator f) {
    return (a, b, out, n) -> {
      for (int i = 0; i < n; i++) {
        out[i] = f.applyAsDouble(a[i], b[i]);
      }
    };
  }

  private static Doubles doublesOf(BinFn fn) {
    return switch (fn) {
      case ADD ->
          (a, b, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = a[i] + b[i];
            }
          };
      case SUB ->
          (a, b, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = a[i] - b[i];
            }
          };
      case MUL ->
          (a, b, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = a[i] * b[i];
            }
          };
      case DIV ->
          (a, b, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = a[i] / b[i];
            }
          };
      case MAX ->
          (a, b, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = Math.max(a[i], b[i]);
            }
          };
      case MIN ->
          (a, b, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = Math.min(a[i], b[i]);
            }
          };
      case POW -> each(BinaryFunctions::pow);
      case MOD -> each(BinaryFunctions::floorMod);
      case FMOD -> each((x, y) -> x % y);
      case AND -> each((x, y) -> x != 0 && y != 0 ? 1 : 0);
      case OR -> each((x, y) -> x != 0 || y != 0 ? 1 : 0);
      case XOR -> each((x, y) -> (x != 0) != (y != 0) ? 1 : 0);
      case EQ -> each((x, y) -> x == y ? 1 : 0);
      case NE -> each((x, y) -> x != y ? 1 : 0);
      case LT -> each((x, y) -> x < y ? 1 : 0);
      case LE -> each((x, y) -> x <= y ? 1 : 0);
      case GT -> each((x, y) -> x > y ? 1 : 0);
      case GE -> each((x, y) -> x >= y ? 1 : 0);
      case PRELU -> each((x, y) -> x >= 0 ? x : x * y);
      case ATAN2 -> each(Math::atan2);
      case BITAND, BITOR, BITXOR, SHL, SHR ->
          (a, b, out, n) -> {
            throw new IllegalArgumentException(fn + " of a float");
          };
    };
  }

  /**
   * C's pow: as {@link Math#pow} except that 1^y and (−1)^±∞ are 1, also with NaN exponent for base
   * 1.
   */
  private static double pow(double x, double y) {
    if (x == 1 || (x == -1 && Double.isInfinite(y))) {
      return 1;
    }
    if (y == 0.5 && x >= 0) {
      return Math.sqrt(x);
    }
    return y == 2 ? x * x : Math.pow(x, y);
  }

  /** a − floor(a/b)·b computed exactly through the remainder; a zero result has the sign of b. */
  private static double floorMod(double a, double b) {
    double r = a % b;
    if (r == 0) {
      return Math.copySign(0.0, b);
    }
    return (r < 0) != (b < 0) ? r + b : r;
  }

  /**
   * The function on integers; ATAN2 has none and gives null.
   *
   * @param unsigned true when an operand is an unsigned 64-bit integer: division, comparison and
   *     right shift then read all operands as unsigned
   * @param bits width of the first operand, beyond which shifts lose everything
   */
  public static Longs longs(BinFn fn, boolean unsigned, int bits) {
    return switch (fn) {
      case ADD ->
          (a, b, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = a[i] + b[i];
            }
          };
      case SUB ->
          (a, b, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = a[i] - b[i];
            }
          };
      case MUL ->
          (a, b, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = a[i] * b[i];
            }
          };
      case MAX ->
          unsigned
              ? eachLong((x, y) -> Long.compareUnsigned(x, y) >= 0 ? x : y)
              : (a, b, out, n) -> {
                for (int i = 0; i < n; i++) {
                  out[i] = Math.max(a[i], b[i]);
                }
              };
      case MIN ->
          unsigned
              ? eachLong((x, y) -> Long.compareUnsigned(x, y) <= 0 ? x : y)
              : (a, b, out, n) -> {
                for (int i = 0; i < n; i++) {
                  out[i] = Math.min(a[i], b[i]);
                }
              };
      case DIV ->
          unsigned
              ? eachLong((x, y) -> y == 0 ? 0 : Long.divideUnsigned(x, y))
              : eachLong((x, y) -> y == 0 ? 0 : x / y);
      case MOD ->
          unsigned
              ? eachLong((x, y) -> y == 0 ? 0 : Long.remainderUnsigned(x, y))
              : eachLong((x, y) -> y == 0 ? 0 : Math.floorMod(x, y));
      case FMOD ->
          unsigned
              ? eachLong((x, y) -> y == 0 ? 0 : Long.remainderUnsigned(x, y))
              : eachLong((x, y) -> y == 0 ? 0 : x % y);
      case POW -> eachLong(BinaryFunctions::intPow);
      case AND -> eachLong((x, y) -> x != 0 && y != 0 ? 1 : 0);
      case OR -> eachLong((x, y) -> x != 0 || y != 0 ? 1 : 0);
      case XOR -> eachLong((x, y) -> (x != 0) != (y != 0) ? 1 : 0);
      case BITAND -> eachLong((x, y) -> x & y);
      case BITOR -> eachLong((x, y) -> x | y);
      case BITXOR -> eachLong((x, y) -> x ^ y);
      case SHL -> eachLong((x, y) -> y >= 0 && y < bits ? x << y : 0);
      case SHR ->
          unsigned
              ? eachLong((x, y) -> y >= 0 && y < bits ? x >>> y : 0)
              : eachLong((x, y) -> x >> (y >= 0 && y < bits ? y : 63));
      case EQ -> eachLong((x, y) -> x == y ? 1 : 0);
      case NE -> eachLong((x, y) -> x != y ? 1 : 0);
      case LT ->
          unsigned
              ? eachLong((x, y) -> Long.compareUnsigned(x, y) < 0 ? 1 : 0)
              : eachLong((x, y) -> x < y ? 1 : 0);
      case LE ->
          unsigned
              ? eachLong((x, y) -> Long.compareUnsigned(x, y) <= 0 ? 1 : 0)
              : eachLong((x, y) -> x <= y ? 1 : 0);
      case GT ->
          unsigned
              ? eachLong((x, y) -> Long.compareUnsigned(x, y) > 0 ? 1 : 0)
              : eachLong((x, y) -> x > y ? 1 : 0);
      case GE ->
          unsigned
              ? eachLong((x, y) -> Long.compareUnsigned(x, y) >= 0 ? 1 : 0)
              : eachLong((x, y) -> x >= y ? 1 : 0);
      case PRELU -> eachLong((x, y) -> unsigned || x >= 0 ? x : x * y);
      case ATAN2 -> null;
    };
  }

  private static Longs eachLong(LongBinaryOperator f) {
    return (a, b, out, n) -> {
      for (int i = 0; i < n; i++) {
        out[i] = f.applyAsLong(a[i], b[i]);
      }
    };
  }

  /**
   * x^y by squaring, wrapping; a negative exponent gives the truncated reciprocal, and 0 for base
   * 0.
   */
  private static long intPow(long x, long y) {
    if (y < 0) {
      return x == 1 ? 1 : x == -1 ? ((y & 1) == 0 ? 1 : -1) : 0;
    }
    long r = 1;
    long base = x;
    for (long e = y; e != 0; e >>>= 1) {
      if ((e & 1) != 0) {
        r *= base;
      }
      base *= base;
    }
    return r;
  }
}
