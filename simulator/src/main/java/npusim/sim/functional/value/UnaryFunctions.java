package npusim.sim.functional.value;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import npusim.isa.UnFn;

/** The functions of {@code v.un} on rows, in binary64 and on 64-bit integers. */
public final class UnaryFunctions {
  /** Applies a function to a row; {@code out} may be {@code a}. */
  public interface Doubles {
    /** out[i] = fn(a[i]) for i &lt; n. */
    void apply(double[] a, double[] out, int n);
  }

  /** Applies a function to a row of integers; {@code out} may be {@code a}. */
  public interface Longs {
    /** out[i] = fn(a[i]) for i &lt; n. */
    void apply(long[] a, long[] out, int n);
  }

  private static final Map<UnFn, Doubles> DOUBLES = new EnumMap<>(UnFn.class);

  static {
    for (UnFn fn : UnFn.values()) {
      DOUBLES.put(fn, doublesOf(fn));
    }
  }

  private UnaryFunctions() {}

  /** The function on floats. */
  public static Doubles doubles(UnFn fn) {
    return DOUBLES.get(fn);
  }

  private static Doubles each(DoubleUnaryOperator f) {
    return (a, out, n) -> {
      for (int i = 0; i < n; i++) {
        out[i] = f.applyAsDouble(a[i]);
      }
    };
  }

  private static Doubles doublesOf(UnFn fn) {
    return switch (fn) {
      case NEG ->
          (a, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = -a[i];
            }
          };
      case ABS ->
          (a, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = Math.abs(a[i]);
            }
          };
      case RELU ->
          (a, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = Math.max(a[i], 0.0);
            }
          };
      case SQRT ->
          (a, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = Math.sqrt(a[i]);
            }
          };
      case RSQRT ->
          (a, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = 1 / Math.sqrt(a[i]);
            }
          };
      case RECIP ->
          (a, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = 1 / a[i];
            }
          };
      case EXP ->
          (a, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = Math.exp(a[i]);
            }
          };
      case SIGMOID ->
          (a, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = 1 / (1 + Math.exp(-a[i]));
            }
          };
      case SILU -> each(UnaryFunctions::silu);
      case ROUND -> each(Math::rint);
      case FLOOR -> each(Math::floor);
      case CEIL -> each(Math::ceil);
      case TRUNC -> each(x -> x < 0 ? Math.ceil(x) : Math.floor(x));
      case SIGN -> each(Math::signum);
      case LOG -> each(Math::log);
      case ERF -> each(Erf::erf);
      case TANH -> each(Math::tanh);
      case SIN -> each(Math::sin);
      case COS -> each(Math::cos);
      case TAN -> each(Math::tan);
      case ASIN -> each(Math::asin);
      case ACOS -> each(Math::acos);
      case ATAN -> each(Math::atan);
      case SINH -> each(Math::sinh);
      case COSH -> each(Math::cosh);
      case ASINH -> each(UnaryFunctions::asinh);
      case ACOSH -> each(UnaryFunctions::acosh);
      case ATANH -> each(x -> 0.5 * Math.log1p(2 * x / (1 - x)));
      case NOT -> each(x -> x == 0 ? 1 : 0);
      case ISNAN -> each(x -> Double.isNaN(x) ? 1 : 0);
      case ISINF -> each(x -> Double.isInfinite(x) ? 1 : 0);
      case ISINF_POS -> each(x -> x == Double.POSITIVE_INFINITY ? 1 : 0);
      case ISINF_NEG -> each(x -> x == Double.NEGATIVE_INFINITY ? 1 : 0);
      case GELU ->
          each(x -> x == Double.NEGATIVE_INFINITY ? -0.0 : 0.5 * x * Erf.erfc(-x * Math.sqrt(0.5)));
      case GELU_TANH -> each(UnaryFunctions::geluTanh);
      case SOFTPLUS -> each(x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
      case EXP2 -> each(x -> Math.pow(2, x));
      case LOG2 -> each(UnaryFunctions::log2);
      case LOG1P -> each(Math::log1p);
      case EXPM1 -> each(Math::expm1);
      case BITNOT ->
          (a, out, n) -> {
            throw new IllegalArgumentException("bitnot of a float");
          };
    };
  }

  private static double silu(double x) {
    return x == Double.NEGATIVE_INFINITY ? -0.0 : x / (1 + Math.exp(-x));
  }

  private static double geluTanh(double x) {
    if (x == Double.NEGATIVE_INFINITY) {
      return -0.0;
    }
    return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  private static double asinh(double x) {
    double y = Math.abs(x);
    // log1p keeps the digits of small arguments; beyond 2^28 the 1 under the root is below
    // rounding.
    double r =
        y > 0x1p28 ? Math.log(y) + Math.log(2) : Math.log1p(y + y * y / (1 + Math.sqrt(y * y + 1)));
    return Math.copySign(r, x);
  }

  private static double acosh(double x) {
    if (x > 0x1p28) {
      return Math.log(x) + Math.log(2);
    }
    double t = x - 1;
    return Math.log1p(t + Math.sqrt(2 * t + t * t));
  }

  private static double log2(double x) {
    int e = Math.getExponent(x);
    if (x > 0 && x == Math.scalb(1.0, e)) {
      return e;
    }
    return Math.log(x) / Math.log(2);
  }

  /**
   * The function on integers of a type, or null when it computes on their float value
   * (exponentials, roots and the like).
   *
   * @param unsigned whether the operand is an unsigned 64-bit integer
   */
  public static Longs longs(UnFn fn, boolean unsigned) {
    return switch (fn) {
      case NEG ->
          (a, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = -a[i];
            }
          };
      case ABS ->
          (a, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = unsigned ? a[i] : Math.abs(a[i]);
            }
          };
      case RELU ->
          (a, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = unsigned ? a[i] : Math.max(a[i], 0);
            }
          };
      case SIGN ->
          (a, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = unsigned ? Math.min(1, Math.abs(Long.signum(a[i]))) : Long.signum(a[i]);
            }
          };
      case NOT ->
          (a, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = a[i] == 0 ? 1 : 0;
            }
          };
      case BITNOT ->
          (a, out, n) -> {
            for (int i = 0; i < n; i++) {
              out[i] = ~a[i];
            }
          };
      case FLOOR, CEIL, ROUND, TRUNC -> (a, out, n) -> System.arraycopy(a, 0, out, 0, n);
      case ISNAN, ISINF, ISINF_POS, ISINF_NEG -> (a, out, n) -> java.util.Arrays.fill(out, 0, n, 0);
      default -> null;
    };
  }
}
