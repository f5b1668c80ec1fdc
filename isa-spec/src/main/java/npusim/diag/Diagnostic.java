package npusim.diag;

import java.util.Objects;

/**
 * One message about an input.
 *
 * @param severity error, warning or note
 * @param code short stable kebab-case name of the kind of problem, for example {@code hw-range};
 *     empty for none
 * @param message what is wrong: the value, its unit, the legal range
 * @param location where it is; {@link Location#NONE} when not in a file
 * @param hint what to do about it; empty for none
 */
public record Diagnostic(
    Severity severity, String code, String message, Location location, String hint) {

  public Diagnostic {
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(location, "location");
    Objects.requireNonNull(hint, "hint");
  }

  /** An error at a place, with a hint. */
  public static Diagnostic error(String code, String message, Location location, String hint) {
    return new Diagnostic(Severity.ERROR, code, message, location, hint);
  }

  /** An error at a place, without a hint. */
  public static Diagnostic error(String code, String message, Location location) {
    return error(code, message, location, "");
  }

  /** An error that belongs to no file. */
  public static Diagnostic error(String code, String message) {
    return error(code, message, Location.NONE, "");
  }

  /** A warning at a place, with a hint. */
  public static Diagnostic warning(String code, String message, Location location, String hint) {
    return new Diagnostic(Severity.WARNING, code, message, location, hint);
  }

  /** A note at a place. */
  public static Diagnostic note(String code, String message, Location location) {
    return new Diagnostic(Severity.NOTE, code, message, location, "");
  }

  /** The same message with another hint. */
  public Diagnostic withHint(String newHint) {
    return new Diagnostic(severity, code, message, location, newHint);
  }

  /**
   * The message as printed: {@code file:line:col: error: message [code]}, then {@code hint: …} on a
   * line of its own when there is one. No trailing newline.
   */
  public String render() {
    return render("");
  }

  /**
   * As {@link #render()}, with the offending line of {@code source} and a caret below the column
   * between message and hint when the position lies within it.
   *
   * @param source the whole text of the file the location names
   */
  public String render(String source) {
    var text = new StringBuilder();
    if (!location.isNone()) {
      text.append(location).append(": ");
    }
    text.append(severity.label()).append(": ").append(message);
    if (!code.isEmpty()) {
      text.append(" [").append(code).append(']');
    }
    String excerpt = SourceExcerpt.caret(source, location);
    if (!excerpt.isEmpty()) {
      text.append('\n').append(excerpt);
    }
    if (!hint.isEmpty()) {
      text.append("\n  hint: ").append(hint);
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return render();
  }
}
