package npusim.tools.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import npusim.sim.energy.EnergyComponent;
import npusim.sim.energy.EnergyResult;
import npusim.sim.timing.Category;
import npusim.tools.Main;
import npusim.tools.run.ScenarioResult;
import npusim.tools.run.Sensitivity;
import npusim.tools.run.StageTotals;

/** The report as JSON; its schema is {@code report.schema.json} beside this class's resources. */
public final class JsonReport {
  /** Version of the layout: the major number changes when a reader of the old one would break. */
  public static final String FORMAT = "npusim-report/2";

  private final ScenarioResult r;
  private final JsonGenerator g;

  private JsonReport(ScenarioResult r, JsonGenerator g) {
    this.r = r;
    this.g = g;
  }

  /** The JSON text; equal results give equal bytes. */
  public static String render(ScenarioResult r) {
    return JsonText.render(g -> new JsonReport(r, g).write());
  }

  private void write() throws IOException {
    g.writeStartObject();
    g.writeStringField("format", FORMAT);
    g.writeStringField("version", Main.VERSION);
    g.writeStringField("workload", r.scenario().name());
    g.writeStringField("scenario", r.scenario().title());
    g.writeStringField("hardware", r.hw().name());
    g.writeStringField("hardware_fingerprint", r.hw().fingerprint());
    g.writeArrayFieldStart("hardware_set");
    for (String set : r.hw().overrides()) {
      g.writeString(set);
    }
    g.writeEndArray();
    g.writeStringField("dtype", r.dtype().shortName());
    g.writeNumberField("clock_mhz", r.hw().chip().clockMhz());
    g.writeArrayFieldStart("validated");
    for (String words : ValidatedRange.of(r.hw(), r.scenario())) {
      g.writeString(words);
    }
    g.writeEndArray();
    metrics(g, Metrics.of(r));
    g.writeArrayFieldStart("stages");
    for (StageTotals s : r.stages()) {
      stage(s);
    }
    g.writeEndArray();
    energy(Metrics.energy(r));
    g.writeArrayFieldStart("layers");
    for (Layers.Row row : Layers.of(r)) {
      layer(row);
    }
    g.writeEndArray();
    g.writeArrayFieldStart("what_if");
    for (Sensitivity s : r.whatIf()) {
      sensitivity(s);
    }
    g.writeEndArray();
    g.writeEndObject();
  }

  private void sensitivity(Sensitivity s) throws IOException {
    g.writeStartObject();
    g.writeStringField("change", s.change());
    g.writeArrayFieldStart("set");
    for (String text : s.sets()) {
      g.writeString(text);
    }
    g.writeEndArray();
    if (s.possible()) {
      g.writeNumberField(Metric.LATENCY_CYCLES.id(), s.cycles());
      g.writeNumberField(Metric.LATENCY_MS.id(), s.seconds() * 1e3);
      g.writeNumberField(Metric.ENERGY_J.id(), s.joules());
    } else {
      g.writeStringField("problem", s.problem());
    }
    g.writeEndObject();
  }

  static void metrics(JsonGenerator g, Map<Metric, Number> metrics) throws IOException {
    g.writeObjectFieldStart("metrics");
    for (var e : metrics.entrySet()) {
      g.writeFieldName(e.getKey().id());
      switch (e.getValue()) {
        case Long l -> g.writeNumber(l);
        case Integer i -> g.writeNumber(i);
        default -> g.writeNumber(e.getValue().doubleValue());
      }
    }
    g.writeEndObject();
  }

  private void stage(StageTotals s) throws IOException {
    g.writeStartObject();
    g.writeStringField("name", s.stage().name());
    g.writeNumberField("launches", s.launches());
    g.writeNumberField("cycles", s.cycles());
    categories(s.categoryCycles());
    StageTotals.Bound b = s.bound(r.hw());
    g.writeStringField("bound", b.name());
    g.writeNumberField("bound_cycles", b.cycles());
    g.writeNumberField("dram_read_bytes", s.dramReadBytes());
    g.writeNumberField("dram_written_bytes", s.dramWrittenBytes());
    g.writeNumberField("energy_j", s.energy().joules());
    g.writeNumberField(Metric.PEAK_POWER_W.id(), s.peakPowerW());
    g.writeNumberField(Metric.INSTRUCTIONS.id(), s.instructions());
    g.writeNumberField(Metric.SIMULATED_INSTRUCTIONS.id(), s.simulatedInstructions());
    g.writeArrayFieldStart("samples");
    for (StageTotals.Sample p : s.samples()) {
      g.writeStartObject();
      g.writeNumberField("param", p.param());
      g.writeNumberField("stands_for", p.stands());
      g.writeNumberField("cycles", p.cycles());
      g.writeEndObject();
    }
    g.writeEndArray();
    g.writeEndObject();
  }

  private void categories(long[] cycles) throws IOException {
    g.writeObjectFieldStart("critical_path_cycles");
    for (Category c : Category.values()) {
      g.writeNumberField(CategoryNames.id(c), cycles[c.ordinal()]);
    }
    g.writeEndObject();
  }

  private void energy(EnergyResult e) throws IOException {
    g.writeObjectFieldStart("energy_pj");
    for (EnergyComponent c : EnergyComponent.values()) {
      g.writeObjectFieldStart(CategoryNames.id(c));
      g.writeNumberField("dynamic", e.dynamicPj(c));
      g.writeNumberField("static", e.staticPj(c));
      g.writeEndObject();
    }
    g.writeEndObject();
  }

  private void layer(Layers.Row row) throws IOException {
    var t = row.totals();
    g.writeStartObject();
    g.writeStringField("stage", row.stage());
    g.writeStringField("name", row.name());
    g.writeStringField("op", t.info().opType());
    g.writeNumberField("operations", row.operations());
    g.writeNumberField("calls", row.calls());
    g.writeNumberField("cycles", t.cycles());
    g.writeStringField("bound_by", CategoryNames.id(t.boundBy()));
    categories(t.categoryCycles());
    g.writeNumberField("macs", t.macs());
    g.writeNumberField("padded_macs", t.paddedMacs());
    g.writeNumberField("vector_elements", t.vectorElements());
    g.writeNumberField("dram_read_bytes", t.dramReadBytes());
    g.writeNumberField("dram_written_bytes", t.dramWrittenBytes());
    g.writeNumberField("matrix_utilisation", row.matrixUtilisation());
    g.writeNumberField("dram_utilisation", row.dramUtilisation());
    g.writeNumberField("scratchpad_bytes", t.info().scratchpadBytes());
    g.writeNumberField("dynamic_pj", t.dynamicPj());
    g.writeEndObject();
  }
}
