package npusim.hardware;

import java.util.Map;
import npusim.hardware.Provenance.Status;
import npusim.yaml.YamlNode;
import npusim.yaml.YamlReader;

/**
 * Fills the energy coefficients a description leaves open, from {@code energy/technology.yaml}:
 * published energies at two process nodes, between which (and beyond which) energy follows a power
 * of the node.
 */
final class EnergyDefaults {
  private static final String RESOURCE = "/npusim/hardware/energy/technology.yaml";

  /** Takes a value unless one is stated. */
  interface Sink {
    void put(String path, Object value, Provenance source);
  }

  private final Map<String, Object> values;
  private final Sink sink;
  private final YamlNode.Mapping table;
  private final double node;

  EnergyDefaults(Map<String, Object> values, Sink sink) {
    this.values = values;
    this.sink = sink;
    this.table =
        (YamlNode.Mapping)
            YamlReader.read("technology.yaml", Resources.text(RESOURCE)).orElseThrow();
    this.node = (Double) values.get("chip.process_nm");
  }

  void run() {
    for (var type : SchemaPaths.all().get("core.matrix.throughput").keys()) {
      if (values.containsKey("core.matrix.throughput." + type)) {
        operation("mac", type, "energy.mac_pj." + type);
      }
    }
    for (var c : VectorClass.values()) {
      operation("vector", c.label(), "energy.vector_pj." + c.label());
    }
    sram("scratchpad", (Long) values.get("core.scratchpad.bytes"));
    sram("accumulator", (Long) values.get("core.accumulator.bytes"));
    sram("shared_sram", (Long) values.getOrDefault("shared_sram.bytes", 0L));
    operation("other", "noc_byte_hop", "energy.noc_pj_per_byte_hop");
    operation("other", "link_byte", "energy.link_pj_per_byte");
    operation("other", "instruction", "energy.instruction_pj");
    dram();
    statics();
  }

  private YamlNode.Mapping section(String name) {
    return (YamlNode.Mapping) table.entries().get(name);
  }

  private static String text(YamlNode.Mapping m, String key) {
    return ((YamlNode.Scalar) m.entries().get(key)).text();
  }

  private static double number(YamlNode.Mapping m, String key) {
    return Double.parseDouble(text(m, key));
  }

  /** Power law through the energies at 45 nm and 7 nm. */
  private double atNode(double pj45, double pj7) {
    double exponent = Math.log(pj45 / pj7) / Math.log(45.0 / 7.0);
    return pj7 * Math.pow(node / 7.0, exponent);
  }

  private void operation(String section, String name, String path) {
    var row = (YamlNode.Mapping) section(section).entries().get(name);
    double pj = atNode(number(row, "pj_45nm"), number(row, "pj_7nm"));
    var status = Status.parse(text(row, "status")).orElseThrow();
    sink.put(path, round(pj), new Provenance(status, text(row, "source") + nodeNote()));
  }

  private String nodeNote() {
    return node == 7 || node == 45
        ? ""
        : "; scaled from 45 and 7 nm to " + Numbers.text(node) + " nm";
  }

  /**
   * Energy per byte of an SRAM, between the tabulated sizes linear over the logarithm of the size.
   */
  private void sram(String memory, long bytes) {
    if (bytes == 0) {
      return;
    }
    var rows = ((YamlNode.Sequence) table.entries().get("sram")).items();
    double x = Math.log(bytes);
    YamlNode.Mapping low = (YamlNode.Mapping) rows.getFirst();
    YamlNode.Mapping high = low;
    for (var item : rows) {
      high = (YamlNode.Mapping) item;
      if (number(high, "bytes") >= bytes) {
        break;
      }
      low = high;
    }
    double from = Math.log(number(low, "bytes"));
    double to = Math.log(number(high, "bytes"));
    double share = to > from ? Math.clamp((x - from) / (to - from), 0, 1) : 0;
    double read = (1 - share) * perByte(low) + share * perByte(high);
    var source = text(section("sram_notes"), "source") + nodeNote();
    var provenance = new Provenance(Status.DERIVED, source);
    sink.put("energy." + memory + "_read_pj_per_byte", round(read), provenance);
    double ratio = number(section("sram_notes"), "write_over_read");
    sink.put("energy." + memory + "_write_pj_per_byte", round(read * ratio), provenance);
  }

  private double perByte(YamlNode.Mapping row) {
    return 8 * atNode(number(row, "pj_per_bit_45nm"), number(row, "pj_per_bit_7nm"));
  }

  private void dram() {
    for (var key : new String[] {"read_pj_per_byte", "write_pj_per_byte", "activate_pj"}) {
      var preset = values.get("dram.energy." + key);
      if (preset != null) {
        sink.put(
            "energy.dram_" + key,
            preset,
            new Provenance(Status.DERIVED, "DRAM preset " + values.get("dram.preset")));
      } else {
        var row = (YamlNode.Mapping) section("other").entries().get("dram_" + key);
        var status = Status.parse(text(row, "status")).orElseThrow();
        sink.put(
            "energy.dram_" + key,
            number(row, "pj_7nm"),
            new Provenance(status, text(row, "source")));
      }
    }
  }

  private void statics() {
    double share = number(section("statics"), "share_of_tdp");
    double watts = share * (Double) values.get("chip.tdp_w");
    var source = new Provenance(Status.ESTIMATE, text(section("statics"), "source"));
    long cores = (Long) values.get("chip.cores");
    sink.put(
        "energy.static.core_w", round(watts * number(section("statics"), "core") / cores), source);
    sink.put("energy.static.sram_w", round(watts * number(section("statics"), "sram")), source);
    sink.put("energy.static.other_w", round(watts * number(section("statics"), "other")), source);
    var background = values.get("dram.energy.background_mw_per_channel");
    double dramWatts =
        background == null
            ? watts * number(section("statics"), "dram")
            : (Double) background * (Long) values.get("dram.channels") / 1000.0;
    sink.put(
        "energy.static.dram_w",
        round(dramWatts),
        background == null
            ? source
            : new Provenance(Status.DERIVED, "channels × dram.energy.background_mw_per_channel"));
  }

  /** Four significant digits: the coefficients are not known better. */
  private static double round(double value) {
    if (value == 0) {
      return 0;
    }
    double scale = Math.pow(10, 3 - (int) Math.floor(Math.log10(Math.abs(value))));
    return Math.rint(value * scale) / scale;
  }
}
