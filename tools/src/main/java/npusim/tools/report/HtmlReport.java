package npusim.tools.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import npusim.sim.energy.EnergyComponent;
import npusim.sim.energy.EnergyResult;
import npusim.sim.timing.Category;
import npusim.tools.Main;
import npusim.tools.run.ScenarioResult;
import npusim.tools.run.Sensitivity;
import npusim.tools.run.StageTotals;

/**
 * The report as one page that needs nothing else: no scripts, no fonts, no addresses. Its markup is
 * well-formed XML, it follows the reader's choice of dark or light, and it prints.
 */
public final class HtmlReport {
  private static final int SLOWEST = 40;

  private static final String STYLE =
      """
      :root { color-scheme: light dark; --ink: #1c2330; --dim: #667080; --page: #fff; --line: #d8dde4;
        --c0: #2f6fb2; --c1: #4ba3a3; --c2: #d9822b; --c3: #c0442f; --c4: #7a5fb0; --c5: #5d9c3f;
        --c6: #b84f8a; --c7: #8c8c8c; --c8: #b8a23a; --c9: #5b7083; }
      @media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --dim: #98a2b0; --page: #14181e;
        --line: #333b46; --c0: #5b9bdd; --c1: #67c2c2; --c2: #f0a04b; --c3: #e56a55; --c4: #a18bdb;
        --c5: #85c766; --c6: #dc7bb2; --c7: #a8a8a8; --c8: #d9c35c; --c9: #86a0b8; } }
      body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--page);
        max-width: 1000px; margin: 1.5em auto; padding: 0 1em; }
      h1 { font-size: 1.35em; margin-bottom: 0; } h2 { font-size: 1.1em; margin: 1.8em 0 .4em; }
      p { margin: .3em 0; } .dim { color: var(--dim); } .bad { color: var(--c3); font-weight: 600; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
      th, td { text-align: left; padding: .15em .6em .15em 0; border-bottom: 1px solid var(--line); }
      .n { text-align: right; } svg { width: 100%; height: auto; display: block; }
      svg text { font-size: 11px; fill: var(--dim); } .grid { stroke: var(--line); stroke-width: .5; }
      .roof, .curve { fill: none; stroke: var(--ink); stroke-width: 1.5; }
      .level { stroke: var(--dim); stroke-width: 1; stroke-dasharray: 4 3; } .p { fill-opacity: .6; }
      .c0 { fill: var(--c0); } .c1 { fill: var(--c1); } .c2 { fill: var(--c2); } .c3 { fill: var(--c3); }
      .c4 { fill: var(--c4); } .c5 { fill: var(--c5); } .c6 { fill: var(--c6); } .c7 { fill: var(--c7); }
      .c8 { fill: var(--c8); } .c9 { fill: var(--c9); } .key { display: inline-block; width: .8em;
        height: .8em; margin: 0 .3em 0 .9em; }
      @media print { body { max-width: none; margin: 0; } h2, svg, tr { break-inside: avoid; }
        h2 { break-after: avoid; } .key, svg * { print-color-adjust: exact; } }
      """;

  private final ScenarioResult r;
  private final Map<Metric, Number> m;
  private final HtmlCharts charts;
  private final List<Timeline> timelines;
  private final StringBuilder out = new StringBuilder();

  private HtmlReport(ScenarioResult r, List<Timeline> timelines) {
    this.r = r;
    this.m = Metrics.of(r);
    this.charts = new HtmlCharts(r);
    this.timelines = timelines;
  }

  /**
   * The page; equal results give equal bytes. Simulates a launch of every stage again to see what
   * happens when.
   *
   * @param params launch parameters of stages that don't sweep one
   */
  public static String render(ScenarioResult r, Map<String, Long> params) {
    return new HtmlReport(r, Timeline.of(r, params)).render();
  }

  private String render() {
    List<String> sets = r.hw().overrides();
    String title =
        r.scenario().name()
            + " on "
            + r.hw().name()
            + (sets.isEmpty() ? "" : " with " + String.join(", ", sets));
    out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
    out.append("<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>");
    out.append(Svg.escape(title)).append("</title>\n<style>\n").append(STYLE);
    out.append("</style>\n</head>\n<body>\n");
    head(title);
    heading("Where the time went");
    out.append(charts.split());
    legend();
    heading("Roofline");
    note("A point per layer, larger the more time it takes, in the colour of what bounds it.");
    out.append(charts.roofline());
    overTime();
    heading("Scratchpad");
    out.append(charts.scratchpad());
    layers();
    energy();
    whatIf();
    metrics();
    out.append("</body>\n</html>\n");
    return out.toString();
  }

  private void heading(String text) {
    out.append("<h2>").append(Svg.escape(text)).append("</h2>\n");
  }

  private void note(String text) {
    out.append("<p class=\"dim\">").append(Svg.escape(text)).append("</p>\n");
  }

  private void head(String title) {
    out.append("<h1>").append(Svg.escape(title)).append("</h1>\n");
    String scenario = r.scenario().title().isEmpty() ? "" : " · " + r.scenario().title();
    note(r.dtype().shortName() + scenario + " · npusim " + Main.VERSION);
    // The first lines of the text say what decides; the page begins with the same words.
    String text = TextReport.render(r);
    String[] parts = text.split("\n\n", 3);
    for (int i = 0; i < 2; i++) {
      String lines = i == 0 ? parts[0].substring(parts[0].indexOf('\n') + 1) : parts[1];
      out.append("<pre>").append(Svg.escape(lines)).append("</pre>\n");
    }
    if (m.containsKey(Metric.DEADLINE_MET) && m.get(Metric.DEADLINE_MET).intValue() == 0) {
      out.append("<p class=\"bad\">The deadline is missed.</p>\n");
    }
  }

  private void legend() {
    out.append("<p>");
    for (Category c : Category.values()) {
      if (r.stages().stream().anyMatch(s -> s.categoryCycles()[c.ordinal()] > 0)) {
        out.append("<span class=\"key\" style=\"background: var(--c").append(c.ordinal());
        out.append(")\"></span>").append(Svg.escape(c.label())).append('\n');
      }
    }
    out.append("</p>\n<table>\n<tr><th>category</th>");
    for (StageTotals s : r.stages()) {
      cell("th", "n", s.stage().name());
    }
    out.append("</tr>\n");
    for (Category c : Category.values()) {
      out.append("<tr>");
      cell("td", "", c.label());
      for (StageTotals s : r.stages()) {
        double share = s.categoryCycles()[c.ordinal()] / (double) Math.max(1, s.cycles());
        cell("td", "n", Quantity.percent(share));
      }
      out.append("</tr>\n");
    }
    out.append("</table>\n");
  }

  private void overTime() {
    for (int i = 0; i < timelines.size(); i++) {
      Timeline t = timelines.get(i);
      heading("Over time: " + t.stage());
      note(
          "One launch on core 0, a colour per layer, stronger the busier the unit. Of layers that"
              + " repeat only the first few are shown.");
      out.append(charts.timeline(t));
      note("Power with static power; network and activations are left out.");
      out.append(charts.power(t, r.stages().get(i)));
      note("DRAM traffic.");
      out.append(charts.traffic(t));
      r.hw()
          .sharedSram()
          .ifPresent(
              sram -> {
                note("Traffic of the shared SRAM.");
                out.append(charts.sharedTraffic(t, sram));
              });
    }
  }

  private void layers() {
    heading("Slowest layers");
    out.append("<table>\n<tr>");
    for (String h : List.of("stage", "layer", "operators", "bound by")) {
      cell("th", "", h);
    }
    for (String h : List.of("calls", "time", "share", "matrix", "DRAM", "OP/B")) {
      cell("th", "n", h);
    }
    out.append("</tr>\n");
    List<Layers.Row> rows = Layers.slowest(r, SLOWEST);
    for (Layers.Row row : rows) {
      var t = row.totals();
      out.append("<tr>");
      cell("td", "", row.stage());
      cell("td", "", row.name());
      cell("td", "dim", t.info().opType());
      cell("td", "", t.boundBy().label());
      cell("td", "n", Quantity.count(row.calls()));
      cell("td", "n", Quantity.ms(r.seconds(t.cycles())));
      cell("td", "n", Quantity.percent(t.cycles() / (double) Math.max(1, r.cycles())));
      cell("td", "n", Layers.share(row.matrixRatio()));
      cell("td", "n", Layers.share(row.dramRatio()));
      cell("td", "n", Double.isInfinite(row.intensity()) ? "–" : Quantity.digits(row.intensity()));
      out.append("</tr>\n");
    }
    out.append("</table>\n");
    if (rows.stream().anyMatch(Layers.Row::isAhead)) {
      note(Layers.AHEAD);
    }
  }

  private void energy() {
    heading("Energy");
    EnergyResult e = Metrics.energy(r);
    out.append("<table>\n<tr><th>component</th>");
    cell("th", "n", "dynamic");
    cell("th", "n", "static");
    cell("th", "n", "share");
    out.append("</tr>\n");
    for (EnergyComponent c : EnergyComponent.values()) {
      if (e.pj(c) > 0) {
        out.append("<tr>");
        cell("td", "", c.label());
        cell("td", "n", Quantity.digits(e.dynamicPj(c) * 1e-9) + " mJ");
        cell("td", "n", Quantity.digits(e.staticPj(c) * 1e-9) + " mJ");
        cell("td", "n", Quantity.percent(e.pj(c) / e.totalPj()));
        out.append("</tr>\n");
      }
    }
    out.append("</table>\n");
  }

  private void whatIf() {
    if (r.whatIf().isEmpty()) {
      return;
    }
    heading("What to change (re-simulated)");
    out.append("<table>\n<tr><th>change</th>");
    cell("th", "n", "total");
    cell("th", "n", "energy");
    out.append("</tr>\n");
    for (Sensitivity s : r.whatIf()) {
      out.append("<tr>");
      cell("td", "", s.change());
      if (s.possible()) {
        cell("td", "n", change(s.seconds() / r.seconds(r.cycles())));
        cell("td", "n", change(s.joules() / m.get(Metric.ENERGY_J).doubleValue()));
      } else {
        cell("td", "", "not possible: " + s.problem());
        cell("td", "", "");
      }
      out.append("</tr>\n");
    }
    out.append("</table>\n");
  }

  private static String change(double ratio) {
    return String.format(Locale.ROOT, "%+.1f%%", 100 * (ratio - 1));
  }

  /** Every figure as the JSON has it. */
  private void metrics() {
    heading("All figures");
    out.append("<table>\n<tr><th>metric</th><th class=\"n\">value</th><th>unit</th>");
    out.append("<th>meaning</th></tr>\n");
    m.forEach(
        (metric, value) -> {
          out.append("<tr>");
          cell("td", "", metric.id());
          out.append("<td class=\"n\" id=\"").append(metric.id()).append("\">");
          out.append(value).append("</td>");
          cell("td", "dim", metric.unit());
          cell("td", "dim", metric.meaning());
          out.append("</tr>\n");
        });
    out.append("</table>\n");
  }

  private void cell(String tag, String style, String text) {
    out.append('<').append(tag);
    if (!style.isEmpty()) {
      out.append(" class=\"").append(style).append('"');
    }
    out.append('>').append(Svg.escape(text)).append("</").append(tag).append('>');
  }
}
