package npusim.tools.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import npusim.asm.Disassembler;
import npusim.tools.report.OutputFiles;
import npusim.tools.run.ProgramFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim disasm}. */
@Command(
    name = "disasm",
    mixinStandardHelpOptions = true,
    description = "Prints a program as assembly that `npusim asm` reads back to the same program.")
public final class DisasmCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "A program container (.npu).")
  private Path program;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "File to write (default: standard output).")
  private Path output;

  @Option(names = "--no-data", description = "Leave out the contents of constants.")
  private boolean noData;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    String text = Disassembler.print(ProgramFiles.readContainer(program), !noData);
    if (output != null) {
      OutputFiles.write(output, text);
    } else {
      var out = spec.commandLine().getOut();
      out.print(text);
      out.flush();
    }
    return 0;
  }
}
