package npusim.compiler.text;

import java.util.List;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.diag.SourceExcerpt;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;

/**
 * Turns faults in a text into diagnostics with line, column and a caret; the first one ends the
 * work.
 */
final class TextErrors extends BaseErrorListener {
  private final String file;
  private final String text;

  TextErrors(String file, String text) {
    this.file = file;
    this.text = text;
  }

  @Override
  public void syntaxError(
      Recognizer<?, ?> recognizer,
      Object symbol,
      int line,
      int column,
      String message,
      RecognitionException e) {
    String unknown = "token recognition error at: ";
    if (message.startsWith(unknown)) {
      throw at(
          line,
          column + 1,
          "unexpected character " + message.substring(unknown.length()),
          "names of other letters than a to z stand in double quotes");
    }
    throw at(line, column + 1, message, "the grammar is that of ONNX's textual syntax");
  }

  NpusimException at(ParserRuleContext c, String message) {
    return at(c.getStart(), message);
  }

  NpusimException at(Token t, String message) {
    return at(t.getLine(), t.getCharPositionInLine() + 1, message, "");
  }

  NpusimException at(ParserRuleContext c, String message, String hint) {
    return at(c.getStart().getLine(), c.getStart().getCharPositionInLine() + 1, message, hint);
  }

  private NpusimException at(int line, int column, String message, String hint) {
    Location where = new Location(file, line, column);
    String excerpt = SourceExcerpt.caret(text, where);
    String shown = excerpt.isEmpty() ? message : message + "\n" + excerpt;
    return NpusimException.usage(List.of(Diagnostic.error("", shown, where, hint)));
  }
}
