package npusim.hardware;

import java.math.BigDecimal;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Numbers as descriptions write and print them. */
public final class Numbers {
  private static final String[] SUFFIXES = {
    "KiB", "MiB", "GiB", "TiB", "kB", "MB", "GB", "TB", "B"
  };
  private static final long[] FACTORS = {
    1L << 10,
    1L << 20,
    1L << 30,
    1L << 40,
    1_000L,
    1_000_000L,
    1_000_000_000L,
    1_000_000_000_000L,
    1
  };

  private Numbers() {}

  /** A finite decimal number, digits optionally grouped with underscores. */
  static OptionalDouble number(String text) {
    var plain = text.replace("_", "");
    if (plain.isEmpty() || "+-.0123456789".indexOf(plain.charAt(0)) < 0) {
      return OptionalDouble.empty();
    }
    char last = plain.charAt(plain.length() - 1);
    if (last != '.' && (last < '0' || last > '9')) {
      return OptionalDouble.empty();
    }
    try {
      double value = Double.parseDouble(plain);
      return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  /** A whole number; {@code 1e6} and {@code 64.0} count as whole. */
  static OptionalLong integer(String text) {
    var plain = text.replace("_", "");
    if (plain.isEmpty() || plain.length() > 40) {
      return OptionalLong.empty();
    }
    if (isDigits(plain) && plain.length() < 19) {
      return OptionalLong.of(Long.parseLong(plain));
    }
    if (number(plain).isEmpty() || Math.abs(number(plain).getAsDouble()) > 9e18) {
      return OptionalLong.empty();
    }
    var value = new BigDecimal(plain).stripTrailingZeros();
    return value.scale() <= 0 ? OptionalLong.of(value.longValueExact()) : OptionalLong.empty();
  }

  /** A size in bytes: a whole number, or a number with KiB, MiB, GiB, TiB, kB, MB, GB, TB or B. */
  public static OptionalLong size(String text) {
    for (int i = 0; i < SUFFIXES.length; i++) {
      if (text.endsWith(SUFFIXES[i])) {
        var value = number(text.substring(0, text.length() - SUFFIXES[i].length()).strip());
        double bytes = value.orElse(-0.5) * FACTORS[i];
        return bytes == Math.rint(bytes) && Math.abs(bytes) < 9e18
            ? OptionalLong.of((long) bytes)
            : OptionalLong.empty();
      }
    }
    return integer(text);
  }

  /** Shortest decimal text; whole numbers without fraction. */
  static String text(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return Long.toString((long) value);
    }
    var shortest = Double.toString(value);
    return Math.abs(value) >= 1e-4 && Math.abs(value) < 1e15 ? plain(shortest) : shortest;
  }

  /**
   * A number that is not whole, with its exponent worked into its digits. By hand, since every
   * start of npusim prints numbers and setting up decimal arithmetic takes longer than all of them.
   */
  private static String plain(String number) {
    int e = number.indexOf('E');
    if (e < 0) {
      return number;
    }
    int sign = number.charAt(0) == '-' ? 1 : 0;
    var fraction = number.substring(sign + 2, e);
    var digits = number.charAt(sign) + (fraction.equals("0") ? "" : fraction);
    int whole = 1 + Integer.parseInt(number.substring(e + 1));
    var text =
        whole > 0
            ? digits.substring(0, whole) + "." + digits.substring(whole)
            : "0." + "0".repeat(-whole) + digits;
    return number.substring(0, sign) + text;
  }

  /**
   * A size with the largest binary unit that leaves a whole number: {@code 32 MiB}, {@code 1464
   * KiB}.
   */
  static String sizeText(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    long value = bytes;
    while (unit < units.length - 1 && value != 0 && value % 1024 == 0) {
      value /= 1024;
      unit++;
    }
    return value + " " + units[unit];
  }

  private static boolean isDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }
}
