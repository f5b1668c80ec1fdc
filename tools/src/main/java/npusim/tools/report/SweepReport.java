package npusim.tools.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import npusim.tools.run.Axis;
import npusim.tools.run.Sweep;

/** Outcomes of a sweep as text, CSV and JSON, with those that no other one beats in everything. */
public final class SweepReport {
  /** Version of the JSON. */
  static final String FORMAT = "npusim-sweep/1";

  /** Less is better in each of these. */
  static final List<Metric> OBJECTIVES =
      List.of(Metric.LATENCY_MS, Metric.ENERGY_J, Metric.AREA_PROXY_MM2);

  private static final List<Metric> COLUMNS =
      List.of(
          Metric.LATENCY_MS,
          Metric.ENERGY_J,
          Metric.AREA_PROXY_MM2,
          Metric.THROUGHPUT,
          Metric.MATRIX_UTILISATION,
          Metric.DRAM_UTILISATION);

  private final String title;
  private final List<Axis> axes;
  private final List<Sweep.Point> points;
  private final List<Map<Metric, Number>> metrics = new ArrayList<>();
  private final boolean[] best;

  /**
   * A report.
   *
   * @param title workload and chip
   */
  public SweepReport(String title, List<Axis> axes, List<Sweep.Point> points) {
    this.title = title;
    this.axes = List.copyOf(axes);
    this.points = List.copyOf(points);
    for (Sweep.Point p : points) {
      metrics.add(p.possible() ? Metrics.of(p.result()) : new EnumMap<>(Metric.class));
    }
    best = front(metrics);
  }

  /** For each point, whether no other is at least as good in all objectives and better in one. */
  static boolean[] front(List<Map<Metric, Number>> metrics) {
    var best = new boolean[metrics.size()];
    for (int i = 0; i < best.length; i++) {
      best[i] = !metrics.get(i).isEmpty();
      for (int k = 0; k < best.length && best[i]; k++) {
        best[i] = metrics.get(k).isEmpty() || !beats(metrics.get(k), metrics.get(i));
      }
    }
    return best;
  }

  private static boolean beats(Map<Metric, Number> a, Map<Metric, Number> b) {
    boolean better = false;
    for (Metric m : OBJECTIVES) {
      int order = Double.compare(a.get(m).doubleValue(), b.get(m).doubleValue());
      if (order > 0) {
        return false;
      }
      better |= order < 0;
    }
    return better;
  }

  /** A table with a star before every point that no other one beats. */
  public String text() {
    var rows = new ArrayList<List<String>>();
    var head = new ArrayList<String>(List.of(""));
    axes.forEach(a -> head.add(a.parameter()));
    head.addAll(List.of("latency", "energy", "area", "per second", "matrix", "DRAM"));
    rows.add(head);
    for (int i = 0; i < points.size(); i++) {
      var row = new ArrayList<String>(List.of(best[i] ? "*" : " "));
      row.addAll(points.get(i).values());
      Map<Metric, Number> m = metrics.get(i);
      if (m.isEmpty()) {
        row.add("not possible: " + points.get(i).problem());
      } else {
        row.add(Quantity.digits(value(m, Metric.LATENCY_MS)) + " ms");
        row.add(Quantity.digits(value(m, Metric.ENERGY_J) * 1e3) + " mJ");
        row.add(Quantity.digits(value(m, Metric.AREA_PROXY_MM2)) + " mm²");
        row.add(Quantity.digits(value(m, Metric.THROUGHPUT)));
        row.add(share(m, Metric.MATRIX_UTILISATION));
        row.add(share(m, Metric.DRAM_UTILISATION));
      }
      rows.add(row);
    }
    var out = new StringBuilder(title + "\n\n");
    int[] widths = widths(rows, head.size());
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int c = 0; c < row.size(); c++) {
        boolean note = row.size() < head.size() && c == row.size() - 1;
        String format = note ? "%s" : "%" + Math.max(1, widths[c]) + "s";
        line.append(c == 0 ? "" : "  ").append(String.format(Locale.ROOT, format, row.get(c)));
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
    return out.append(
            "\n* no other point is at least as good in latency, energy and area and better in one\n"
                + "  area: arrays and SRAM at 45 nm, to compare points; no die size\n")
        .toString();
  }

  private static int[] widths(List<List<String>> rows, int columns) {
    var w = new int[columns];
    for (List<String> row : rows) {
      for (int c = 0; c < row.size() && row.size() == columns; c++) {
        w[c] = Math.max(w[c], row.get(c).length());
      }
    }
    return w;
  }

  private static double value(Map<Metric, Number> m, Metric metric) {
    return m.get(metric).doubleValue();
  }

  private static String share(Map<Metric, Number> m, Metric metric) {
    return m.containsKey(metric) ? Quantity.percent(value(m, metric)) : "-";
  }

  /** A row per point. */
  public String csv() {
    var out = new StringBuilder();
    axes.forEach(a -> out.append(CsvReport.quote(a.parameter())).append(','));
    COLUMNS.forEach(m -> out.append(m.id()).append(','));
    out.append("pareto,problem\n");
    for (int i = 0; i < points.size(); i++) {
      points.get(i).values().forEach(v -> out.append(CsvReport.quote(v)).append(','));
      for (Metric m : COLUMNS) {
        Number v = metrics.get(i).get(m);
        out.append(v == null ? "" : v.toString()).append(',');
      }
      out.append(best[i]).append(',').append(CsvReport.quote(points.get(i).problem())).append('\n');
    }
    return out.toString();
  }

  /** All metrics of every point. */
  public String json() {
    return JsonText.render(
        g -> {
          g.writeStartObject();
          g.writeStringField("format", FORMAT);
          g.writeStringField("title", title);
          g.writeArrayFieldStart("points");
          for (int i = 0; i < points.size(); i++) {
            g.writeStartObject();
            g.writeObjectFieldStart("set");
            var set = new LinkedHashMap<String, String>();
            for (int a = 0; a < axes.size(); a++) {
              set.put(axes.get(a).parameter(), points.get(i).values().get(a));
            }
            for (var e : set.entrySet()) {
              g.writeStringField(e.getKey(), e.getValue());
            }
            g.writeEndObject();
            g.writeBooleanField("pareto", best[i]);
            if (points.get(i).possible()) {
              JsonReport.metrics(g, metrics.get(i));
            } else {
              g.writeStringField("problem", points.get(i).problem());
            }
            g.writeEndObject();
          }
          g.writeEndArray();
          g.writeEndObject();
        });
  }
}
