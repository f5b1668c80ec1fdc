package npusim.hardware;

import java.util.List;
import npusim.diag.Diagnostic;
import npusim.diag.Location;

/** Rules between parameters, checked once all of them have values. */
final class SemanticChecks {
  private final Parameters p;
  private final Location whole;
  private final List<Diagnostic> errors;

  /**
   * @param whole where to report what is nowhere written
   */
  SemanticChecks(Parameters parameters, Location whole, List<Diagnostic> errors) {
    this.p = parameters;
    this.whole = whole;
    this.errors = errors;
  }

  void run() {
    multiple("core.scratchpad.bytes", "core.scratchpad.banks");
    multiple("core.accumulator.bytes", "core.accumulator.banks");
    multiple("core.matrix.rows", "core.matrix.pe_tile_rows");
    multiple("core.matrix.cols", "core.matrix.pe_tile_cols");
    interleave();
    accumulatorRow();
    types();
    writeMarks();
    dram();
  }

  private void error(String path, String message, String hint) {
    errors.add(Diagnostic.error("hw-inconsistent", path + ": " + message, at(path), hint));
  }

  private Location at(String path) {
    var location = p.location(path);
    return location.isNone() ? whole : location;
  }

  private void multiple(String path, String of) {
    if (p.integer(path) % p.integer(of) != 0) {
      error(
          path,
          p.integer(path) + " is not a multiple of " + of + " = " + p.integer(of),
          "change one so that it divides the other");
    }
  }

  private void interleave() {
    String path = "core.scratchpad.interleave_bytes";
    long interleave = p.integer(path);
    long word = p.integer("core.scratchpad.bytes_per_cycle_per_bank");
    long bank = p.integer("core.scratchpad.bytes") / p.integer("core.scratchpad.banks");
    if (interleave % word != 0 || interleave > bank || bank % interleave != 0) {
      error(
          path,
          interleave
              + " bytes; expected a multiple of the bank word ("
              + word
              + " bytes) that divides the bank ("
              + bank
              + " bytes)",
          "use " + word + " to interleave words, " + bank + " for contiguous banks");
    }
  }

  private void accumulatorRow() {
    long row = 4 * p.integer("core.matrix.cols");
    if (p.integer("core.accumulator.bytes") < row) {
      error(
          "core.accumulator.bytes",
          p.integer("core.accumulator.bytes")
              + " bytes hold less than one result row of "
              + row
              + " bytes",
          "4 bytes for each of core.matrix.cols columns are the least");
    }
  }

  private void types() {
    var native0 = p.text("native_type");
    if (!p.has("core.matrix.throughput." + native0)) {
      error(
          "native_type",
          native0 + " is not in core.matrix.throughput",
          "native types: " + String.join(", ", p.numbers("core.matrix.throughput").keySet()));
    }
    for (var type : List.of("f32", "i32")) {
      if (!p.has("core.vector.throughput." + type)) {
        errors.add(
            Diagnostic.error(
                "hw-inconsistent",
                "core.vector.throughput: " + type + " is missing",
                whole,
                "index arithmetic and the results of the matrix unit need i32 and f32"));
      }
    }
    for (var type : p.texts("core.matrix.accumulate").keySet()) {
      if (!p.has("core.matrix.throughput." + type)) {
        error(
            "core.matrix.accumulate." + type,
            "the matrix unit does not support " + type,
            "give core.matrix.throughput." + type + " too");
      }
    }
  }

  private void writeMarks() {
    double low = p.number("dram.controller.write_low");
    double high = p.number("dram.controller.write_high");
    if (low >= high) {
      error(
          "dram.controller.write_low",
          Numbers.text(low) + " is not below dram.controller.write_high = " + Numbers.text(high),
          "draining must stop at a lower mark than it starts");
    }
  }

  private void dram() {
    if (!p.text("dram.model").equals("ddr")) {
      return;
    }
    for (var need : List.of("standard", "native_rate_mtps", "tck_ps")) {
      if (!p.has("dram." + need)) {
        error(
            "dram.preset",
            "dram.model ddr needs a preset (or all of dram.standard, organization and timing); "
                + "dram."
                + need
                + " has no value",
            "presets: " + String.join(", ", HardwareCatalog.drams()));
        return;
      }
    }
    double rate = p.number("dram.data_rate_mtps") / p.number("dram.native_rate_mtps");
    if (rate < 0.25 || rate > 4) {
      error(
          "dram.data_rate_mtps",
          p.find("dram.data_rate_mtps").orElseThrow().text()
              + " MT/s is more than a factor of 4 from the preset's "
              + p.find("dram.native_rate_mtps").orElseThrow().text()
              + " MT/s",
          "choose a preset nearer to that rate, or more channels");
    }
    refresh();
  }

  /** A memory that is due for refresh again as soon as it is refreshed serves nothing. */
  private void refresh() {
    var times = List.of("rfc", "rp", "rcd_read", "cl", "bl");
    boolean known = times.stream().allMatch(t -> p.has("dram.timing." + t));
    if (!p.flag("dram.refresh") || !known || !p.has("dram.timing.refi")) {
      return;
    }
    double busy = times.stream().mapToDouble(t -> p.number("dram.timing." + t)).sum();
    double interval = p.number("dram.timing.refi");
    if (interval <= busy) {
      error(
          "dram.timing.refi",
          Numbers.text(interval)
              + " memory clocks leave no time between refreshes, which take "
              + Numbers.text(busy)
              + " with the access behind them (rfc + rp + rcd_read + cl + bl)",
          "give a longer interval, or dram.refresh=false");
    }
  }
}
