package npusim.sim.functional.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.Test;

class ErfTest {
  private static final MathContext DIGITS = new MathContext(60);
  private static final BigDecimal TWO_OVER_SQRT_PI =
      BigDecimal.TWO.divide(
          new BigDecimal("3.14159265358979323846264338327950288419716939937510582097494")
              .sqrt(DIGITS),
          DIGITS);

  /** Σ (−1)ⁿ x^(2n+1) / (n! (2n+1)) in 60 digits. */
  private static double series(double x) {
    BigDecimal b = new BigDecimal(x);
    BigDecimal square = b.multiply(b, DIGITS);
    BigDecimal power = b;
    BigDecimal sum = b;
    for (int n = 1; n < 400; n++) {
      power = power.multiply(square, DIGITS).negate().divide(BigDecimal.valueOf(n), DIGITS);
      sum = sum.add(power.divide(BigDecimal.valueOf(2L * n + 1), DIGITS), DIGITS);
    }
    return sum.multiply(TWO_OVER_SQRT_PI, DIGITS).doubleValue();
  }

  @Test
  void agreesWithTheSeries() {
    for (double x = -6; x <= 6; x += 0.0625) {
      assertThat(Erf.erf(x)).as("erf(%s)", x).isCloseTo(series(x), within(4e-16));
      assertThat(Erf.erfc(x)).as("erfc(%s)", x).isCloseTo(1 - series(x), within(5e-16));
    }
  }

  @Test
  void specialValues() {
    assertThat(Erf.erf(Double.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(Erf.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
    assertThat(Erf.erf(Double.NaN)).isNaN();
    assertThat(Erf.erf(-0.0)).isEqualTo(-0.0);
    assertThat(Erf.erf(30)).isEqualTo(1);
    // The tail keeps its relative precision: erfc(10) = 2.088487583762545e-45.
    assertThat(Erf.erfc(10)).isCloseTo(2.088487583762545e-45, within(1e-59));
  }
}
