package npusim.tools.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import npusim.hardware.Hardware;
import npusim.tools.run.ModelArgument;
import npusim.tools.run.RunOptions;
import npusim.tools.run.ScenarioResult;
import npusim.tools.run.ScenarioRunner;
import npusim.tools.run.WhatIf;
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
  @Parameters(paramLabel = "MODEL", description = ModelArgument.DESCRIPTION)
  private String model;

  @Mixin private HardwareOptions hardware;
  @Mixin private WorkloadArgs workload;
  @Mixin private CompileArgs compile;

  @Option(
      names = "--exact",
      description = "Simulate every launch, call and iteration instead of recognising repeats.")
  private boolean exact;

  @Option(
      names = "--what-if",
      description =
          "Compile and simulate again with more DRAM bandwidth, scratchpad, arrays and clock.")
  private boolean whatIf;

  @Mixin private ReportOptions reports;
  @Spec private CommandSpec spec;

  /** A command that the parser fills in. */
  public RunCommand() {}

  /** A command of plain options without the parser, see {@link PlainRun}. */
  RunCommand(String model, HardwareOptions hardware, WorkloadArgs workload) {
    this.model = model;
    this.hardware = hardware;
    this.workload = workload;
    this.compile = new CompileArgs();
    this.reports = new ReportOptions();
  }

  @Override
  public Integer call() {
    return run(spec.commandLine().getOut(), spec.commandLine().getErr());
  }

  /**
   * Runs the command.
   *
   * @param out takes the report
   * @param err told what is being done
   */
  public int run(PrintWriter out, PrintWriter err) {
    reports.check();
    Hardware hw = hardware.load(Defaults.RUN_CHIP);
    var options = new RunOptions(compile.options(out, err), compile.dtype(), exact);
    var scenario = ModelArgument.resolve(model, workload.options(hw));
    var runner = new ScenarioRunner(hw, options);
    try (var progress = Progress.on(err)) {
      ScenarioResult result = runner.run(scenario, progress::say);
      if (whatIf) {
        result = result.withWhatIf(WhatIf.run(hw, options, scenario, progress::say));
      }
      reports.write(result, Map.of(), exact, out, progress);
    }
    return 0;
  }
}
