package npusim.tools;

import java.io.PrintWriter;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import npusim.diag.ExitCode;
import npusim.tools.cli.AsmCommand;
import npusim.tools.cli.CheckCommand;
import npusim.tools.cli.ChipsCommand;
import npusim.tools.cli.CompareCommand;
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
import npusim.tools.cli.PlainRun;
import npusim.tools.cli.RunCommand;
import npusim.tools.cli.SimulateCommand;
import npusim.tools.cli.SweepCommand;
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
    version = Main.NAME_AND_VERSION,
    description = "Compiles neural networks for an NPU and simulates them.",
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
  /** The version of the product; a test holds it equal to the Maven version. */
  public static final String VERSION = "0.1.0";

  static final String NAME_AND_VERSION = "npusim " + VERSION;

  /** The subcommands by name, in the order the help lists them. */
  static final Map<String, Class<?>> SUBCOMMANDS = subcommands();

  @Spec private CommandSpec spec;

  private static Map<String, Class<?>> subcommands() {
    var all = new LinkedHashMap<String, Class<?>>();
    all.put("run", RunCommand.class);
    all.put("compile", CompileCommand.class);
    all.put("simulate", SimulateCommand.class);
    all.put("exec", ExecCommand.class);
    all.put("onnx-test", OnnxTestCommand.class);
    all.put("check", CheckCommand.class);
    all.put("compare", CompareCommand.class);
    all.put("sweep", SweepCommand.class);
    all.put("validate", ValidateCommand.class);
    all.put("asm", AsmCommand.class);
    all.put("disasm", DisasmCommand.class);
    all.put("verify", VerifyCommand.class);
    all.put("dram", DramCommand.class);
    all.put("config", ConfigCommand.class);
    all.put("chips", ChipsCommand.class);
    all.put("models", ModelsCommand.class);
    all.put("ops", OpsCommand.class);
    all.put("isa", IsaCommand.class);
    all.put("passes", PassesCommand.class);
    all.put("completion", CompletionCommand.class);
    return Collections.unmodifiableMap(all);
  }

  /** Runs the command line and ends the process with its {@link ExitCode}. */
  public static void main(String[] args) {
    if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
      // Answered without the parser: scripts ask this often and need nothing else.
      System.out.println(NAME_AND_VERSION);
      end(ExitCode.OK.code());
      return;
    }
    RunCommand plain = PlainRun.read(args);
    end(
        plain == null
            ? execute(commandLine(args), args)
            : execute(plain, PlainRun.writer(System.out), PlainRun.writer(System.err)));
  }

  private static void end(int ending) {
    // The stream keeps to itself that it could not write.
    int code = System.out.checkError() ? Failures.standardOutput(ending, System.err) : ending;
    // System.exit first looks for a logger to tell, in every jar. A command that is done has left
    // no thread that could keep the process alive.
    if (code != ExitCode.OK.code()) {
      System.exit(code);
    }
  }

  private static int execute(CommandLine line, String... args) {
    return guarded(() -> line.execute(args), line.getErr());
  }

  /** Runs a command that was read without the parser and ends as the parser's commands do. */
  static int execute(RunCommand plain, PrintWriter out, PrintWriter err) {
    IntSupplier run =
        () -> {
          try {
            return plain.run(out, err);
          } catch (RuntimeException e) {
            return Failures.report(e, err).code();
          }
        };
    return guarded(run, err);
  }

  /** What no command can be blamed for becomes a message as well. */
  private static int guarded(IntSupplier command, PrintWriter err) {
    int code;
    try {
      code = command.getAsInt();
    } catch (OutOfMemoryError e) {
      err.println(
          "error: not enough memory for the Java virtual machine [memory]\n"
              + "  hint: give it more: NPUSIM_JAVA_OPTS=-Xmx8g npusim …");
      code = ExitCode.INFEASIBLE.code();
    } catch (StackOverflowError | LinkageError | AssertionError e) {
      code = Failures.internal(e, err).code();
    }
    err.flush();
    return code;
  }

  /** The parser with all subcommands, error handling and exit codes. */
  static CommandLine commandLine() {
    return commandLine(SUBCOMMANDS.values());
  }

  /**
   * The parser for some arguments: a subcommand named first is the only one registered, since
   * reading the options of all of them takes longer than many a command. What needs to know them
   * all (help, completion, an unknown word) gets them all.
   */
  static CommandLine commandLine(String... args) {
    Class<?> named = args.length == 0 ? null : SUBCOMMANDS.get(args[0]);
    return named == null || named == CompletionCommand.class
        ? commandLine()
        : commandLine(List.of(named));
  }

  private static CommandLine commandLine(Collection<Class<?>> subcommands) {
    var line = new CommandLine(new Main());
    for (Class<?> subcommand : subcommands) {
      line.addSubcommand(subcommand);
    }
    return line.setExecutionExceptionHandler(
            (exception, command, parsed) -> Failures.report(exception, command.getErr()).code())
        .setParameterExceptionHandler(Failures::usage)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }
}
