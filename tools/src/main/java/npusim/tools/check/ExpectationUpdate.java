package npusim.tools.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Rewrites the values of an expectation file and leaves everything else as it is. */
public final class ExpectationUpdate {
  private ExpectationUpdate() {}

  /** The file's text with the measured values and layers; bounds and deadlines stay. */
  public static String text(Outcome o) {
    Expectation e = o.expectation();
    List<String> lines = new ArrayList<>(e.text().lines().toList());
    var values = new ArrayList<Expectation.Value>();
    for (Expectation.Limit limit : e.limits()) {
      if (limit instanceof Expectation.Value v && o.measured().containsKey(v.metric())) {
        values.add(v);
      }
    }
    // From right to left, so that a value's column still holds when its turn comes.
    values.sort(Comparator.comparingInt((Expectation.Value v) -> v.at().column()).reversed());
    for (Expectation.Value v : values) {
      replace(lines, v, o.measured().get(v.metric()));
    }
    List<String> layers = layers(LayerCycles.snapshot(o.layers()));
    if (e.layersAt().isNone()) {
      lines.addAll(layers);
    } else {
      List<String> old = lines.subList(e.layersAt().line() - 1, e.layersEnd() - 1);
      // Comments and blank lines before the next key belong to that key.
      int kept = old.size();
      while (kept > 1 && isBlankOrComment(old.get(kept - 1))) {
        kept--;
      }
      old.subList(0, kept).clear();
      lines.addAll(e.layersAt().line() - 1, layers);
    }
    return String.join("\n", lines) + "\n";
  }

  private static boolean isBlankOrComment(String line) {
    return line.isBlank() || line.strip().startsWith("#");
  }

  private static void replace(List<String> lines, Expectation.Value v, Number measured) {
    String number = v.tolerance() == 0 ? Checker.number(measured) : Checker.rounded(measured);
    int at = v.at().column() - 1;
    String line = lines.get(v.at().line() - 1);
    String before = line.substring(0, Math.min(at, line.length()));
    String space = before.endsWith(":") ? " " : "";
    String after = line.substring(Math.min(at + v.width(), line.length()));
    if (v.width() == 0) {
      after = after.replaceFirst("^ +(?=[,}])", "");
    }
    lines.set(v.at().line() - 1, before + space + number + after);
  }

  private static List<String> layers(Map<String, Long> snapshot) {
    var out = new ArrayList<String>();
    out.add("layers:");
    snapshot.forEach((name, cycles) -> out.add("  " + quote(name) + ": " + cycles));
    return out;
  }

  private static String quote(String name) {
    boolean plain =
        name.matches("[A-Za-z_/][A-Za-z0-9_./*-]*")
            && !name.matches("(?i)null|true|false|yes|no|on|off|~");
    return plain
        ? name
        : name.chars()
            .mapToObj(c -> c == '"' || c == '\\' ? "\\" + (char) c : escape(c))
            .collect(Collectors.joining("", "\"", "\""));
  }

  private static String escape(int c) {
    return c < 0x20 ? String.format(java.util.Locale.ROOT, "\\x%02x", c) : Character.toString(c);
  }
}
