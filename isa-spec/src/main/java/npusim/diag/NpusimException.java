package npusim.diag;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Stops the work with at least one {@link Diagnostic} and the exit code the process ends with.
 * Thrown for everything a user can cause; a fault of the program itself is any other exception.
 */
public final class NpusimException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Diagnostic> diagnostics;
  private final ExitCode exitCode;

  public NpusimException(ExitCode exitCode, List<Diagnostic> diagnostics) {
    this(exitCode, diagnostics, null);
  }

  /**
   * @param cause what was caught on the way, for developers; never shown to a user; may be null
   */
  public NpusimException(ExitCode exitCode, List<Diagnostic> diagnostics, Throwable cause) {
    super(render(diagnostics), cause);
    if (diagnostics.isEmpty()) {
      throw new IllegalArgumentException("an exception needs at least one diagnostic");
    }
    this.exitCode = exitCode;
    this.diagnostics = List.copyOf(diagnostics);
  }

  /** Wrong usage or invalid input: exit code 2. */
  public static NpusimException usage(List<Diagnostic> diagnostics) {
    return new NpusimException(ExitCode.USAGE, diagnostics);
  }

  /** Wrong usage or invalid input: exit code 2. */
  public static NpusimException usage(Diagnostic diagnostic) {
    return usage(List.of(diagnostic));
  }

  /** Wrong usage or invalid input at a place: exit code 2. */
  public static NpusimException usage(String code, String message, Location location, String hint) {
    return usage(Diagnostic.error(code, message, location, hint));
  }

  /** Wrong usage that belongs to no file: exit code 2. */
  public static NpusimException usage(String code, String message, String hint) {
    return usage(code, message, Location.NONE, hint);
  }

  /** Valid but impossible or unsupported: exit code 3. */
  public static NpusimException infeasible(List<Diagnostic> diagnostics) {
    return new NpusimException(ExitCode.INFEASIBLE, diagnostics);
  }

  /** Valid but impossible or unsupported: exit code 3. */
  public static NpusimException infeasible(Diagnostic diagnostic) {
    return infeasible(List.of(diagnostic));
  }

  /** Valid but impossible or unsupported at a place: exit code 3. */
  public static NpusimException infeasible(
      String code, String message, Location location, String hint) {
    return infeasible(Diagnostic.error(code, message, location, hint));
  }

  /** Valid but impossible or unsupported, belonging to no file: exit code 3. */
  public static NpusimException infeasible(String code, String message, String hint) {
    return infeasible(code, message, Location.NONE, hint);
  }

  /** A check failed: exit code 1. */
  public static NpusimException checkFailed(List<Diagnostic> diagnostics) {
    return new NpusimException(ExitCode.CHECK_FAILED, diagnostics);
  }

  /** A check failed: exit code 1. */
  public static NpusimException checkFailed(Diagnostic diagnostic) {
    return checkFailed(List.of(diagnostic));
  }

  /** The messages, at least one, in the order found. */
  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  /** What the process ends with. */
  public ExitCode exitCode() {
    return exitCode;
  }

  private static String render(List<Diagnostic> diagnostics) {
    return diagnostics.stream().map(Diagnostic::render).collect(Collectors.joining("\n"));
  }
}
