package npusim.hardware;

import java.util.Map;
import npusim.hardware.Provenance.Status;

/**
 * Fills the energy coefficients a description leaves open, from {@link Technology} and the DRAM
 * preset.
 */
final class EnergyDefaults {

  /** Takes a value unless one is stated. */
  interface Sink {
    void put(String path, Object value, Origin origin);
  }

  private final Map<String, Object> values;
  private final Map<String, Origin> origins;
  private final Sink sink;
  private final double node;

  /**
   * @param values every value known so far, by path
   * @param origins origin of each of them
   */
  EnergyDefaults(Map<String, Object> values, Map<String, Origin> origins, Sink sink) {
    this.values = values;
    this.origins = origins;
    this.sink = sink;
    this.node = (Double) values.get("chip.process_nm");
  }

  void run() {
    for (var type : SchemaPaths.all().get("core.matrix.throughput").keys()) {
      if (values.containsKey("core.matrix.throughput." + type)) {
        operation("mac." + type, "energy.mac_pj." + type);
      }
    }
    for (var c : VectorClass.values()) {
      operation("vector." + c.label(), "energy.vector_pj." + c.label());
    }
    sram("scratchpad", (Long) values.get("core.scratchpad.bytes"));
    sram("accumulator", (Long) values.get("core.accumulator.bytes"));
    sram("shared_sram", (Long) values.getOrDefault("shared_sram.bytes", 0L));
    operation("noc_byte_hop", "energy.noc_pj_per_byte_hop");
    operation("link_byte", "energy.link_pj_per_byte");
    operation("instruction", "energy.instruction_pj");
    dram();
    statics();
  }

  private void operation(String name, String path) {
    var row = Technology.row(name);
    put(path, round(row.atNode(node)), scaled(row.provenance()));
  }

  private Provenance scaled(Provenance p) {
    if (node == 7 || node == 45) {
      return p;
    }
    // Published at two nodes, worked out for a third.
    var status = p.status() == Status.PUBLISHED ? Status.DERIVED : p.status();
    return new Provenance(
        status, p.source() + "; scaled from 45 and 7 nm to " + Numbers.text(node) + " nm");
  }

  private void sram(String memory, long bytes) {
    if (bytes == 0) {
      return;
    }
    double read = Technology.sramReadPerByte(bytes, node);
    var source =
        scaled(
            new Provenance(
                Status.DERIVED,
                "ISCA 2021 TPUv4i Table 2 up to 1 MiB, accelforge's model of TPU v4i above, by"
                    + " capacity"));
    put("energy." + memory + "_read_pj_per_byte", round(read), source);
    double ratio = Technology.row("sram.write_over_read").at7();
    put("energy." + memory + "_write_pj_per_byte", round(read * ratio), source);
  }

  private void dram() {
    for (var key : new String[] {"read_pj_per_byte", "write_pj_per_byte", "activate_pj"}) {
      var preset = values.get("dram.energy." + key);
      if (preset != null) {
        // The energy is as well known as the preset knows it.
        var from = "dram.energy." + key;
        sink.put("energy.dram_" + key, preset, path -> origins.get(from).provenance(from));
      } else {
        var row = Technology.row("dram_" + key);
        put("energy.dram_" + key, row.at7(), row.provenance());
      }
    }
  }

  private void statics() {
    var share = Technology.row("static.share_of_tdp");
    double watts = share.at7() * (Double) values.get("chip.tdp_w");
    var source = share.provenance();
    long cores = (Long) values.get("chip.cores");
    put("energy.static.core_w", round(watts * Technology.row("static.core").at7() / cores), source);
    put("energy.static.sram_w", round(watts * Technology.row("static.sram").at7()), source);
    put("energy.static.other_w", round(watts * Technology.row("static.other").at7()), source);
    var background = values.get("dram.energy.background_mw_per_channel");
    if (background == null) {
      put("energy.static.dram_w", round(watts * Technology.row("static.dram").at7()), source);
    } else {
      put(
          "energy.static.dram_w",
          round((Double) background * (Long) values.get("dram.channels") / 1000.0),
          new Provenance(
              Status.DERIVED, "= dram.channels × dram.energy.background_mw_per_channel"));
    }
  }

  private void put(String path, Object value, Provenance source) {
    sink.put(path, value, p -> source);
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
