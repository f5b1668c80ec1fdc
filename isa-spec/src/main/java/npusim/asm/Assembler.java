package npusim.asm;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.program.Program;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;

/**
 * Text to {@link Program}. Faults end in an {@link NpusimException} with exit code 2 whose
 * diagnostics carry file, line and column; all that are found are reported, up to 20.
 */
public final class Assembler {
  private Assembler() {}

  /** Assembles a file. */
  public static Program assemble(Path file) {
    try {
      return assemble(file.toString(), Files.readString(file));
    } catch (NoSuchFileException e) {
      throw unreadable(file, "no such file", e);
    } catch (CharacterCodingException e) {
      throw unreadable(file, "not UTF-8 text", e);
    } catch (IOException e) {
      throw unreadable(file, e.getMessage(), e);
    }
  }

  /**
   * Assembles text.
   *
   * @param file name for messages, and for the program without a {@code .program} directive
   */
  public static Program assemble(String file, String text) {
    var errors = new AsmErrors(file);
    var lexer = new NpuAsmLexer(CharStreams.fromString(text, file));
    lexer.removeErrorListeners();
    lexer.addErrorListener(errors);
    var parser = new NpuAsmParser(new CommonTokenStream(lexer));
    parser.removeErrorListeners();
    parser.addErrorListener(errors);
    NpuAsmParser.FileContext tree = parser.file();
    errors.raise();
    var streams = new StreamAssembler(errors);
    Path name = Path.of(file).getFileName();
    var directives = new Directives(errors, streams, name == null ? file : name.toString());
    for (NpuAsmParser.StatementContext statement : tree.statement()) {
      statement.label().forEach(streams::label);
      if (statement.directive() != null) {
        directives.apply(statement.directive());
      }
      if (statement.instruction() != null) {
        streams.instruction(statement.instruction());
      }
    }
    return directives.finish();
  }

  private static NpusimException unreadable(Path file, String why, IOException cause) {
    return new NpusimException(
        npusim.diag.ExitCode.USAGE,
        java.util.List.of(
            npusim.diag.Diagnostic.error(
                "asm-read", "cannot read: " + why, Location.ofFile(file.toString()))),
        cause);
  }
}
