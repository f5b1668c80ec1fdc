package npusim.tools.validate;

import java.util.List;
import java.util.Locale;
import npusim.tools.report.JsonText;

/** Outcomes as text and as JSON. */
public final class ValidationReport {
  /** Version of the JSON layout. */
  public static final String FORMAT = "npusim-validation/1";

  private ValidationReport() {}

  /**
   * A line per row, then a line per family.
   *
   * @param rows false leaves out rows that ran
   */
  public static String text(List<FamilyResult> families, boolean rows) {
    var out = new StringBuilder();
    for (FamilyResult f : families) {
      if (!rows && f.failed().isEmpty()) {
        continue;
      }
      out.append(f.family()).append('\n');
      Table last = null;
      for (Outcome o : f.outcomes()) {
        if (rows && !o.table().equals(last)) {
          last = o.table();
          out.append(
              line(
                  "  %-18s %-40s %12s %12s %8s",
                  "chip", "workload", last.measure().label(), "predicted", "error"));
        }
        if (rows || !o.ran()) {
          out.append(row(o));
        }
      }
      out.append('\n');
    }
    out.append(
        line("%-20s %6s %6s %8s %8s  %s", "family", "rows", "failed", "MAPE", "rank", "worst row"));
    for (FamilyResult f : families) {
      out.append(summary(f));
    }
    return out.toString();
  }

  private static String row(Outcome o) {
    String start =
        String.format(
            Locale.ROOT, "  %-18s %-40s ", o.row().job().machine(), o.row().job().describe());
    if (!o.ran()) {
      return start
          + String.format(
              Locale.ROOT, "%12s not run: %s%n", number(o.row().measured()), o.failure().get());
    }
    return start
        + line(
            "%12s %12s %8s",
            number(o.row().measured()), number(o.predicted()), percent(o.error(), true));
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
            .map(
                w ->
                    w.row().job().machine()
                        + " "
                        + w.row().job().describe()
                        + " "
                        + percent(w.error(), true))
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
