package npusim.sim.functional.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.Round;
import npusim.isa.UnFn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FunctionsTest {
  private static final double INF = Double.POSITIVE_INFINITY;

  private static double un(UnFn fn, double x) {
    double[] row = {x};
    UnaryFunctions.doubles(fn).apply(row, row, 1);
    return row[0];
  }

  private static double bin(BinFn fn, double a, double b) {
    double[] x = {a};
    BinaryFunctions.doubles(fn).apply(x, new double[] {b}, x, 1);
    return x[0];
  }

  private static long bin(BinFn fn, long a, long b, boolean unsigned, int bits) {
    long[] x = {a};
    BinaryFunctions.longs(fn, unsigned, bits).apply(x, new long[] {b}, x, 1);
    return x[0];
  }

  @ParameterizedTest
  @CsvSource({
    "NEG, 2, -2",
    "ABS, -3, 3",
    "SIGN, -7, -1",
    "SIGN, NaN, NaN",
    "EXP, 1, 2.718281828459045",
    "LOG, 2, 0.6931471805599453",
    "SQRT, 2, 1.4142135623730951",
    "RSQRT, 4, 0.5",
    "RECIP, 8, 0.125",
    "ERF, 0.5, 0.5204998778130465",
    "TANH, 0.5, 0.46211715726000975",
    "SIGMOID, 2, 0.8807970779778823",
    "SIN, 1, 0.8414709848078965",
    "COS, 1, 0.5403023058681398",
    "TAN, 1, 1.5574077246549023",
    "ASIN, 0.5, 0.5235987755982989",
    "ACOS, 0.5, 1.0471975511965979",
    "ATAN, 1, 0.7853981633974483",
    "SINH, 1, 1.1752011936438014",
    "COSH, 1, 1.543080634815244",
    "ASINH, 1, 0.881373587019543",
    "ASINH, -1e-9, -1e-9",
    "ASINH, 1e300, 691.4686750787736",
    "ACOSH, 2, 1.3169578969248166",
    "ACOSH, 1e300, 691.4686750787736",
    "ACOSH, 0.5, NaN",
    "ATANH, 0.5, 0.5493061443340549",
    "ATANH, 1, Infinity",
    "FLOOR, -1.5, -2",
    "CEIL, -1.5, -1",
    "ROUND, 2.5, 2",
    "ROUND, 3.5, 4",
    "ROUND, -0.5, -0.0",
    "TRUNC, -1.7, -1",
    "TRUNC, -0.3, -0.0",
    "NOT, 0, 1",
    "NOT, 3, 0",
    "ISNAN, NaN, 1",
    "ISNAN, 1, 0",
    "ISINF, -Infinity, 1",
    "ISINF_POS, -Infinity, 0",
    "ISINF_NEG, -Infinity, 1",
    "RELU, -4, 0",
    "RELU, 4, 4",
    "RELU, NaN, NaN",
    "GELU, 1, 0.8413447460685429",
    "GELU, -10, -7.6198530241605e-23",
    "GELU_TANH, 1, 0.8411919906082768",
    "SILU, 1, 0.7310585786300049",
    "SILU, -1000, -0.0",
    "SOFTPLUS, 0, 0.6931471805599453",
    "SOFTPLUS, 1000, 1000",
    "SOFTPLUS, -1000, 0",
    "EXP2, 10, 1024",
    "LOG2, 8, 3",
    "LOG2, 0.1, -3.321928094887362",
    "LOG1P, 1e-12, 9.999999999995e-13",
    "EXPM1, 1e-12, 1.0000000000005e-12"
  })
  void unaryFunctionsOnFloats(UnFn fn, double x, double expected) {
    double got = un(fn, x);
    if (Double.isNaN(expected) || Double.isInfinite(expected) || expected == 0) {
      assertThat((Double) got).isEqualTo((Double) expected);
    } else {
      assertThat(got).isCloseTo(expected, within(Math.abs(expected) * 1e-14));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ADD, 1, 2, 3",
    "SUB, 1, 2, -1",
    "MUL, 3, 4, 12",
    "DIV, 1, 0, Infinity",
    "MAX, NaN, 1, NaN",
    "MAX, -0.0, 0, 0",
    "MIN, 1, NaN, NaN",
    "POW, 2, 10, 1024",
    "POW, 2, 0.5, 1.4142135623730951",
    "POW, 1, NaN, 1",
    "POW, -8, 2, 64",
    "POW, -1, Infinity, 1",
    "POW, -2, 0.5, NaN",
    "MOD, -7, 3, 2",
    "MOD, 7, -3, -2",
    "MOD, 6, -3, -0.0",
    "FMOD, -7, 3, -1",
    "FMOD, 7, -3, 1",
    "AND, 2, 3, 1",
    "AND, 2, 0, 0",
    "OR, 0, 0, 0",
    "OR, 0, 5, 1",
    "XOR, 2, 3, 0",
    "XOR, 2, 0, 1",
    "EQ, NaN, NaN, 0",
    "EQ, 0, -0.0, 1",
    "NE, NaN, NaN, 1",
    "LT, 1, 2, 1",
    "LE, 2, 2, 1",
    "GT, 2, 1, 1",
    "GE, 1, 2, 0",
    "PRELU, -2, 0.25, -0.5",
    "PRELU, 2, 0.25, 2",
    "ATAN2, 1, -1, 2.356194490192345"
  })
  void binaryFunctionsOnFloats(BinFn fn, double a, double b, double expected) {
    assertThat((Double) bin(fn, a, b)).isEqualTo((Double) expected);
  }

  @ParameterizedTest
  @CsvSource({
    "ADD, 5, -7, -2",
    "SUB, 5, 7, -2",
    "MUL, -3, 4, -12",
    "DIV, -7, 2, -3",
    "DIV, 7, 0, 0",
    "MAX, -1, 1, 1",
    "MIN, -1, 1, -1",
    "POW, 3, 4, 81",
    "POW, 2, -1, 0",
    "POW, -1, -3, -1",
    "MOD, -7, 3, 2",
    "MOD, 7, -3, -2",
    "MOD, 7, 0, 0",
    "FMOD, -7, 3, -1",
    "AND, 2, 1, 1",
    "OR, 0, 0, 0",
    "XOR, 4, 4, 0",
    "BITAND, 12, 10, 8",
    "BITOR, 12, 10, 14",
    "BITXOR, 12, 10, 6",
    "SHL, 1, 4, 16",
    "SHL, 1, 32, 0",
    "SHR, -16, 2, -4",
    "SHR, -1, 40, -1",
    "EQ, 3, 3, 1",
    "NE, 3, 3, 0",
    "LT, -1, 0, 1",
    "LE, 0, 0, 1",
    "GT, -1, 0, 0",
    "GE, 0, 0, 1",
    "PRELU, -3, 2, -6",
    "PRELU, 3, 2, 3"
  })
  void binaryFunctionsOnIntegers(BinFn fn, long a, long b, long expected) {
    assertThat(bin(fn, a, b, false, 32)).isEqualTo(expected);
  }

  @Test
  void unsignedSixtyFourBitNumbersCompareAndDivideAsSuch() {
    assertThat(bin(BinFn.DIV, -1, 2, true, 64)).isEqualTo(Long.MAX_VALUE);
    assertThat(bin(BinFn.MOD, -1, 10, true, 64)).isEqualTo(5);
    assertThat(bin(BinFn.FMOD, -1, 10, true, 64)).isEqualTo(5);
    assertThat(bin(BinFn.MAX, -1, 1, true, 64)).isEqualTo(-1);
    assertThat(bin(BinFn.MIN, -1, 1, true, 64)).isEqualTo(1);
    assertThat(bin(BinFn.LT, 1, -1, true, 64)).isEqualTo(1);
    assertThat(bin(BinFn.LE, -1, 1, true, 64)).isZero();
    assertThat(bin(BinFn.GT, -1, 1, true, 64)).isEqualTo(1);
    assertThat(bin(BinFn.GE, 1, -1, true, 64)).isZero();
    assertThat(bin(BinFn.SHR, -1, 60, true, 64)).isEqualTo(15);
  }

  @Test
  void integerFunctionsOfOneOperand() {
    long[] x = {-5, 0, 9};
    long[] out = new long[3];
    UnaryFunctions.longs(UnFn.NEG, false).apply(x, out, 3);
    assertThat(out).containsExactly(5, 0, -9);
    UnaryFunctions.longs(UnFn.ABS, false).apply(x, out, 3);
    assertThat(out).containsExactly(5, 0, 9);
    UnaryFunctions.longs(UnFn.RELU, false).apply(x, out, 3);
    assertThat(out).containsExactly(0, 0, 9);
    UnaryFunctions.longs(UnFn.SIGN, false).apply(x, out, 3);
    assertThat(out).containsExactly(-1, 0, 1);
    UnaryFunctions.longs(UnFn.SIGN, true).apply(x, out, 3);
    assertThat(out).containsExactly(1, 0, 1);
    UnaryFunctions.longs(UnFn.NOT, false).apply(x, out, 3);
    assertThat(out).containsExactly(0, 1, 0);
    UnaryFunctions.longs(UnFn.BITNOT, false).apply(x, out, 3);
    assertThat(out).containsExactly(4, -1, -10);
    UnaryFunctions.longs(UnFn.FLOOR, false).apply(x, out, 3);
    assertThat(out).containsExactly(-5, 0, 9);
    UnaryFunctions.longs(UnFn.ISNAN, false).apply(x, out, 3);
    assertThat(out).containsExactly(0, 0, 0);
    assertThat(UnaryFunctions.longs(UnFn.EXP, false)).isNull();
  }

  @Test
  void bitFunctionsAreNotDefinedOnFloats() {
    assertThatThrownBy(() -> bin(BinFn.BITAND, 1.0, 2.0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> un(UnFn.BITNOT, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "TRUNC, 2, -2, 0, -1",
    "RNE, 2, -2, 0, -2",
    "FLOOR, 2, -3, 0, -2",
    "CEIL, 3, -2, 1, -1",
    "HALF_AWAY, 3, -3, 0, -2"
  })
  void roundingModes(Round round, double a, double b, double c, double d) {
    double[] x = {2.5, -2.5, 0.49999999999999994, -1.5};
    Conversion.round(round, x, 4);
    assertThat(x).containsExactly(a, b, c, d);
  }

  @Test
  void saturation() {
    long[] out = new long[5];
    Conversion.toIntegers(DType.I8, true, new double[] {300, -300, Double.NaN, INF, 5}, out, 5);
    assertThat(out).containsExactly(127, -128, 0, 127, 5);
    Conversion.toIntegers(DType.U64, true, new double[] {0x1p65, -1, 7, -INF, 0x1p63}, out, 5);
    assertThat(out).containsExactly(-1, 0, 7, 0, Long.MIN_VALUE);
    long[] wide = {-1, 200, -3, 0, 15};
    Conversion.saturate(DType.I8, true, wide, 5);
    assertThat(wide).containsExactly(127, 127, 127, 0, 15);
    long[] signed = {-1, 200, 3, 16, 15};
    Conversion.saturate(DType.U4, false, signed, 5);
    assertThat(signed).containsExactly(0, 15, 3, 15, 15);
    double[] f = {1e9, -INF, Double.NaN, 3};
    Conversion.clampToFloat(DType.F8E4M3FN, f, 4);
    assertThat(f).containsExactly(448, -448, Double.NaN, 3);
  }

  @Test
  void selectionOrdersNanFirstAndTiesByIndex() {
    double[] x = {1, Double.NaN, 3, -0.0, 3, 0, -INF};
    long[] keys = new long[x.length];
    Selection.keys(x, keys, x.length);
    assertThat(Selection.best(keys, x.length, 4, false)).containsExactly(1, 2, 4, 0);
    assertThat(Selection.best(keys, x.length, 7, true)).containsExactly(6, 3, 5, 0, 2, 4, 1);
    assertThat(Selection.best(keys, x.length, 1, true)).containsExactly(6);
  }
}
