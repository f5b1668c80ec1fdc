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
    var streams = new StreamAssembler(errors);
    Path name = Path.of(file).getFileName();
    var directives = new Directives(errors, streams, name == null ? file : name.toString());
    var parser = parser(errors);
    var lexer = (NpuAsmLexer) parser.getTokenStream().getTokenSource();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      // Line by line, so that the syntax tree of a large program never exists as a whole.
      lexer.setInputStream(CharStreams.fromString(line, file));
      lexer.setLine(++number);
      parser.setTokenStream(new CommonTokenStream(lexer));
      int before = errors.count();
      NpuAsmParser.StatementContext statement = parser.line().statement();
      if (statement != null && errors.count() == before) {
        statement(statement, streams, directives);
      }
    }
    return directives.finish();
  }

  private static NpuAsmParser parser(AsmErrors errors) {
    var lexer = new NpuAsmLexer(CharStreams.fromString(""));
    lexer.removeErrorListeners();
    lexer.addErrorListener(errors);
    var parser = new NpuAsmParser(new CommonTokenStream(lexer));
    parser.removeErrorListeners();
    parser.addErrorListener(errors);
    return parser;
  }

  private static void statement(
      NpuAsmParser.StatementContext statement, StreamAssembler streams, Directives directives) {
    statement.label().forEach(streams::label);
    if (statement.directive() != null) {
      directives.apply(statement.directive());
    }
    if (statement.instruction() != null) {
      streams.instruction(statement.instruction());
    }
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
