package npusim.tools.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainFormatTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "word",
        "%s|%s|%s",
        "%5s%-7s|%2s|",
        "100%% of %s %s %s",
        "%-30s%10s%n%s",
        "%S %s %h",
        "%s %s %5.1e",
        "%05.1f %2$s",
        "%3$8.2f|%s"
      })
  void writesWordsAsTheGeneralOne(String pattern) {
    Object[] args = {2.5, "×word", 12345.678};
    assertThat(PlainFormat.of(pattern, args)).isEqualTo(String.format(Locale.ROOT, pattern, args));
  }

  @ParameterizedTest
  @ValueSource(strings = {"%d", "%6d|", "%-6d|", "%,d", "%+d", "%06d", "%s", "%x"})
  void writesWholeNumbersAsTheGeneralOne(String pattern) {
    for (Object n : new Object[] {0, -7, 123456, 99999999999L, Long.MIN_VALUE}) {
      assertThat(PlainFormat.of(pattern, n)).isEqualTo(String.format(Locale.ROOT, pattern, n));
    }
  }

  @Test
  void roundsAsTheGeneralOne() {
    var random = new Random(1);
    double[] edges = {
      0,
      -0.0,
      0.5,
      1.5,
      2.5,
      0.05,
      0.25,
      0.35,
      0.125,
      1e-3,
      9.995e-4,
      0.99995,
      9.95,
      999.5,
      9999999.5,
      1e7,
      1e9,
      1e22,
      -1.25,
      Double.NaN,
      Double.POSITIVE_INFINITY,
      Double.MIN_VALUE,
      100,
      4095.95
    };
    for (int i = 0; i < 3000; i++) {
      double any = Math.exp(random.nextDouble() * 40 - 15);
      double v = i < edges.length ? edges[i] : i % 2 == 0 ? any : Math.rint(any * 1000) / 1000;
      for (int decimals = 0; decimals <= 4; decimals++) {
        String pattern = "%9." + decimals + "f|";
        assertThat(PlainFormat.of(pattern, v)).isEqualTo(String.format(Locale.ROOT, pattern, v));
      }
    }
  }

  @Test
  void groupsAsTheGeneralOne() {
    for (long n = 1; n != 0; n *= -10) {
      assertThat(PlainFormat.grouped(n)).isEqualTo(String.format(Locale.ROOT, "%,d", n));
      assertThat(PlainFormat.grouped(n - 1)).isEqualTo(String.format(Locale.ROOT, "%,d", n - 1));
    }
  }
}
