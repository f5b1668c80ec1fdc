package npusim.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts of numbers. */
class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0.0001, 0.0001",
    "0.00012345, 0.00012345",
    "-0.0005, -0.0005",
    "0.25, 0.25",
    "-1.5, -1.5",
    "12345678.5, 12345678.5",
    "-123456789012.25, -123456789012.25",
    "3, 3",
    "1e14, 100000000000000",
    "1e15, 1.0E15",
    "0.00001, 1.0E-5"
  })
  void areShort(double value, String text) {
    assertThat(Numbers.text(value)).isEqualTo(text);
  }

  @Property(tries = 500)
  void sayTheSameAsDecimalArithmetic(@ForAll long bits) {
    double value = 1 + (double) bits / Long.MAX_VALUE / 1.001;
    for (double v = value * 2e14; v >= 1e-4; v /= 9) {
      if (v != Math.rint(v)) {
        assertThat(Numbers.text(v))
            .isEqualTo(new BigDecimal(Double.toString(v)).stripTrailingZeros().toPlainString());
      }
    }
  }
}
