package npusim.tools.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import npusim.hardware.Hardware;
import npusim.program.Program;
import npusim.tools.run.ProgramFiles;
import npusim.tools.run.ScenarioResult;
import npusim.tools.run.ScenarioRunner;
import npusim.verify.Limits;
import npusim.verify.ProgramVerifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim simulate}. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    description = "Simulates one launch of a compiled program and reports as `npusim run` does.",
    footer = {"", "The program is verified first, wherever it comes from."})
public final class SimulateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "A program: .npu container or assembly text.")
  private Path file;

  @Option(
      names = "--param",
      paramLabel = "NAME=VALUE",
      description = "Launch parameter of the program, such as kv_len=512. May be repeated.")
  private Map<String, Long> params = new LinkedHashMap<>();

  @Option(
      names = "--force",
      description = "Simulate a program that was compiled for other hardware.")
  private boolean force;

  @Option(
      names = "--exact",
      description = "Simulate every call and iteration instead of recognising repeats.")
  private boolean exact;

  @Mixin private HardwareOptions hardware;
  @Mixin private ReportOptions reports;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    reports.check();
    Program program = ProgramFiles.read(file);
    Hardware hw = ProgramHardware.of(program, file, hardware);
    if (!force) {
      ProgramHardware.requireMatch(program, file, hw);
    }
    try (var progress = Progress.on(spec.commandLine().getErr())) {
      progress.say("verifying");
      ProgramVerifier.require(program, Limits.of(hw));
      progress.say("simulating");
      ScenarioResult result = ScenarioRunner.simulate(program, hw, params, exact);
      reports.write(result, params, exact, spec.commandLine().getOut(), progress);
    }
    return 0;
  }
}
