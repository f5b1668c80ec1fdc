package npusim.asm;

import java.util.ArrayList;
import java.util.List;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;

/** Collects the errors of an assembly file; also listens to the parser. */
final class AsmErrors extends BaseErrorListener {
  private static final int LIMIT = 20;

  private final String file;
  private final List<Diagnostic> found = new ArrayList<>();

  AsmErrors(String file) {
    this.file = file;
  }

  /** Errors so far. */
  int count() {
    return found.size();
  }

  void add(ParserRuleContext at, String code, String message, String hint) {
    add(at.getStart(), code, message, hint);
  }

  void add(Token at, String code, String message, String hint) {
    add(location(at), code, message, hint);
  }

  void add(Location at, String code, String message, String hint) {
    if (found.size() < LIMIT) {
      found.add(Diagnostic.error(code, message, at, hint));
    }
  }

  Location location(Token token) {
    return new Location(file, token.getLine(), token.getCharPositionInLine() + 1);
  }

  Location location(ParserRuleContext context) {
    return location(context.getStart());
  }

  /** Throws what was found, if anything. */
  void raise() {
    if (!found.isEmpty()) {
      throw NpusimException.usage(found);
    }
  }

  @Override
  public void syntaxError(
      Recognizer<?, ?> recognizer,
      Object symbol,
      int line,
      int column,
      String message,
      RecognitionException e) {
    boolean unexpected = e != null || message.contains("<EOF>");
    String text =
        symbol instanceof Token token && unexpected ? "unexpected " + describe(token) : message;
    add(
        new Location(file, line, column + 1),
        "asm-syntax",
        text,
        "a statement is .directive arguments, label:, or mnemonic name=value … wait(s1:1)"
            + " signal(s2:1)");
  }

  private static String describe(Token token) {
    return switch (token.getType()) {
      case Token.EOF -> "end of line";
      case NpuAsmLexer.UNKNOWN ->
          token.getText().equals("\"") ? "string without closing quote" : token.getText();
      default -> token.getText();
    };
  }
}
