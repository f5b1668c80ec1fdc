package npusim.compiler.host;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;
import npusim.isa.Numeric;

/**
 * Elementwise kernels. Floating-point elements are computed in binary64 and rounded once to the
 * result's type, integers in 64-bit two's complement and wrapped around.
 */
public final class Elementwise {
  private Elementwise() {}

  /** Unary function of floats, integers going through {@code onLong}. */
  public static Tensor unary(Tensor x, DoubleUnaryOperator onDouble, LongUnaryOperator onLong) {
    Tensor out = Tensor.zeros(x.dtype(), x.dims());
    boolean isFloat = x.dtype().isFloat();
    for (long i = 0; i < x.size(); i++) {
      if (isFloat) {
        out.setDouble(i, onDouble.applyAsDouble(x.at(i)));
      } else {
        out.setLong(i, onLong.applyAsLong(x.longAt(i)));
      }
    }
    return out;
  }

  /** Binary function with broadcasting; the result has type {@code result}. */
  public static Tensor binary(
      Tensor a,
      Tensor b,
      DType result,
      long[] shape,
      DoubleBinaryOperator onDouble,
      LongBinaryOperator onLong) {
    Tensor out = Tensor.zeros(result, shape);
    boolean isFloat = a.dtype().isFloat();
    long[][] strides = {Strides.broadcast(a.dims(), shape), Strides.broadcast(b.dims(), shape)};
    Strides.walk(
        shape,
        new long[2],
        strides,
        (i, at) -> {
          if (isFloat) {
            out.setDouble(i, onDouble.applyAsDouble(a.at(at[0]), b.at(at[1])));
          } else {
            out.setLong(i, onLong.applyAsLong(a.longAt(at[0]), b.longAt(at[1])));
          }
        });
    return out;
  }

  /** {@code where} of a condition and two operands, with broadcasting. */
  public static Tensor where(Tensor cond, Tensor a, Tensor b, long[] shape) {
    Tensor out = Tensor.zeros(a.dtype(), shape);
    long[][] strides = {
      Strides.broadcast(cond.dims(), shape),
      Strides.broadcast(a.dims(), shape),
      Strides.broadcast(b.dims(), shape)
    };
    Strides.walk(
        shape,
        new long[3],
        strides,
        (i, at) -> out.setBits(i, cond.bits(at[0]) != 0 ? a.bits(at[1]) : b.bits(at[2])));
    return out;
  }

  /**
   * ONNX's Cast: floats to integers truncate, integers wrap around (to 4-bit ones too), anything
   * but zero is true.
   *
   * @param saturate whether 8-bit floats clamp what is out of range
   */
  public static Tensor cast(Tensor x, DType to, boolean saturate) {
    if (x.dtype() == to) {
      return x;
    }
    Tensor out = Tensor.zeros(to, x.dims());
    boolean fromFloat = x.dtype().isFloat();
    for (long i = 0; i < x.size(); i++) {
      if (to == DType.F8E4M3FN) {
        out.setBits(i, Numeric.floatToF8E4M3FN(narrow(x, i), saturate));
      } else if (to == DType.F8E5M2) {
        out.setBits(i, Numeric.floatToF8E5M2(narrow(x, i), saturate));
      } else if (fromFloat || to.isFloat()) {
        out.setDouble(i, x.at(i));
      } else {
        out.setLong(i, x.longAt(i));
      }
    }
    return out;
  }

  private static float narrow(Tensor x, long i) {
    return x.dtype() == DType.F32 ? x.floatAt(i) : Numeric.toFloatRoundToOdd(x.at(i));
  }

  /** Remainder with the divisor's sign, as Python's {@code %}. */
  public static long floorMod(long a, long b) {
    return b == 0 ? 0 : Math.floorMod(a, b);
  }

  /**
   * Remainder with the divisor's sign, as Python's {@code %}; an infinite divisor of the other sign
   * stays.
   */
  public static double floorMod(double a, double b) {
    double r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r == 0 ? Math.copySign(r, b) : r;
  }

  /** Integer division towards zero; by zero gives 0. */
  public static long divide(long a, long b) {
    return b == 0 ? 0 : a / b;
  }

  /**
   * Integer power by squaring, wrapping around; a negative exponent gives the truncated quotient.
   */
  public static long power(long base, long exponent) {
    if (exponent < 0) {
      return base == 1 ? 1 : base == -1 ? ((exponent & 1) == 0 ? 1 : -1) : 0;
    }
    long result = 1;
    long b = base;
    for (long e = exponent; e > 0; e >>= 1) {
      if ((e & 1) == 1) {
        result *= b;
      }
      b *= b;
    }
    return result;
  }

  /** Error function, to within 1e-15 relative: series near zero, continued fraction beyond. */
  public static double erf(double x) {
    double a = Math.abs(x);
    if (Double.isNaN(x) || a > 6) {
      return Double.isNaN(x) ? x : Math.signum(x);
    }
    if (a < 2.5) {
      double term = x;
      double sum = x;
      for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
        term *= -x * x / n;
        sum += term / (2 * n + 1);
      }
      return sum * 2 / Math.sqrt(Math.PI);
    }
    double f = 0;
    for (int k = 60; k > 0; k--) {
      f = k / 2.0 / (a + f);
    }
    return Math.signum(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + f));
  }
}
