package npusim.asm;

import java.math.BigInteger;
import java.util.Locale;
import npusim.isa.Word;

/** Reads and writes the numbers of the assembly language. */
final class AsmNumbers {
  private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX_UNSIGNED =
      BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  private AsmNumbers() {}

  /** Value of a NUMBER token: hexadecimal up to 64 bits, decimal within signed 64 bits. */
  static long parse(String token) {
    boolean negative = token.startsWith("-");
    String digits = token.substring(negative ? 1 : 0).replace("_", "").toLowerCase(Locale.ROOT);
    boolean hex = digits.startsWith("0x");
    BigInteger value = hex ? new BigInteger(digits.substring(2), 16) : new BigInteger(digits);
    value = negative ? value.negate() : value;
    BigInteger max = hex ? MAX_UNSIGNED : BigInteger.valueOf(Long.MAX_VALUE);
    if (value.compareTo(MIN) < 0 || value.compareTo(max) > 0) {
      throw new NumberFormatException(token + " needs more than 64 bits");
    }
    return value.longValue();
  }

  static double parseReal(String token) {
    return switch (token) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(token);
    };
  }

  /** Register number of a name such as {@code r12}, -1 when it is none. */
  static int register(String name) {
    return numbered(name, 'r', 0, Word.REGISTERS - 1);
  }

  /** Semaphore number of a name such as {@code s7}, -1 when it is none. */
  static int semaphore(String name) {
    return numbered(name, 's', 1, Word.MAX_SEMAPHORE);
  }

  private static int numbered(String name, char letter, int min, int max) {
    if (!name.matches(letter + "(0|[1-9][0-9]?)")) {
      return -1;
    }
    int number = Integer.parseInt(name.substring(1));
    return number >= min && number <= max ? number : -1;
  }

  /**
   * A real constant: shortest decimal form that reads back to the same bits, else {@code
   * bits(0x…)}.
   */
  static String real(long bits) {
    double value = Double.longBitsToDouble(bits);
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    return Double.isNaN(value) ? "bits(" + hex(bits) + ")" : Double.toString(value);
  }

  static String hex(long value) {
    return value < 0 && value != Long.MIN_VALUE
        ? "-0x" + Long.toHexString(-value)
        : "0x" + Long.toHexString(value);
  }
}
