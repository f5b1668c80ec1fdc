package npusim.isa;

/**
 * Bit-true conversions between number formats, round to nearest even unless said otherwise. Rules
 * for out-of-range values follow the tables of ONNX's Cast operator.
 */
public final class Numeric {
  private Numeric() {}

  /** binary32 to bfloat16 bits, round to nearest even; NaN becomes a quiet NaN with its sign. */
  public static short floatToBf16(float x) {
    int b = Float.floatToRawIntBits(x);
    if ((b & 0x7fffffff) > 0x7f800000) {
      return (short) ((b >>> 16) | 0x40);
    }
    return (short) ((b + 0x7fff + ((b >>> 16) & 1)) >>> 16);
  }

  /** bfloat16 bits to binary32, exact. */
  public static float bf16ToFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** binary16 bits to binary32, exact. */
  public static float f16ToFloat(short bits) {
    return Float.float16ToFloat(bits);
  }

  /**
   * binary64 to binary32 rounded to odd: a last conversion to a type of at most 22 mantissa bits
   * then rounds as if it were done in one step.
   */
  public static float toFloatRoundToOdd(double x) {
    float f = (float) x;
    if (Double.isNaN(x) || Double.isInfinite(x) || (double) f == x) {
      return f;
    }
    int bits = Float.floatToRawIntBits(f);
    if (Math.abs((double) f) > Math.abs(x)) {
      bits--;
    }
    return Float.intBitsToFloat(bits | 1);
  }

  /** binary64 to bfloat16 bits in one rounding. */
  public static short doubleToBf16(double x) {
    return floatToBf16(toFloatRoundToOdd(x));
  }

  /** binary64 to binary16 bits in one rounding. */
  public static short doubleToF16(double x) {
    return Float.floatToFloat16(toFloatRoundToOdd(x));
  }

  /**
   * binary32 to float8 E4M3FN bits. With {@code saturate} values beyond the range and infinities
   * become ±448, without it NaN.
   */
  public static byte floatToF8E4M3FN(float x, boolean saturate) {
    int sign = (Float.floatToRawIntBits(x) >>> 24) & 0x80;
    if (Float.isNaN(x)) {
      return (byte) (sign | 0x7f);
    }
    if (Float.isInfinite(x)) {
      return (byte) (sign | (saturate ? 0x7e : 0x7f));
    }
    int r = roundMagnitude(Math.abs(x), 3, 7);
    if (r > 0x7e) {
      return (byte) (sign | (saturate ? 0x7e : 0x7f));
    }
    return (byte) (sign | r);
  }

  /**
   * binary32 to float8 E5M2 bits. With {@code saturate} values beyond the range and infinities
   * become ±57344, without it ±infinity.
   */
  public static byte floatToF8E5M2(float x, boolean saturate) {
    int sign = (Float.floatToRawIntBits(x) >>> 24) & 0x80;
    if (Float.isNaN(x)) {
      return (byte) (sign | 0x7f);
    }
    if (Float.isInfinite(x)) {
      return (byte) (sign | (saturate ? 0x7b : 0x7c));
    }
    int r = roundMagnitude(Math.abs(x), 2, 15);
    if (r > 0x7b) {
      return (byte) (sign | (saturate ? 0x7b : 0x7c));
    }
    return (byte) (sign | r);
  }

  /**
   * Rounds a finite magnitude to a small format with {@code mant} mantissa bits and exponent bias
   * {@code bias}, to nearest even, and gives its bits (exponent above mantissa). Overflow gives
   * bits beyond the format's largest.
   */
  private static int roundMagnitude(float x, int mant, int bias) {
    if (x == 0) {
      return 0;
    }
    int exp = Math.max(Math.getExponent(x), 1 - bias);
    // A unit in the last place at this exponent; both scalings are exact powers of two in binary64.
    double units = Math.scalb((double) x, mant - exp);
    long r = (long) Math.rint(units);
    return (int) Math.min(((long) (exp + bias - 1) << mant) + r, 0x7fff);
  }

  /** float8 E4M3FN bits to binary32, exact. */
  public static float f8E4M3FNToFloat(byte bits) {
    int e = (bits >> 3) & 15;
    int m = bits & 7;
    if (e == 15 && m == 7) {
      return Float.NaN;
    }
    float v = e == 0 ? Math.scalb((float) m, -9) : Math.scalb((float) (8 + m), e - 10);
    return bits < 0 ? -v : v;
  }

  /** float8 E5M2 bits to binary32, exact. */
  public static float f8E5M2ToFloat(byte bits) {
    // E5M2 is the upper half of binary16.
    return Float.float16ToFloat((short) (bits << 8));
  }

  /** Clamps a signed 64-bit value into the range of an integer type. */
  public static long saturate(DType type, long x) {
    if (type == DType.U64) {
      return Math.max(x, 0);
    }
    return Math.max(type.minLong(), Math.min(type.maxLong(), x));
  }

  /**
   * Clamps a floating-point value (already integral) into the range of an integer type; NaN becomes
   * 0.
   */
  public static long saturate(DType type, double x) {
    if (type == DType.U64) {
      return doubleToU64(x);
    }
    return saturate(type, (long) x);
  }

  /**
   * Keeps the low bits of a value, read as the integer type: two's complement wrap-around. BOOL
   * becomes x ≠ 0.
   */
  public static long wrap(DType type, long x) {
    return switch (type) {
      case I64, U64 -> x;
      case I32 -> (int) x;
      case U32 -> x & 0xffffffffL;
      case I16 -> (short) x;
      case U16 -> x & 0xffff;
      case I8 -> (byte) x;
      case U8 -> x & 0xff;
      case I4 -> (x << 60) >> 60;
      case U4 -> x & 15;
      case BOOL -> x != 0 ? 1 : 0;
      default -> throw new IllegalArgumentException("not an integer type: " + type);
    };
  }

  /** Unsigned 64-bit integer, given as a long, to the nearest binary64. */
  public static double u64ToDouble(long x) {
    if (x >= 0) {
      return x;
    }
    // Halving keeps the lost bit sticky so that the rounding is right.
    return 2.0 * ((x >>> 1) | (x & 1));
  }

  /** binary64 truncated to an unsigned 64-bit integer, clamped to its range; NaN becomes 0. */
  public static long doubleToU64(double x) {
    if (Double.isNaN(x) || x <= 0) {
      return 0;
    }
    if (x < 0x1p63) {
      return (long) x;
    }
    if (x >= 0x1p64) {
      return -1L;
    }
    return (long) (x - 0x1p63) ^ Long.MIN_VALUE;
  }
}
