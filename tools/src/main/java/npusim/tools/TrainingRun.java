package npusim.tools;

import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import npusim.diag.ExitCode;
import npusim.tools.cli.PlainRun;
import npusim.tools.cli.RunCommand;

/**
 * Runs several command lines in one process, with their output dropped. The launcher records this
 * process to make the JVM's start-up cache, so that a later start finds the classes of the usual
 * commands loaded and linked.
 */
public final class TrainingRun {
  private static final String SEPARATOR = "--then";

  private TrainingRun() {}

  /**
   * Runs each line and prints its exit code. A line that fails has trained the start-up as well:
   * the process ends with 0 all the same.
   *
   * @param args command lines separated by {@code --then}
   */
  public static void main(String[] args) {
    PrintStream terminal = System.out;
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    for (List<String> line : split(args)) {
      var nowhere = new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
      String[] words = line.toArray(String[]::new);
      RunCommand plain = PlainRun.read(words);
      int code =
          plain == null
              ? Main.commandLine(words).setOut(nowhere).execute(words)
              : Main.execute(plain, nowhere, nowhere);
      terminal.printf("training: %s: exit code %d%n", String.join(" ", line), code);
    }
    System.exit(ExitCode.OK.code());
  }

  static List<List<String>> split(String[] args) {
    var lines = new ArrayList<List<String>>();
    var line = new ArrayList<String>();
    for (String arg : args) {
      if (arg.equals(SEPARATOR)) {
        lines.add(List.copyOf(line));
        line.clear();
      } else {
        line.add(arg);
      }
    }
    lines.add(List.copyOf(line));
    return lines;
  }
}
