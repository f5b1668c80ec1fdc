package npusim.tools.report;

import java.util.Locale;

/** Numbers for people: a few digits and a prefix; always with a dot, whatever the locale. */
public final class Quantity {
  private static final String[] PREFIXES = {"", "k", "M", "G", "T", "P"};

  private static final String[] BINARY = {"", "Ki", "Mi", "Gi", "Ti"};

  private Quantity() {}

  /** With a decimal prefix: {@code 4.1 G}. The unit follows without a space. */
  public static String si(double value) {
    double v = value;
    int p = 0;
    while (Math.abs(v) >= 1000 && p < PREFIXES.length - 1) {
      v /= 1000;
      p++;
    }
    return (p == 0 ? digits(v) : digits(v) + " " + PREFIXES[p]).strip() + (p == 0 ? " " : "");
  }

  /** With a binary prefix: {@code 4.1 Mi}. The unit follows without a space. */
  public static String binary(double value) {
    double v = value;
    int p = 0;
    while (Math.abs(v) >= 1024 && p < BINARY.length - 1) {
      v /= 1024;
      p++;
    }
    return digits(v) + " " + BINARY[p];
  }

  /** Three significant digits or more; with an exponent below a thousandth. */
  public static String digits(double v) {
    double a = Math.abs(v);
    if (a == 0) {
      return "0";
    }
    if (a >= 100 || a == Math.rint(a)) {
      return String.format(Locale.ROOT, "%.0f", v);
    }
    if (a < 0.001) {
      return String.format(Locale.ROOT, "%.2e", v);
    }
    int decimals = a >= 10 ? 1 : a >= 1 ? 2 : a >= 0.1 ? 3 : a >= 0.01 ? 4 : 5;
    return String.format(Locale.ROOT, "%." + decimals + "f", v);
  }

  /** Milliseconds with as many digits as matter; microseconds below a thousandth of one. */
  public static String ms(double seconds) {
    boolean micro = seconds != 0 && Math.abs(seconds) < 1e-6;
    return micro ? digits(seconds * 1e6) + " µs" : digits(seconds * 1e3) + " ms";
  }

  /** Joules with as many digits as matter, with a prefix below a thousandth. */
  public static String joules(double value) {
    double a = Math.abs(value);
    if (a == 0 || a >= 1e-3) {
      return digits(value) + " J";
    }
    return a >= 1e-6 ? digits(value * 1e6) + " µJ" : digits(value * 1e9) + " nJ";
  }

  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }

  public static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }
}
