package npusim.tools.cli;

import java.nio.file.Path;
import java.util.Map;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingSimulator;
import npusim.tools.report.OutputFiles;
import npusim.tools.report.PerfettoTrace;
import npusim.tools.run.ScenarioResult;
import npusim.tools.run.StageTotals;
import npusim.workloads.Stage;

/** Traces of a result's stages. */
final class TraceFiles {
  private TraceFiles() {}

  /**
   * Runs one launch of every stage again with an observer and writes what it saw.
   *
   * @param given launch parameters of stages that don't sweep one
   * @param exact with all layers that repeat, not only the first of them
   */
  static void write(Path file, ScenarioResult r, Map<String, Long> given, boolean exact) {
    var trace = new PerfettoTrace(r.hw());
    for (StageTotals s : r.stages()) {
      Map<String, Long> params =
          s.stage().runs() instanceof Stage.Sweep sweep
              ? Map.of(sweep.param(), s.samples().getFirst().param())
              : given;
      trace.begin(s.stage().name(), s.program());
      TimingOptions options = exact ? TimingOptions.traced(trace) : TimingOptions.sampled(trace);
      var simulator = new TimingSimulator(r.hw(), options);
      trace.end(simulator.run(s.program(), params).totalCycles());
    }
    OutputFiles.write(file, trace.render());
  }
}
