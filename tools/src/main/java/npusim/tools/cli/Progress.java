package npusim.tools.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.Supplier;

/**
 * Says on standard error what a long command is doing: one line that is overwritten and finally
 * erased. Silent when standard error is no terminal and for the first two seconds.
 */
final class Progress implements AutoCloseable {
  /** Set by the launcher when standard error is a terminal. */
  static final String TERMINAL = "npusim.terminal";

  private static final long SILENT_MS = 2000;
  private static final long INTERVAL_MS = 250;
  private static final int WIDTH = 78;

  private final PrintWriter err;
  private final Timer clock;
  private final long start = System.nanoTime();
  private volatile String doing = "";
  private boolean shown;

  private Progress(PrintWriter err, Timer clock) {
    this.err = err;
    this.clock = clock;
  }

  /** A progress line for a terminal, or one that does nothing. */
  static Progress on(PrintWriter err) {
    return on(err, Boolean.getBoolean(TERMINAL), SILENT_MS);
  }

  static Progress on(PrintWriter err, boolean terminal, long silentMs) {
    // A timer is a thread of its own from the start.
    var progress = new Progress(err, terminal ? new Timer("progress", true) : null);
    if (terminal) {
      var task =
          new TimerTask() {
            @Override
            public void run() {
              progress.show();
            }
          };
      progress.clock.schedule(task, silentMs, INTERVAL_MS);
    }
    return progress;
  }

  /** Does some work that is one thing to say. */
  static <T> T during(PrintWriter err, String what, Supplier<T> work) {
    try (var progress = on(err)) {
      progress.say(what);
      return work.get();
    }
  }

  /** From now on this is being done. */
  void say(String what) {
    doing = what;
  }

  private synchronized void show() {
    if (doing.isEmpty()) {
      return;
    }
    shown = true;
    double seconds = (System.nanoTime() - start) * 1e-9;
    String line = String.format(Locale.ROOT, "%s · %.1f s", doing, seconds);
    err.print("\r" + pad(line));
    err.flush();
  }

  private static String pad(String line) {
    return line.length() >= WIDTH
        ? line.substring(0, WIDTH)
        : line + " ".repeat(WIDTH - line.length());
  }

  /** Erases the line. */
  @Override
  public void close() {
    if (clock != null) {
      clock.cancel();
    }
    synchronized (this) {
      if (shown) {
        err.print("\r" + " ".repeat(WIDTH) + "\r");
        err.flush();
      }
    }
  }
}
