package npusim.tools.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "7, 7",
    "1234.5, 1235",
    "12.34, 12.3",
    "1.217, 1.22",
    "0.351, 0.351",
    "0.0535, 0.0535",
    "0.001217, 0.00122",
    "0.000128, 1.28e-04",
    "-0.25, -0.250",
  })
  void threeDigitsMatter(double value, String text) {
    assertThat(Quantity.digits(value)).isEqualTo(text);
  }

  @Test
  void smallTimesAndEnergiesHaveSmallUnits() {
    assertThat(Quantity.ms(1.217e-6)).isEqualTo("0.00122 ms");
    assertThat(Quantity.ms(3.12e-7)).isEqualTo("0.312 µs");
    assertThat(Quantity.ms(0)).isEqualTo("0 ms");
    assertThat(Quantity.joules(0.0495)).isEqualTo("0.0495 J");
    assertThat(Quantity.joules(2.68e-6)).isEqualTo("2.68 µJ");
    assertThat(Quantity.joules(1.4e-9)).isEqualTo("1.40 nJ");
  }
}
