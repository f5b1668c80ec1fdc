package npusim.tools;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import npusim.diag.Diagnostic;
import npusim.diag.ExitCode;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Prints what stopped a command, without a stack trace, and says how the process ends. */
final class Failures {
  /** A source of more bytes is not read again to show a line of it. */
  private static final long EXCERPT_LIMIT = 8L << 20;

  /** More than these tell a reader nothing new. */
  private static final int MOST_MESSAGES = 50;

  private Failures() {}

  /** A command ended with an exception. */
  static ExitCode report(Exception exception, PrintWriter err) {
    return switch (exception) {
      case NpusimException expected -> {
        List<Diagnostic> all = expected.diagnostics();
        all.stream().limit(MOST_MESSAGES).forEach(d -> err.println(withExcerpt(d)));
        if (all.size() > MOST_MESSAGES) {
          err.println("… and " + (all.size() - MOST_MESSAGES) + " more like these");
        }
        err.flush();
        yield expected.exitCode();
      }
      case IOException io -> file(io, err);
      case UncheckedIOException io -> file(io.getCause(), err);
      default -> internal(exception, err);
    };
  }

  /** A fault of the program. */
  static ExitCode internal(Throwable fault, PrintWriter err) {
    StackTraceElement[] trace = fault.getStackTrace();
    err.printf(
        "npusim: internal error: %s%s%nPlease report it with the command line above it.%n",
        fault, trace.length == 0 ? "" : " at " + trace[0]);
    err.flush();
    return ExitCode.INTERNAL;
  }

  /** The arguments can't be understood. */
  static int usage(ParameterException exception, String... args) {
    CommandLine command = exception.getCommandLine();
    PrintWriter err = command.getErr();
    List<String> commands = List.copyOf(command.getSubcommands().keySet());
    if (exception instanceof UnmatchedArgumentException unmatched
        && !commands.isEmpty()
        && !unmatched.getUnmatched().getFirst().startsWith("-")) {
      String word = unmatched.getUnmatched().getFirst();
      err.println("error: there is no command \"" + word + "\" [usage]");
      err.println("  hint: " + Names.suggest(word, commands));
    } else {
      err.println("error: " + inWords(exception.getMessage()) + " [usage]");
      if (!UnmatchedArgumentException.printSuggestions(exception, err)) {
        String name = command.getCommandSpec().qualifiedName();
        err.println("  hint: `" + name + " --help` explains the arguments");
      }
    }
    err.flush();
    return ExitCode.USAGE.code();
  }

  /** The parser names Java's types. */
  private static String inWords(String message) {
    return message
        .replace("option option", "option")
        .replaceFirst(
            "cannot convert ('.*') to interface java.nio.file.Path .*",
            "$1 is no file name in this locale; LC_ALL=C.UTF-8 takes all letters")
        .replaceFirst("' is not an? (?:int|long)$", "' is no whole number")
        .replaceFirst("' is not a (?:double|float)$", "' is no number");
  }

  private static ExitCode file(IOException e, PrintWriter err) {
    String what = e.getClass().getSimpleName().replace("Exception", "");
    err.printf("error: %s: %s [file]%n", what, e.getMessage());
    err.flush();
    return ExitCode.USAGE;
  }

  /**
   * Standard output could not be written.
   *
   * @param code what the process would have ended with
   * @return what it ends with: a reader that has seen enough, such as {@code head}, is no failure
   */
  static int standardOutput(int code, PrintStream err) {
    String why = "not all was written";
    try (var again = new FileOutputStream(FileDescriptor.out)) {
      // The failure itself was not kept; it shows again.
      again.write('\n');
    } catch (IOException e) {
      why = e.getMessage();
    }
    if ("Broken pipe".equals(why)) {
      return code;
    }
    err.println("error: standard output: " + why + " [file]");
    return code == ExitCode.OK.code() ? ExitCode.USAGE.code() : code;
  }

  /** The message, with the line of its source and a caret when the source can be read again. */
  private static String withExcerpt(Diagnostic d) {
    if (d.location().line() == 0 || d.message().contains("\n")) {
      return d.render();
    }
    try {
      Path file = Path.of(d.location().file());
      boolean readable = Files.isRegularFile(file) && Files.size(file) <= EXCERPT_LIMIT;
      return readable ? d.render(Files.readString(file)) : d.render();
    } catch (IOException | RuntimeException e) {
      // The excerpt is a courtesy; the message says all that is needed without it.
      return d.render();
    }
  }
}
