package npusim.tools.check;

import java.util.List;
import java.util.Locale;

/** Outcomes for people. */
public final class CheckText {
  private static final int SLOWEST = 8;

  private CheckText() {}

  /** One line, and for a failure what moved below it. Ends with a newline. */
  public static String render(Outcome o) {
    String head = (o.passed() ? "ok    " : "FAIL  ") + o.expectation().file() + "  " + o.title();
    return o.passed() ? head + "\n" : head + "\n" + details(o);
  }

  /** The failures of an outcome and the layers that moved most. */
  static String details(Outcome o) {
    var out = new StringBuilder();
    o.failures().forEach(f -> out.append("  ").append(f).append('\n'));
    if (o.expectation().layers().isEmpty() && !o.layers().isEmpty()) {
      out.append("  slowest layers (none remembered to compare with; --update remembers them):\n");
      LayerCycles.snapshot(o.layers()).entrySet().stream()
          .limit(SLOWEST)
          .forEach(
              e ->
                  out.append(
                      String.format(
                          Locale.ROOT, "    %s: %,d cycles\n", e.getKey(), e.getValue())));
    } else if (!o.moves().isEmpty()) {
      out.append("  layers that moved most:\n");
      o.moves().forEach(m -> out.append("    ").append(m).append('\n'));
    } else if (!o.layers().isEmpty()) {
      out.append("  no layer's cycles moved\n");
    }
    return out.toString();
  }

  /** The last line. */
  public static String total(List<Outcome> outcomes) {
    long failed = outcomes.stream().filter(o -> !o.passed()).count();
    return outcomes.size() - failed + " passed, " + failed + " failed\n";
  }
}
