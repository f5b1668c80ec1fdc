package npusim.tools.report;

import java.util.Locale;

/**
 * {@link String#format} for what reports consist of: words and numbers, padded. The first use of
 * the general one takes longer than all the rest of a report.
 */
final class PlainFormat {
  private PlainFormat() {}

  /** As {@code String.format(Locale.ROOT, pattern, args)}. */
  static String of(String pattern, Object... args) {
    var out = new StringBuilder();
    int arg = 0;
    int i = 0;
    while (i < pattern.length()) {
      char c = pattern.charAt(i++);
      if (c != '%') {
        out.append(c);
        continue;
      }
      boolean left = at(pattern, i) == '-';
      i += left ? 1 : 0;
      int width = 0;
      for (; isDigit(at(pattern, i)) && (width > 0 || at(pattern, i) > '0'); i++) {
        width = 10 * width + pattern.charAt(i) - '0';
      }
      int decimals = -1;
      if (at(pattern, i) == '.' && isDigit(at(pattern, i + 1))) {
        decimals = pattern.charAt(i + 1) - '0';
        i += 2;
      }
      char conversion = at(pattern, i++);
      String word;
      if ((conversion == '%' || conversion == 'n') && width == 0 && !left && decimals < 0) {
        word = conversion == '%' ? "%" : System.lineSeparator();
      } else {
        word = arg < args.length ? word(conversion, decimals, args[arg++]) : null;
      }
      if (word == null) {
        return String.format(Locale.ROOT, pattern, args);
      }
      String gap = " ".repeat(Math.max(0, width - word.length()));
      out.append(left ? word : gap).append(left ? gap : word);
    }
    return out.toString();
  }

  /** One argument; null for what is left to the general way. */
  private static String word(char conversion, int decimals, Object arg) {
    return switch (conversion) {
      case 's' -> decimals < 0 ? String.valueOf(arg) : null;
      case 'd' -> decimals < 0 && (arg instanceof Integer || arg instanceof Long) ? "" + arg : null;
      case 'f' -> decimals >= 0 && arg instanceof Double d ? fixed(d, decimals) : null;
      default -> null;
    };
  }

  private static char at(String s, int i) {
    return i < s.length() ? s.charAt(i) : 0;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** As {@code %.nf}: the shortest decimal that is the number, rounded half up. */
  static String fixed(double v, int decimals) {
    String exact = Double.toString(v);
    int dot = exact.indexOf('.');
    // Below and beyond these it is written with an exponent.
    if (!exact.equals("0.0") && !(v >= 1e-3 && v < 1e7)) {
      return String.format(Locale.ROOT, "%." + decimals + "f", v);
    }
    String behind = exact.substring(dot + 1) + "0".repeat(decimals);
    long kept = Long.parseLong(exact.substring(0, dot) + behind.substring(0, decimals));
    boolean up = behind.length() > decimals && behind.charAt(decimals) >= '5';
    String digits = Long.toString(up ? kept + 1 : kept);
    if (decimals == 0) {
      return digits;
    }
    digits = "0".repeat(Math.max(0, decimals + 1 - digits.length())) + digits;
    int whole = digits.length() - decimals;
    return digits.substring(0, whole) + "." + digits.substring(whole);
  }

  /** As {@code %,d}. */
  static String grouped(long n) {
    var digits = new StringBuilder(Long.toString(n));
    for (int i = digits.length() - 3; i > (n < 0 ? 1 : 0); i -= 3) {
      digits.insert(i, ',');
    }
    return digits.toString();
  }
}
