package npusim.tools;

import java.util.List;
import npusim.diag.Diagnostic;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import npusim.tools.cli.ChipsCommand;
import npusim.tools.cli.ExecCommand;
import npusim.tools.cli.ModelsCommand;
import npusim.tools.cli.OnnxTestCommand;
import npusim.tools.cli.PassesCommand;
import npusim.tools.cli.RunCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root command. Every subcommand is a class in {@link #SUBCOMMANDS}. */
@Command(
    name = "npusim",
    mixinStandardHelpOptions = true,
    version = "npusim " + Main.VERSION,
    description = "Compiles neural networks for an NPU and simulates them.",
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
  /** The version of the product; a test holds it equal to the Maven version. */
  public static final String VERSION = "0.1.0";

  /** The subcommands, in the order the help lists them. */
  static final List<Class<?>> SUBCOMMANDS =
      List.of(
          RunCommand.class,
          ExecCommand.class,
          OnnxTestCommand.class,
          ChipsCommand.class,
          ModelsCommand.class,
          PassesCommand.class);

  @Spec private CommandSpec spec;

  /** Runs the command line and ends the process with its {@link ExitCode}. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /**
   * The parser with all subcommands, error handling and exit codes; for {@link #main} and tests.
   */
  static CommandLine commandLine() {
    var line = new CommandLine(new Main());
    for (Class<?> subcommand : SUBCOMMANDS) {
      line.addSubcommand(subcommand);
    }
    IExecutionExceptionHandler failures =
        (exception, command, parsed) -> report(exception, command).code();
    return line.setExecutionExceptionHandler(failures).setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  /** Prints what stopped a command, without a stack trace, and says how the process ends. */
  private static ExitCode report(Exception exception, CommandLine command) {
    if (exception instanceof NpusimException expected) {
      for (Diagnostic diagnostic : expected.diagnostics()) {
        command.getErr().println(diagnostic.render());
      }
      return expected.exitCode();
    }
    StackTraceElement[] trace = exception.getStackTrace();
    command
        .getErr()
        .printf(
            "npusim: internal error: %s%s%nPlease report it with the command line above it.%n",
            exception, trace.length == 0 ? "" : " at " + trace[0]);
    return ExitCode.INTERNAL;
  }
}
