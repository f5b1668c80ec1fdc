package npusim.tools.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import npusim.sim.energy.EnergyComponent;
import npusim.sim.timing.Category;

/**
 * The JSON Schema of {@link JsonReport}, made from the metric catalogue, the categories and the
 * energy components. Every object is closed, so that a figure the schema doesn't know fails.
 */
public final class ReportSchema {
  private static final String STRING = "string";
  private static final String INTEGER = "integer";
  private static final String NUMBER = "number";

  private final JsonGenerator g;

  private ReportSchema(JsonGenerator g) {
    this.g = g;
  }

  /** The schema, as {@code npusim/tools/report.schema.json} holds it. */
  public static String text() {
    return JsonText.render(g -> new ReportSchema(g).write());
  }

  /** A property of an object. */
  private record Property(String name, String description, Body body) {}

  private interface Body {
    void write() throws IOException;
  }

  private void write() throws IOException {
    g.writeStartObject();
    g.writeStringField("$schema", "https://json-schema.org/draft/2020-12/schema");
    g.writeStringField("title", "npusim report");
    g.writeStringField(
        "description",
        "What a run found. The number in format changes when a reader of the older layout would"
            + " break.");
    properties(
        new Property("format", "layout and its version", () -> constant(JsonReport.FORMAT)),
        of("version", STRING, "version of npusim"),
        of("workload", STRING, "workload, kernel or model file"),
        of("scenario", STRING, "batch, lengths and language; may be empty"),
        of("hardware", STRING, "chip"),
        of("hardware_fingerprint", STRING, "hash of every parameter of the chip"),
        new Property(
            "hardware_set",
            "parameters of the chip changed by --set",
            () -> list(() -> g.writeStringField("type", STRING))),
        of("dtype", STRING, "type computed in"),
        of("clock_mhz", NUMBER, "core clock, MHz"),
        new Property(
            "validated",
            "what measurements say about runs of this kind on this chip",
            () -> list(() -> g.writeStringField("type", STRING))),
        new Property(
            "metrics",
            "figures of the whole job; one that makes no sense for it is absent",
            this::metrics),
        new Property("stages", "compiled programs in the order they run", () -> list(this::stage)),
        new Property("energy_pj", "energy of the whole job by component, pJ", this::energy),
        new Property(
            "layers",
            "nodes of the model that took time, energy or bytes, in program order",
            () -> list(this::layer)),
        new Property(
            "what_if",
            "the same on changed chips, compiled and simulated again; empty without --what-if",
            () -> list(this::sensitivity)));
    g.writeEndObject();
  }

  private static final List<Metric> OPTIONAL =
      List.of(
          Metric.TTFT_MS,
          Metric.TPOT_MS,
          Metric.SENTENCE_SECONDS,
          Metric.DEADLINE_SECONDS,
          Metric.DEADLINE_MET,
          Metric.SCRATCHPAD_PEAK_BYTES,
          Metric.KV_CACHE_BYTES,
          Metric.SHARED_READ_BYTES,
          Metric.SHARED_WRITTEN_BYTES,
          Metric.DRAM_PEAK_GB_PER_S,
          Metric.DRAM_UTILISATION,
          Metric.MATRIX_UTILISATION,
          Metric.BOUND_RATIO,
          Metric.DENSE_WEIGHT_BYTES,
          Metric.DENSE_DRAM_READ_BYTES,
          Metric.DENSE_LATENCY_MS,
          Metric.PRUNING_SPEEDUP,
          Metric.ACCURACY_COSINE,
          Metric.ACCURACY_SNR_DB,
          Metric.ACCURACY_TOP1);

  private void metrics() throws IOException {
    var all = Arrays.stream(Metric.values()).map(m -> metric(m, NUMBER)).toArray(Property[]::new);
    var required =
        Arrays.stream(Metric.values()).filter(m -> !OPTIONAL.contains(m)).map(Metric::id).toList();
    properties(required, all);
  }

  private void sensitivity() throws IOException {
    properties(
        List.of("change", "set"),
        of("change", STRING, "what was changed"),
        new Property(
            "set",
            "the change as --set texts",
            () -> list(() -> g.writeStringField("type", STRING))),
        of(Metric.LATENCY_CYCLES.id(), INTEGER, "latency in cycles of the changed chip's clock"),
        of(Metric.LATENCY_MS.id(), NUMBER, "latency, ms"),
        of(Metric.ENERGY_J.id(), NUMBER, "energy, J"),
        of("problem", STRING, "why there is no result"));
  }

  private void stage() throws IOException {
    properties(
        of("name", STRING, "prefill, decode, encoder, …"),
        of("launches", INTEGER, "times the program runs"),
        of("cycles", INTEGER, "cycles of all launches"),
        new Property(
            "critical_path_cycles", "cycles by category; they sum to cycles", this::categories),
        of("bound", STRING, "the larger roof: compute or DRAM"),
        of("bound_cycles", NUMBER, "cycles at that peak rate"),
        of("dram_read_bytes", INTEGER, "bytes read from DRAM"),
        of("dram_written_bytes", INTEGER, "bytes written to DRAM"),
        of("energy_j", NUMBER, "energy, J"),
        metric(Metric.PEAK_POWER_W, NUMBER),
        metric(Metric.INSTRUCTIONS, INTEGER),
        metric(Metric.SIMULATED_INSTRUCTIONS, INTEGER),
        new Property("samples", "launches simulated", () -> list(this::sample)));
  }

  private void sample() throws IOException {
    properties(
        of("param", INTEGER, "value of the launch parameter; 0 without one"),
        of("stands_for", INTEGER, "launches this one stands for"),
        of("cycles", INTEGER, "latency of one"));
  }

  private void categories() throws IOException {
    properties(
        Arrays.stream(Category.values())
            .map(c -> of(CategoryNames.id(c), INTEGER, c.label()))
            .toArray(Property[]::new));
  }

  private void energy() throws IOException {
    properties(
        Arrays.stream(EnergyComponent.values())
            .map(
                c ->
                    new Property(
                        CategoryNames.id(c),
                        c.label(),
                        () ->
                            properties(
                                of("dynamic", NUMBER, "switching energy"),
                                of("static", NUMBER, "energy spent whatever happens"))))
            .toArray(Property[]::new));
  }

  private void layer() throws IOException {
    properties(
        of("stage", STRING, "stage it belongs to"),
        of(
            "name",
            STRING,
            "node of the model; a star stands for what differs between layers that repeat;"
                + " (program) for instructions made for no node"),
        of("op", STRING, "operators it was executed as"),
        of("operations", INTEGER, "operations it became, fused ones left out"),
        of("calls", INTEGER, "times it was executed, over all launches and layers that repeat"),
        of("cycles", INTEGER, "cycles on the critical path"),
        of("bound_by", STRING, "category that took most of them"),
        new Property(
            "critical_path_cycles", "cycles by category; they sum to cycles", this::categories),
        of("macs", INTEGER, "multiply-accumulates executed"),
        of("padded_macs", INTEGER, "array slots passed without a useful operand"),
        of("vector_elements", INTEGER, "elements processed by vector instructions"),
        of("dram_read_bytes", INTEGER, "bytes read from DRAM"),
        of("dram_written_bytes", INTEGER, "bytes written to DRAM"),
        of(
            "matrix_utilisation",
            NUMBER,
            "executed over possible multiply-accumulates in its cycles; 1 as well when some were"
                + " done in cycles of other layers"),
        of(
            "dram_utilisation",
            NUMBER,
            "time of its traffic at the DRAM's peak rate over its cycles; 1 as well when some moved"
                + " in cycles of other layers"),
        of("scratchpad_bytes", INTEGER, "most scratchpad of one core in use while it runs"),
        of("dynamic_pj", NUMBER, "dynamic energy, pJ"));
  }

  private Property metric(Metric m, String type) {
    return of(m.id(), type, m.meaning() + (m.unit().isEmpty() ? "" : ", " + m.unit()));
  }

  private Property of(String name, String type, String description) {
    return new Property(name, description, () -> g.writeStringField("type", type));
  }

  private void constant(String value) throws IOException {
    g.writeStringField("const", value);
  }

  private void list(Body item) throws IOException {
    g.writeStringField("type", "array");
    g.writeObjectFieldStart("items");
    item.write();
    g.writeEndObject();
  }

  /** An object with exactly these properties. */
  private void properties(Property... properties) throws IOException {
    properties(Arrays.stream(properties).map(Property::name).toList(), properties);
  }

  private void properties(List<String> required, Property... properties) throws IOException {
    g.writeStringField("type", "object");
    g.writeBooleanField("additionalProperties", false);
    g.writeArrayFieldStart("required");
    for (String name : required) {
      g.writeString(name);
    }
    g.writeEndArray();
    g.writeObjectFieldStart("properties");
    for (Property p : properties) {
      g.writeObjectFieldStart(p.name());
      g.writeStringField("description", p.description());
      p.body().write();
      g.writeEndObject();
    }
    g.writeEndObject();
  }
}
