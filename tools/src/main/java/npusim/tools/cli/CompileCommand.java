package npusim.tools.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import npusim.asm.Disassembler;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.program.Program;
import npusim.program.ProgramWriter;
import npusim.tools.report.OutputFiles;
import npusim.tools.run.ModelArgument;
import npusim.tools.run.RunOptions;
import npusim.tools.run.ScenarioRunner;
import npusim.workloads.Scenario;
import npusim.workloads.Stage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim compile}. */
@Command(
    name = "compile",
    mixinStandardHelpOptions = true,
    description = "Compiles a model for a chip and writes the program.")
public final class CompileCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = ModelArgument.DESCRIPTION)
  private String model;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The program container to write, such as prog.npu.")
  private Path output;

  @Option(
      names = "--asm",
      paramLabel = "FILE",
      description =
          "Write the program as assembly, without the contents of constants, which `npusim disasm`"
              + " prints as well.")
  private Path asm;

  @Option(
      names = "--stage",
      paramLabel = "NAME",
      description = "Stage of a workload that has several, such as decode.")
  private String stage;

  @Mixin private HardwareOptions hardware;
  @Mixin private WorkloadArgs workload;
  @Mixin private CompileArgs compile;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    OutputFiles.check(output, asm);
    Hardware hw = hardware.load(Defaults.RUN_CHIP);
    var out = spec.commandLine().getOut();
    var runner =
        new ScenarioRunner(
            hw,
            new RunOptions(
                compile.options(out, spec.commandLine().getErr()), compile.dtype(), true));
    Scenario scenario = ModelArgument.resolve(model, workload.options(hw));
    Stage chosen = stage(scenario);
    if (chosen.model().source().isEmpty()) {
      chosen.model().setSource(scenario.name() + (stage == null ? "" : " " + stage));
    }
    Program program =
        Progress.during(
            spec.commandLine().getErr(),
            "compiling " + scenario.name(),
            () -> runner.compile(chosen));
    if (output != null) {
      ProgramWriter.write(program, output);
    }
    if (asm != null) {
      OutputFiles.write(asm, Disassembler.print(program, false));
    }
    out.printf(
        Locale.ROOT,
        "%s %s for %s · %s · %s%n",
        scenario.name(),
        chosen.name(),
        hw.name(),
        runner.dtype().shortName(),
        ProgramSummary.of(program));
    out.flush();
    return 0;
  }

  private Stage stage(Scenario scenario) {
    List<String> names = scenario.stages().stream().map(Stage::name).toList();
    if (stage == null && names.size() == 1) {
      return scenario.stages().getFirst();
    }
    if (stage == null) {
      throw NpusimException.usage(
          "compile-stage",
          scenario.name() + " has several stages, each a program: " + String.join(", ", names),
          "choose one: --stage " + names.getFirst());
    }
    int i = names.indexOf(stage);
    if (i < 0) {
      throw NpusimException.usage(
          "compile-stage",
          "--stage " + stage + ": " + scenario.name() + " has no such stage",
          Names.suggest(stage, names));
    }
    return scenario.stages().get(i);
  }
}
