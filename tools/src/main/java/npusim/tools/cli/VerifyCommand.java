package npusim.tools.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import npusim.diag.Diagnostic;
import npusim.diag.ExitCode;
import npusim.diag.Severity;
import npusim.hardware.Hardware;
import npusim.program.Program;
import npusim.tools.run.ProgramFiles;
import npusim.verify.Limits;
import npusim.verify.ProgramVerifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description =
        "Proves that a program is sound: operands in range, semaphores balanced, no unordered"
            + " accesses to the same memory, nothing read that was not written.",
    footer = {"", "Exit code 1 if it is not."})
public final class VerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "A program: .npu container or assembly text.")
  private Path file;

  @Mixin private HardwareOptions hardware;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Program program = ProgramFiles.read(file);
    Hardware hw = ProgramHardware.of(program, file, hardware);
    var err = spec.commandLine().getErr();
    List<Diagnostic> found =
        Progress.during(err, "verifying", () -> ProgramVerifier.verify(program, Limits.of(hw)));
    found.forEach(d -> err.println(d.render()));
    err.flush();
    long errors = found.stream().filter(d -> d.severity() == Severity.ERROR).count();
    var out = spec.commandLine().getOut();
    out.println(
        file
            + ": "
            + (errors == 0 ? "sound on " : errors + (errors == 1 ? " error on " : " errors on "))
            + hw.name()
            + " · "
            + ProgramSummary.of(program));
    out.flush();
    return (errors == 0 ? ExitCode.OK : ExitCode.CHECK_FAILED).code();
  }
}
