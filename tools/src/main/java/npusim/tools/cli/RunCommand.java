package npusim.tools.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import npusim.hardware.Hardware;
import npusim.tools.report.CsvReport;
import npusim.tools.report.JsonReport;
import npusim.tools.report.OutputFiles;
import npusim.tools.report.TextReport;
import npusim.tools.run.ModelArgument;
import npusim.tools.run.RunOptions;
import npusim.tools.run.ScenarioResult;
import npusim.tools.run.ScenarioRunner;
import npusim.workloads.Weights;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim run}. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description =
        "Compiles a model for a chip, simulates it and reports latency, bounds and energy.")
public final class RunCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "MODEL",
      description =
          "A named workload (`npusim models`), an .onnx or .onnxtxt file, or a kernel such as"
              + " gemm:2048,2048,2048.")
  private String model;

  @Mixin private HardwareOptions hardware;
  @Mixin private WorkloadArgs workload;
  @Mixin private CompileArgs compile;

  @Option(
      names = "--exact",
      description = "Simulate every launch, call and iteration instead of recognising repeats.")
  private boolean exact;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the report as JSON.")
  private Path json;

  @Option(names = "--csv", paramLabel = "FILE", description = "Write the layer table as CSV.")
  private Path csv;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description = "Write a trace of one launch per stage that Perfetto opens.")
  private Path trace;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Hardware hw = hardware.load(Defaults.RUN_CHIP);
    var out = spec.commandLine().getOut();
    var options = new RunOptions(compile.options(out), compile.dtype(), exact);
    var scenario = ModelArgument.resolve(model, workload.options(Weights.shapesOnly()));
    var runner = new ScenarioRunner(hw, options);
    ScenarioResult result = runner.run(scenario);
    if (json != null) {
      OutputFiles.write(json, JsonReport.render(result));
    }
    if (csv != null) {
      OutputFiles.write(csv, CsvReport.render(result));
    }
    if (trace != null) {
      TraceFiles.write(trace, result);
    }
    out.print(TextReport.render(result));
    out.flush();
    return 0;
  }
}
