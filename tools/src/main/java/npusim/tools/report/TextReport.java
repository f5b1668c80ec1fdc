package npusim.tools.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import npusim.hardware.Dram;
import npusim.sim.energy.EnergyComponent;
import npusim.sim.energy.EnergyResult;
import npusim.sim.timing.Category;
import npusim.tools.run.ScenarioResult;
import npusim.tools.run.Sensitivity;
import npusim.tools.run.StageTotals;
import npusim.workloads.Lang;
import npusim.workloads.Scenario;

/** The one-screen report. */
public final class TextReport {
  private static final int TOP = 10;
  private static final int NAME_WIDTH = 30;

  private final ScenarioResult r;
  private final Map<Metric, Number> m;
  private final StringBuilder out = new StringBuilder();

  private TextReport(ScenarioResult r) {
    this.r = r;
    this.m = Metrics.of(r);
  }

  /** The report as lines of at most 80 columns or so. */
  public static String render(ScenarioResult r) {
    return new TextReport(r).render();
  }

  private String render() {
    head();
    out.append('\n');
    latency();
    out.append('\n');
    split();
    out.append('\n');
    layers();
    out.append('\n');
    memoryAndEnergy();
    numbers();
    whatIf();
    return out.toString();
  }

  private void line(String label, String format, Object... args) {
    out.append(String.format(Locale.ROOT, "%-11s ", label))
        .append(String.format(Locale.ROOT, format, args).stripTrailing())
        .append('\n');
  }

  private double value(Metric metric) {
    return m.get(metric).doubleValue();
  }

  private void head() {
    Scenario s = r.scenario();
    out.append(s.name())
        .append(" on ")
        .append(r.hw().name())
        .append(" · ")
        .append(r.dtype().shortName());
    if (!s.title().isEmpty()) {
      out.append(" · ").append(s.title());
    }
    out.append('\n');
    if (!r.hw().overrides().isEmpty()) {
      line("with", "%s", String.join(", ", r.hw().overrides()));
    }
    s.deadline()
        .ifPresent(
            d ->
                line(
                    "verdict",
                    "%s: %s s of %s s allowed · %s",
                    d.what(),
                    Quantity.digits(value(Metric.LATENCY_MS) / 1e3),
                    Quantity.digits(d.seconds()),
                    m.get(Metric.DEADLINE_MET).intValue() == 1 ? "kept" : "MISSED"));
    for (String words : ValidatedRange.of(r.hw(), s)) {
      line("validated", "%s", words);
    }
    line(
        "coverage",
        "%s of %s nodes on the NPU · %sMAC · %sB weights",
        Quantity.count(covered()),
        Quantity.count(m.get(Metric.GRAPH_NODES).longValue()),
        Quantity.si(value(Metric.GRAPH_MACS)),
        Quantity.si(value(Metric.WEIGHT_BYTES)));
    line(
        "",
        "%s mapped, %s fused, %s renamed, %s folded; run as %s operations",
        count(Metric.MAPPED_NODES),
        count(Metric.FUSED_NODES),
        count(Metric.ALIAS_NODES),
        count(Metric.FOLDED_NODES),
        count(Metric.OPERATIONS));
    long vector = m.get(Metric.VECTOR_MACS).longValue();
    if (vector > 0) {
      line(
          "",
          "%sMAC of these on the vector units%s",
          Quantity.si(vector),
          r.hw().matrixTypes().contains(r.dtype())
              ? ""
              : ": the arrays do not take " + r.dtype().shortName());
    }
    int system = r.hw().system().chips();
    if (system > 1) {
      line(
          "chips",
          "runs on %d of %d%s",
          r.chips(),
          system,
          r.chips() < system ? "; rates, power and TDP are without the others" : "");
    }
    simulated();
  }

  /** A node that can't run refuses the compilation: the parts make the whole. */
  private long covered() {
    return m.get(Metric.MAPPED_NODES).longValue()
        + m.get(Metric.FUSED_NODES).longValue()
        + m.get(Metric.ALIAS_NODES).longValue()
        + m.get(Metric.FOLDED_NODES).longValue();
  }

  private String count(Metric metric) {
    return Quantity.count(m.get(metric).longValue());
  }

  /** What is not simulated one by one, and so an estimate. */
  private void simulated() {
    long launches = m.get(Metric.LAUNCHES).longValue();
    long seen = m.get(Metric.SIMULATED_LAUNCHES).longValue();
    double share = value(Metric.SIMULATED_INSTRUCTIONS) / Math.max(1, value(Metric.INSTRUCTIONS));
    if (seen < launches) {
      line(
          "simulated",
          "%s of %s launches, the others interpolated · %s of all instructions%s",
          Quantity.count(seen),
          Quantity.count(launches),
          Quantity.percent(share),
          r.chipsAlike() > 1 ? ", " + oneForAll() : "");
    } else if (share < 1) {
      line(
          "simulated",
          "%s of all instructions, %s (--exact: all)",
          Quantity.percent(share),
          r.chipsAlike() > 1 ? oneForAll() : "the others repeat them");
    }
  }

  private String oneForAll() {
    return "one of " + r.chipsAlike() + " chips for all";
  }

  private void latency() {
    String total =
        Quantity.ms(value(Metric.LATENCY_MS) / 1e3)
            + " ("
            + Quantity.count(r.cycles())
            + " cycles)";
    if (m.containsKey(Metric.TTFT_MS)) {
      String tpot =
          m.containsKey(Metric.TPOT_MS)
              ? " · TPOT " + Quantity.digits(value(Metric.TPOT_MS)) + " ms"
              : "";
      line(
          "latency",
          "TTFT %s ms%s · total %s",
          Quantity.digits(value(Metric.TTFT_MS)),
          tpot,
          total);
    } else {
      line("latency", "%s", total);
    }
    if (r.stages().size() > 1) {
      for (StageTotals s : r.stages()) {
        line(
            "  " + s.stage().name(),
            "%s in %s launch%s · %s each",
            Quantity.ms(r.seconds(s.cycles())),
            Quantity.count(s.launches()),
            s.launches() == 1 ? "" : "es",
            Quantity.ms(r.seconds(s.cycles() / (double) s.launches())));
      }
    }
    String name = Metrics.resultName(r.scenario().kind());
    line("throughput", "%s %ss/s%s", Quantity.digits(value(Metric.THROUGHPUT)), name, sentence());
    StringBuilder bounds = new StringBuilder();
    for (StageTotals s : r.stages()) {
      StageTotals.Bound b = s.bound(r.hw());
      if (b.cycles() > 0) {
        bounds.append(bounds.isEmpty() ? "" : " · ");
        bounds.append(r.stages().size() > 1 ? s.stage().name() + " " : "");
        bounds.append(
            String.format(Locale.ROOT, "%.2f× %s roof", s.cycles() / b.cycles(), b.name()));
      }
    }
    if (!bounds.isEmpty()) {
      line("bounds", "%s", bounds);
    }
  }

  private String sentence() {
    if (r.scenario().sentence().isEmpty() || !m.containsKey(Metric.TPOT_MS)) {
      return "";
    }
    var s = r.scenario().sentence().get();
    double tpot = value(Metric.TPOT_MS) / 1e3;
    double own = tpot * (s.lang() == Lang.KO ? s.korean() : s.english());
    Lang other = s.lang() == Lang.KO ? Lang.EN : Lang.KO;
    double theirs = tpot * (s.lang() == Lang.KO ? s.english() : s.korean());
    return " · "
        + Quantity.digits(own)
        + " s per "
        + s.lang().title()
        + " sentence ("
        + other.title()
        + ": "
        + Quantity.digits(theirs)
        + " s)";
  }

  private void split() {
    List<StageTotals> stages = r.stages();
    boolean several = stages.size() > 1;
    StringBuilder head =
        new StringBuilder(String.format(Locale.ROOT, "%-30s", "where the time went"));
    if (several) {
      for (StageTotals s : stages) {
        head.append(String.format(Locale.ROOT, "%10s", s.stage().name()));
      }
    }
    head.append(String.format(Locale.ROOT, "%10s", "total"));
    out.append(head).append('\n');
    for (Category c : Category.values()) {
      long sum = stages.stream().mapToLong(s -> s.categoryCycles()[c.ordinal()]).sum();
      if (sum == 0) {
        continue;
      }
      out.append(String.format(Locale.ROOT, "  %-28s", c.label()));
      if (several) {
        for (StageTotals s : stages) {
          out.append(share(s.categoryCycles()[c.ordinal()], s.cycles()));
        }
      }
      out.append(share(sum, r.cycles())).append('\n');
    }
  }

  private static String share(long part, long whole) {
    return String.format(
        Locale.ROOT, "%10s", Quantity.percent(whole == 0 ? 0 : part / (double) whole));
  }

  private void layers() {
    out.append(
        String.format(
            Locale.ROOT,
            "%-" + NAME_WIDTH + "s %6s %10s  %-12s %6s %6s %6s%n",
            "slowest layers",
            "calls",
            "time",
            "bound by",
            "matrix",
            "DRAM",
            "OP/B"));
    boolean several = r.stages().size() > 1;
    boolean ahead = false;
    for (Layers.Row row : Layers.slowest(r, TOP)) {
      ahead |= row.isAhead();
      String stage = several ? row.stage() + " " : "";
      String name = stage + brief(row.name(), NAME_WIDTH - 2 - stage.length());
      out.append(
          String.format(
              Locale.ROOT,
              "  %-" + (NAME_WIDTH - 2) + "s %6d %10s  %-12s %6s %6s %6s%n",
              shorten(name, NAME_WIDTH - 2),
              row.calls(),
              Quantity.ms(r.seconds(row.totals().cycles())),
              row.totals().boundBy().brief(),
              Layers.share(row.matrixRatio()),
              Layers.share(row.dramRatio()),
              Double.isInfinite(row.intensity()) ? "-" : Quantity.digits(row.intensity())));
    }
    if (ahead) {
      out.append("  ").append(Layers.AHEAD).append('\n');
    }
  }

  /**
   * A path whose first parts are cut to a letter and their number until it fits: {@code
   * /r/stages.0/layer.1/Conv} tells more than its end.
   */
  static String brief(String path, int width) {
    String[] parts = path.split("/", -1);
    int length = path.length();
    for (int i = 0; i < parts.length - 1 && length > width; i++) {
      String number = parts[i].replaceFirst("^.*?([._]?[0-9*]*)$", "$1");
      String cut = parts[i].substring(0, Math.min(1, parts[i].length())) + number;
      if (cut.length() < parts[i].length()) {
        length -= parts[i].length() - cut.length();
        parts[i] = cut;
      }
    }
    return String.join("/", parts);
  }

  private static String shorten(String s, int width) {
    return s.length() <= width ? s : "…" + s.substring(s.length() - width + 1);
  }

  private void memoryAndEnergy() {
    // What is written to memory of the fixed model takes its answers no time.
    boolean readsOnly = r.hw().dram().model() == Dram.Model.FIXED;
    String peak =
        m.containsKey(Metric.DRAM_PEAK_GB_PER_S)
            ? (readsOnly
                    ? " GB/s · reads "
                        + Quantity.digits(
                            value(Metric.DRAM_UTILISATION) * value(Metric.DRAM_PEAK_GB_PER_S))
                    : "")
                + " of "
                + Quantity.digits(value(Metric.DRAM_PEAK_GB_PER_S))
                + " GB/s ("
                + Quantity.percent(value(Metric.DRAM_UTILISATION))
                + ")"
            : " GB/s";
    line(
        "memory",
        "read %sB · written %sB · %s%s",
        Quantity.si(value(Metric.DRAM_READ_BYTES)),
        Quantity.si(value(Metric.DRAM_WRITTEN_BYTES)),
        Quantity.digits(value(Metric.DRAM_GB_PER_S)),
        peak);
    if (m.containsKey(Metric.SHARED_READ_BYTES)) {
      line(
          "",
          "shared SRAM read %sB · written %sB",
          Quantity.si(value(Metric.SHARED_READ_BYTES)),
          Quantity.si(value(Metric.SHARED_WRITTEN_BYTES)));
    }
    if (m.containsKey(Metric.SCRATCHPAD_PEAK_BYTES)) {
      line(
          "",
          "scratchpad peak %sB of %sB%s",
          Quantity.binary(value(Metric.SCRATCHPAD_PEAK_BYTES)),
          Quantity.binary(value(Metric.SCRATCHPAD_BYTES)),
          m.containsKey(Metric.KV_CACHE_BYTES)
              ? " · KV cache " + Quantity.si(value(Metric.KV_CACHE_BYTES)) + "B"
              : "");
    }
    line(
        "energy",
        "%s (dynamic %s, static %s) · %s/%s",
        Quantity.joules(value(Metric.ENERGY_J)),
        Quantity.joules(value(Metric.DYNAMIC_ENERGY_J)),
        Quantity.joules(value(Metric.STATIC_ENERGY_J)),
        Quantity.joules(value(Metric.ENERGY_PER_RESULT_J)),
        Metrics.resultName(r.scenario().kind()));
    line(
        "",
        "average %s W · peak %s W · TDP %s W%s",
        Quantity.digits(value(Metric.AVERAGE_POWER_W)),
        Quantity.digits(value(Metric.PEAK_POWER_W)),
        Quantity.digits(value(Metric.TDP_W)),
        overTdp());
    EnergyResult e = Metrics.energy(r);
    line("  dynamic", "%s", parts(e.dynamicPj(), e.totalPj()));
    line("  static", "%s", parts(e.staticPj(), e.totalPj()));
  }

  private void numbers() {
    r.pruning()
        .ifPresent(
            p -> {
              line(
                  "pruning",
                  "%s, %s · weights %sB → %sB · DRAM read %sB → %sB",
                  p.pattern(),
                  p.note(),
                  Quantity.si(p.denseWeightBytes()),
                  Quantity.si(value(Metric.WEIGHT_BYTES)),
                  Quantity.si(p.denseDramReadBytes()),
                  Quantity.si(value(Metric.DRAM_READ_BYTES)));
              double onArrays = value(Metric.GRAPH_MACS) - value(Metric.VECTOR_MACS);
              double executed = value(Metric.EXECUTED_MACS);
              line(
                  "",
                  "%s with all weights · %.2f× faster%s",
                  Quantity.ms(r.seconds(p.denseCycles())),
                  value(Metric.PRUNING_SPEEDUP),
                  executed < onArrays
                      ? " · "
                          + Quantity.si(executed)
                          + "MAC of "
                          + Quantity.si(onArrays)
                          + "MAC executed"
                      : "");
            });
    r.accuracy()
        .ifPresent(
            a ->
                line(
                    "accuracy",
                    "%s against the model in its own types, on seeded inputs",
                    AccuracyText.line(a.cosine(), a.snrDb(), a.top1())));
  }

  private String overTdp() {
    double tdp = value(Metric.TDP_W);
    if (value(Metric.AVERAGE_POWER_W) > tdp) {
      return " EXCEEDED on average";
    }
    return value(Metric.PEAK_POWER_W) > tdp ? " exceeded for moments" : "";
  }

  private void whatIf() {
    boolean program = r.stages().getFirst().stage().model().graph().nodes().isEmpty();
    if (program) {
      // A program can't be compiled again for a changed chip.
      return;
    }
    out.append('\n');
    if (r.whatIf().isEmpty()) {
      out.append("what to change: --what-if simulates more bandwidth, scratchpad, arrays, clock\n");
      return;
    }
    out.append("what to change (re-simulated)\n");
    double seconds = r.seconds(r.cycles());
    double joules = value(Metric.ENERGY_J);
    for (Sensitivity s : r.whatIf()) {
      out.append(
          String.format(
              Locale.ROOT,
              "  %-24s %s%n",
              s.change(),
              s.possible()
                  ? String.format(
                      Locale.ROOT,
                      "total %+6.1f%%   energy %+6.1f%%",
                      100 * (s.seconds() / seconds - 1),
                      100 * (s.joules() / joules - 1))
                  : "not possible: " + s.problem()));
    }
  }

  private static String parts(double[] pj, double total) {
    StringBuilder s = new StringBuilder();
    for (EnergyComponent c : EnergyComponent.values()) {
      double v = pj[c.ordinal()];
      if (v > 0 && total > 0) {
        s.append(s.isEmpty() ? "" : " · ").append(c.label()).append(' ');
        s.append(Quantity.percent(v / total));
      }
    }
    return s.isEmpty() ? "none" : s.toString();
  }
}
