package npusim.tools.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import npusim.asm.Assembler;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.program.Program;
import npusim.program.ProgramReader;

/** Programs from files: {@code .npu} containers and assembly text. */
public final class ProgramFiles {
  /** Ending of a container's name. */
  public static final String SUFFIX = ".npu";

  private ProgramFiles() {}

  /**
   * Reads a program, whichever form it has.
   *
   * @throws NpusimException (usage) when the file can't be read or isn't a program
   */
  public static Program read(Path file) {
    return isContainer(file) ? readContainer(file) : readText(file);
  }

  /** Reads a container. */
  public static Program readContainer(Path file) {
    requireFile(file);
    return ProgramReader.read(file);
  }

  /** Assembles a text. */
  public static Program readText(Path file) {
    requireFile(file);
    if (isContainer(file)) {
      throw NpusimException.usage(
          "program-kind",
          "a program container, not assembly text",
          Location.ofFile(file.toString()),
          "`npusim disasm` prints it as assembly");
    }
    Program program = Assembler.assemble(file);
    if (program.cores().isEmpty()) {
      throw NpusimException.usage(
          "asm-core",
          "no core runs anything",
          Location.ofFile(file.toString()),
          "add .core 0 stream=main and .stream main");
    }
    return program;
  }

  private static boolean isContainer(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(SUFFIX)
        || ProgramReader.isContainer(file);
  }

  private static void requireFile(Path file) {
    String problem =
        Files.isDirectory(file)
            ? "is a folder, not a file"
            : !Files.exists(file) ? "no such file" : Files.isReadable(file) ? "" : "not readable";
    if (!problem.isEmpty()) {
      throw NpusimException.usage(
          "file", problem, Location.ofFile(file.toString()), "check the path");
    }
  }
}
