package npusim.tools;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * One command line run in this process.
 *
 * @param exitCode what the process would have ended with
 * @param out what it printed
 * @param err what it complained about
 */
public record CommandRun(int exitCode, String out, String err) {
  /** Runs {@code npusim} with arguments. */
  public static CommandRun of(Object... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    var words = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      words[i] = args[i].toString();
    }
    int code =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(words);
    return new CommandRun(code, out.toString(), err.toString());
  }
}
