package npusim.tools.cli;

import java.io.BufferedWriter;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.HashSet;

/**
 * Reads the arguments of {@code npusim run} where there is nothing to them: a model and options of
 * one plain value, each once. Setting up the parser for all that a command could be told takes
 * longer than a small run. Whatever else is given, right or wrong, is left to the parser; where
 * both understand a line, they understand the same (by test).
 */
public final class PlainRun {
  private static final int MAX_DIGITS = 9;

  private PlainRun() {}

  /** The command, or null when it takes the parser to understand the arguments. */
  public static RunCommand read(String... args) {
    boolean otherEncoding =
        System.getProperty("sun.stdout.encoding") != null
            || System.getProperty("sun.stderr.encoding") != null;
    if (args.length < 2 || !args[0].equals("run") || otherEncoding) {
      return null;
    }
    String model = null;
    var hardware = new HardwareOptions();
    var workload = new WorkloadArgs();
    var given = new HashSet<String>();
    for (int i = 1; i < args.length; i++) {
      String arg = args[i];
      if (isPlain(arg) && model == null) {
        model = arg;
        continue;
      }
      String value = i + 1 < args.length ? args[++i] : "";
      boolean taken =
          isPlain(value)
              && given.add(arg)
              && (hardware.take(arg, value)
                  || isDigits(value) && workload.take(arg, Long.parseLong(value)));
      if (!taken) {
        return null;
      }
    }
    return model == null ? null : new RunCommand(model, hardware, workload);
  }

  /** A writer to a stream as the parser opens it. */
  public static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(
        new BufferedWriter(new OutputStreamWriter(stream, Charset.defaultCharset())), true);
  }

  /** Letters and digits mostly; nothing that means something to a parser of arguments. */
  private static boolean isPlain(String value) {
    if (value.isEmpty() || value.charAt(0) == '-') {
      return false;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!letter && "-_.,:/=".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDigits(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) < '0' || value.charAt(i) > '9') {
        return false;
      }
    }
    return value.length() <= MAX_DIGITS && value.charAt(0) != '0';
  }
}
