package npusim.tools;

import java.util.List;
import npusim.diag.ExitCode;
import npusim.tools.cli.AsmCommand;
import npusim.tools.cli.CheckCommand;
import npusim.tools.cli.ChipsCommand;
import npusim.tools.cli.CompileCommand;
import npusim.tools.cli.CompletionCommand;
import npusim.tools.cli.ConfigCommand;
import npusim.tools.cli.DisasmCommand;
import npusim.tools.cli.DramCommand;
import npusim.tools.cli.ExecCommand;
import npusim.tools.cli.IsaCommand;
import npusim.tools.cli.ModelsCommand;
import npusim.tools.cli.OnnxTestCommand;
import npusim.tools.cli.OpsCommand;
import npusim.tools.cli.PassesCommand;
import npusim.tools.cli.RunCommand;
import npusim.tools.cli.SimulateCommand;
import npusim.tools.cli.ValidateCommand;
import npusim.tools.cli.VerifyCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
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
          CompileCommand.class,
          SimulateCommand.class,
          ExecCommand.class,
          OnnxTestCommand.class,
          CheckCommand.class,
          ValidateCommand.class,
          AsmCommand.class,
          DisasmCommand.class,
          VerifyCommand.class,
          DramCommand.class,
          ConfigCommand.class,
          ChipsCommand.class,
          ModelsCommand.class,
          OpsCommand.class,
          IsaCommand.class,
          PassesCommand.class,
          CompletionCommand.class);

  @Spec private CommandSpec spec;

  /** Runs the command line and ends the process with its {@link ExitCode}. */
  public static void main(String[] args) {
    CommandLine line = commandLine();
    int code;
    try {
      code = line.execute(args);
    } catch (OutOfMemoryError e) {
      line.getErr()
          .println(
              "error: not enough memory for the Java virtual machine [memory]\n"
                  + "  hint: give it more: NPUSIM_JAVA_OPTS=-Xmx8g npusim …");
      code = ExitCode.INFEASIBLE.code();
    } catch (StackOverflowError | LinkageError | AssertionError e) {
      code = Failures.internal(e, line).code();
    }
    line.getErr().flush();
    System.exit(code);
  }

  /**
   * The parser with all subcommands, error handling and exit codes; for {@link #main} and tests.
   */
  static CommandLine commandLine() {
    var line = new CommandLine(new Main());
    for (Class<?> subcommand : SUBCOMMANDS) {
      line.addSubcommand(subcommand);
    }
    return line.setExecutionExceptionHandler(
            (exception, command, parsed) -> Failures.report(exception, command).code())
        .setParameterExceptionHandler(Failures::usage)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }
}
