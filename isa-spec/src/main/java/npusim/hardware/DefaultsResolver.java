package npusim.hardware;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.hardware.DescriptionReader.Leaf;
import npusim.hardware.Provenance.Status;
import npusim.isa.DType;

/**
 * Completes a description: schema defaults, then values that follow from others, then the check
 * that nothing required is missing.
 */
final class DefaultsResolver {
  private static final Origin SCHEMA_DEFAULT = Origin.of(Status.DEFAULT, "schema default");

  private final Map<String, Leaf> stated;
  private final Map<String, Origin> origins;
  private final List<Diagnostic> errors;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, Origin> resolvedOrigins = new LinkedHashMap<>();

  DefaultsResolver(Map<String, Leaf> stated, Map<String, Origin> origins, List<Diagnostic> errors) {
    this.stated = stated;
    this.origins = origins;
    this.errors = errors;
  }

  /**
   * Resolves every parameter.
   *
   * @param whole where to report what is missing
   * @return parameters in schema order, map entries in the order written
   */
  Map<String, Parameter> resolve(Location whole) {
    stated.forEach(
        (path, leaf) -> {
          values.put(path, leaf.value());
          resolvedOrigins.put(path, origins.get(path));
        });
    SchemaPaths.all().forEach((path, schema) -> schemaDefault(path, schema, whole));
    if (!errors.isEmpty()) {
      return Map.of();
    }
    derive();
    new EnergyDefaults(values, resolvedOrigins, this::put).run();
    return ordered();
  }

  private void schemaDefault(String path, SchemaNode schema, Location whole) {
    if (values.containsKey(path) || !counts(path)) {
      return;
    }
    if (schema.defaultValue() != null) {
      Object value =
          switch (schema.kind()) {
            case INTEGER -> Numbers.integer(schema.defaultValue()).getAsLong();
            case NUMBER -> Numbers.number(schema.defaultValue()).getAsDouble();
            case BOOLEAN -> Boolean.valueOf(schema.defaultValue());
            case TEXT, GROUP, MAP -> schema.defaultValue();
          };
      put(path, value, SCHEMA_DEFAULT);
    } else if (schema.required() && !hasMembers(path)) {
      errors.add(
          Diagnostic.error(
              "hw-missing",
              path + " is missing; expected " + schema.legal(),
              whole,
              schema.description()));
    }
  }

  /** False for members of an optional group of which nothing is given. */
  private boolean counts(String path) {
    return SchemaPaths.optionalGroup(path).map(this::hasMembers).orElse(true);
  }

  private boolean hasMembers(String group) {
    return stated.keySet().stream().anyMatch(p -> p.startsWith(group + "."));
  }

  private void put(String path, Object value, Origin source) {
    if (values.putIfAbsent(path, value) == null) {
      resolvedOrigins.put(path, source);
    }
  }

  private void derived(String path, Object value, String why) {
    put(path, value, Origin.of(Status.DEFAULT, why));
  }

  private void derive() {
    var depth = values.get("core.sequencer.queue_depth");
    for (var unit : List.of("dma_in", "dma_out", "matrix", "vector", "comm")) {
      derived("core.sequencer.queue_depths." + unit, depth, "= core.sequencer.queue_depth");
    }
    derived(
        "core.scratchpad.interleave_bytes",
        values.get("core.scratchpad.bytes_per_cycle_per_bank"),
        "= core.scratchpad.bytes_per_cycle_per_bank");
    for (var path : List.copyOf(values.keySet())) {
      if (path.startsWith("core.matrix.throughput.")) {
        var type = path.substring("core.matrix.throughput.".length());
        boolean isFloat = DType.ofName(type).orElseThrow().isFloat();
        derived("core.matrix.accumulate." + type, isFloat ? "f32" : "i32", "widest usual sum");
      }
    }
    if (values.get("dram.model").equals("ddr") && values.containsKey("dram.standard")) {
      deriveDram();
    }
    derived("dram.capacity_bytes", 1L << 30, "nothing said");
  }

  private void deriveDram() {
    derived("dram.data_rate_mtps", values.get("dram.native_rate_mtps"), "= dram.native_rate_mtps");
    long banks = 1;
    long bytes = (Long) values.get("dram.channels");
    for (var key : List.of("ranks", "bank_groups", "banks_per_group")) {
      banks *= organization(key);
    }
    bytes *= banks * organization("pseudo_channels") * organization("rows");
    bytes *= organization("columns") * organization("width_bits") / 8;
    derived("dram.capacity_bytes", bytes, "= channels × channel capacity of the preset");
    timing("bl_long", timing("bl"), "= bl");
    timing("rcd_write", timing("rcd_read"), "= rcd_read");
    timing("rp_all", timing("rp"), "= rp");
    timing("rc", timing("ras") + timing("rp"), "= ras + rp");
    timing("ccd_write_s", timing("ccd_s"), "= ccd_s");
    timing("ccd_write_l", timing("ccd_l"), "= ccd_l");
    timing("ccd_r", timing("ccd_s"), "= ccd_s");
    timing("rtw", timing("cl") + timing("bl") + 2 - timing("cwl"), "= cl + bl + 2 − cwl");
    timing("rfc_per_bank", timing("rfc"), "= rfc");
    timing("refi_per_bank", Math.max(1, timing("refi") / banks), "= refi / banks");
    timing("rrefd", timing("rrd_l"), "= rrd_l");
  }

  private long organization(String key) {
    return (Long) values.get("dram.organization." + key);
  }

  private long timing(String key) {
    return (Long) values.get("dram.timing." + key);
  }

  private void timing(String key, long value, String why) {
    derived("dram.timing." + key, value, why);
  }

  private Map<String, Parameter> ordered() {
    var result = new LinkedHashMap<String, Parameter>();
    SchemaPaths.all()
        .forEach(
            (path, schema) -> {
              if (schema.kind() == SchemaNode.Kind.MAP) {
                for (var key : schema.keys()) {
                  parameter(path + "." + key, schema.values(), result);
                }
              } else {
                parameter(path, schema, result);
              }
            });
    return result;
  }

  private void parameter(String path, SchemaNode schema, Map<String, Parameter> into) {
    var value = values.get(path);
    if (value != null) {
      var leaf = stated.get(path);
      var location = leaf == null ? Location.NONE : leaf.location();
      into.put(path, new Parameter(path, value, schema, resolvedOrigins.get(path), location));
    }
  }
}
