package npusim.tools.validate;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import npusim.tools.report.JsonText;

/** Outcomes as text and as JSON. */
public final class ValidationReport {
  /** Version of the JSON layout. */
  public static final String FORMAT = "npusim-validation/1";

  private static final int MOST_WIDTH = 100;

  private ValidationReport() {}

  /**
   * A line per row, then a line per family.
   *
   * @param rows false leaves out rows that ran
   */
  public static String text(List<FamilyResult> families, boolean rows) {
    var out = new StringBuilder();
    for (FamilyResult f : families) {
      List<Outcome> shown = rows ? f.outcomes() : f.failed();
      if (!shown.isEmpty()) {
        out.append(f.family()).append('\n').append(rows(shown, rows)).append('\n');
      }
    }
    out.append(
        line("%-20s %6s %6s %8s %8s  %s", "family", "rows", "failed", "MAPE", "rank", "worst row"));
    for (FamilyResult f : families) {
      out.append(summary(f));
    }
    return out.toString();
  }

  /** The rows of a family, each table under its heading unless only failures are shown. */
  private static StringBuilder rows(List<Outcome> shown, boolean headings) {
    int chip = width(18, shown.stream().mapToInt(o -> o.row().job().machine().length()));
    int workload = width(40, shown.stream().mapToInt(o -> o.describe().length()));
    String start = "  %-" + chip + "s %-" + workload + "s %12s ";
    var out = new StringBuilder();
    Table last = null;
    for (Outcome o : shown) {
      if (headings && !o.table().equals(last)) {
        last = o.table();
        if (!last.sets().isEmpty()) {
          out.append("  with ").append(String.join(", ", last.sets())).append('\n');
        }
        out.append(
            line(
                start + "%12s %8s",
                "chip",
                "workload",
                last.measure().label(),
                "predicted",
                "error"));
      }
      String measured = number(o.row().measured());
      String what = o.describe();
      out.append(
          o.ran()
              ? line(
                  start + "%12s %8s",
                  o.row().job().machine(),
                  what,
                  measured,
                  number(o.predicted()),
                  percent(o.error(), true))
              : line(
                  start + "not run: %s",
                  o.row().job().machine(),
                  what,
                  measured,
                  o.failure().get()));
    }
    return out;
  }

  /** Width of a column: that of its longest cell within reason. */
  private static int width(int least, IntStream lengths) {
    return Math.clamp(lengths.max().orElse(0), least, MOST_WIDTH);
  }

  private static String summary(FamilyResult f) {
    return line(
        "%-20s %6d %6d %8s %8s  %s",
        f.family(),
        f.outcomes().size(),
        f.failed().size(),
        f.mape().isPresent() ? percent(f.mape().getAsDouble(), false) : "-",
        f.rankCorrelation().isPresent()
            ? String.format(Locale.ROOT, "%.4f", f.rankCorrelation().getAsDouble())
            : "-",
        f.worst()
            .map(w -> w.row().job().machine() + " " + w.describe() + " " + percent(w.error(), true))
            .orElse("-"));
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format, values).stripTrailing() + "\n";
  }

  static String percent(double share, boolean sign) {
    return String.format(Locale.ROOT, sign ? "%+.1f%%" : "%.1f%%", share * 100);
  }

  /** Four significant digits, whole numbers in full. */
  static String number(double v) {
    if (v == Math.rint(v) && Math.abs(v) < 1e12) {
      return String.format(Locale.ROOT, "%.0f", v);
    }
    int digits = Math.max(0, 3 - (int) Math.floor(Math.log10(Math.abs(v))));
    return String.format(Locale.ROOT, "%." + Math.min(9, digits) + "f", v);
  }

  /** Everything as JSON. */
  public static String json(List<FamilyResult> families) {
    return JsonText.render(
        g -> {
          g.writeStartObject();
          g.writeStringField("format", FORMAT);
          g.writeArrayFieldStart("families");
          for (FamilyResult f : families) {
            g.writeStartObject();
            g.writeStringField("family", f.family());
            g.writeNumberField("rows", f.outcomes().size());
            g.writeNumberField("failed", f.failed().size());
            if (f.mape().isPresent()) {
              g.writeNumberField("mape", f.mape().getAsDouble());
            }
            if (f.rankCorrelation().isPresent()) {
              g.writeNumberField("rank_correlation", f.rankCorrelation().getAsDouble());
            }
            g.writeArrayFieldStart("outcomes");
            for (Outcome o : f.outcomes()) {
              g.writeStartObject();
              g.writeStringField("table", o.table().name());
              g.writeStringField("chip", o.row().job().machine());
              g.writeStringField("workload", o.row().job().describe());
              if (!o.row().sets().isEmpty()) {
                g.writeArrayFieldStart("set");
                for (String s : o.row().sets()) {
                  g.writeString(s);
                }
                g.writeEndArray();
              }
              g.writeStringField("unit", o.table().measure().label());
              g.writeNumberField("measured", o.row().measured());
              if (o.ran()) {
                g.writeNumberField("predicted", o.predicted());
                g.writeNumberField("error", o.error());
              } else {
                g.writeStringField("failure", o.failure().get());
              }
              g.writeEndObject();
            }
            g.writeEndArray();
            g.writeEndObject();
          }
          g.writeEndArray();
          g.writeEndObject();
        });
  }
}
