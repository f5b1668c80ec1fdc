package npusim.tools.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import npusim.program.Program;
import npusim.program.ProgramWriter;
import npusim.tools.run.ProgramFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim asm}. */
@Command(
    name = "asm",
    mixinStandardHelpOptions = true,
    description = "Assembles a text into a program.")
public final class AsmCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "Assembly text.")
  private Path source;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The program to write (default: the text's name with .npu as its ending).")
  private Path output;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Program program = ProgramFiles.readText(source);
    Path target = output == null ? beside(source) : output;
    ProgramWriter.write(program, target);
    var out = spec.commandLine().getOut();
    out.println(target + ": " + ProgramSummary.of(program));
    out.flush();
    return 0;
  }

  private static Path beside(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return file.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ProgramFiles.SUFFIX);
  }
}
