package npusim.tools.run;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import npusim.diag.NpusimException;

/**
 * A parameter and the values it takes in a sweep.
 *
 * @param parameter dotted path, such as {@code core.matrix.rows}
 * @param values values as {@code --set} takes them
 */
public record Axis(String parameter, List<String> values) {
  private static final int MOST_VALUES = 1000;

  private static final Pattern RANGE =
      Pattern.compile("(-?[0-9.]+)([A-Za-z]*)\\.\\.([0-9.]+)\\2(?:([+*])([0-9.]+)\\2?)?");

  /** Copies the list. */
  public Axis {
    values = List.copyOf(values);
  }

  /**
   * Reads {@code PARAMETER=VALUES}.
   *
   * @param text values are a list with commas ({@code 64,128,256}) or ranges: {@code 1..4} (steps
   *     of one), {@code 100..200+25} (steps of 25), {@code 4MiB..64MiB*2} (each twice the last)
   * @throws NpusimException (usage) when it is neither
   */
  public static Axis parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1 || equals == text.length() - 1) {
      throw wrong(text, "it has no parameter and values");
    }
    var values = new ArrayList<String>();
    for (String part : text.substring(equals + 1).split(",", -1)) {
      String item = part.strip();
      Matcher range = RANGE.matcher(item);
      if (range.matches()) {
        expand(text, range, values);
      } else if (item.isEmpty() || item.contains("..")) {
        throw wrong(text, "\"" + item + "\" is neither a value nor a range");
      } else {
        values.add(item);
      }
    }
    return new Axis(text.substring(0, equals).strip(), values);
  }

  private static void expand(String text, Matcher range, List<String> values) {
    BigDecimal from = number(text, range.group(1));
    BigDecimal to = number(text, range.group(3));
    boolean times = "*".equals(range.group(4));
    BigDecimal step = range.group(5) == null ? BigDecimal.ONE : number(text, range.group(5));
    boolean forward =
        times ? step.compareTo(BigDecimal.ONE) > 0 && from.signum() > 0 : step.signum() > 0;
    if (!forward || from.compareTo(to) > 0) {
      throw wrong(text, "the range " + range.group() + " does not go from less to more");
    }
    for (BigDecimal v = from; v.compareTo(to) <= 0; v = times ? v.multiply(step) : v.add(step)) {
      if (values.size() == MOST_VALUES) {
        throw wrong(text, "it has more than " + MOST_VALUES + " values");
      }
      values.add(v.stripTrailingZeros().toPlainString() + range.group(2));
    }
  }

  private static BigDecimal number(String text, String digits) {
    try {
      return new BigDecimal(digits);
    } catch (NumberFormatException e) {
      throw wrong(text, "\"" + digits + "\" is no number");
    }
  }

  private static NpusimException wrong(String text, String why) {
    return NpusimException.usage(
        "sweep-axis",
        "--vary " + text + ": " + why,
        "for example --vary core.matrix.rows=64,128 or --vary core.scratchpad.bytes=4MiB..64MiB*2");
  }
}
