package npusim.tools.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import npusim.diag.Diagnostic;
import npusim.diag.NpusimException;
import npusim.hardware.Dram;
import npusim.hardware.Hardware;
import npusim.hardware.Scratchpad;
import npusim.workloads.Scenario;

/**
 * Changes the chip one resource at a time and compiles and simulates the scenario again on each:
 * measured sensitivities, not guesses from utilisation.
 */
public final class WhatIf {
  private WhatIf() {}

  /** A change of a chip as {@code --set} texts. */
  private record Change(String name, List<String> sets) {}

  /**
   * Runs a scenario on every changed chip.
   *
   * @param progress told at every change
   */
  public static List<Sensitivity> run(
      Hardware hw, RunOptions options, Scenario scenario, Consumer<String> progress) {
    var out = new ArrayList<Sensitivity>();
    var quiet =
        new RunOptions(
            options.compile().withDump((pass, graph) -> {}), options.dtype(), options.exact());
    for (Change c : changes(hw)) {
      progress.accept("what if: " + c.name);
      out.add(run(hw, quiet, scenario, c));
    }
    return out;
  }

  private static Sensitivity run(Hardware hw, RunOptions options, Scenario scenario, Change c) {
    if (c.sets.isEmpty()) {
      return Sensitivity.impossible(c.name, c.sets, "an ideal memory has no bandwidth to raise");
    }
    try {
      var changed = new ScenarioRunner(hw.with(c.sets), options).runAlone(scenario);
      return Sensitivity.of(c.name, c.sets, changed);
    } catch (NpusimException e) {
      String why =
          e.diagnostics().stream().map(Diagnostic::message).findFirst().orElse("not possible");
      return Sensitivity.impossible(c.name, c.sets, why);
    }
  }

  private static List<Change> changes(Hardware hw) {
    Scratchpad s = hw.core().scratchpad();
    var scratchpad = new ArrayList<String>();
    scratchpad.add("core.scratchpad.bytes=" + 2 * s.bytes());
    if (s.interleaveBytes() == s.bankBytes()) {
      scratchpad.add("core.scratchpad.interleave_bytes=" + 2 * s.interleaveBytes());
    }
    return List.of(
        bandwidth(hw),
        new Change("scratchpad ×2", scratchpad),
        new Change(
            "matrix arrays ×2", List.of("core.matrix.arrays=" + 2 * hw.core().matrix().arrays())),
        new Change("core clock +10%", List.of("chip.clock_mhz=" + tenth(hw.chip().clockMhz()))));
  }

  /** Ten per cent more at the pins, timings in nanoseconds stay; at least that for whole bytes. */
  private static Change bandwidth(Hardware hw) {
    Dram dram = hw.dram();
    return switch (dram.model()) {
      case DDR ->
          new Change(
              "DRAM bandwidth +10%",
              List.of("dram.data_rate_mtps=" + tenth(dram.spec().orElseThrow().dataRateMtps())));
      case FIXED -> {
        long bytes = dram.fixed().bytesPerCycle();
        long more = (11 * bytes + 9) / 10;
        yield new Change(
            String.format(Locale.ROOT, "DRAM bandwidth +%d%%", 100 * (more - bytes) / bytes),
            List.of("dram.fixed.bytes_per_cycle=" + more));
      }
      case IDEAL -> new Change("DRAM bandwidth +10%", List.of());
    };
  }

  private static String tenth(double v) {
    return String.format(Locale.ROOT, "%.6g", 1.1 * v);
  }
}
