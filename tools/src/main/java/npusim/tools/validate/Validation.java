package npusim.tools.validate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import npusim.diag.NpusimException;

/** Runs the rows of tables on the processors there are. */
public final class Validation {
  private Validation() {}

  /**
   * Runs every row; the result is the same for any number of threads.
   *
   * @param threads rows at a time, at least 1
   * @param progress told what was finished, from any thread
   * @return an outcome per row, in the order of tables and rows
   */
  public static List<Outcome> run(List<Table> tables, int threads, Consumer<String> progress) {
    int all = tables.stream().mapToInt(t -> t.rows().size()).sum();
    var done = new AtomicInteger();
    try (var pool = Executors.newFixedThreadPool(threads)) {
      var pending = new ArrayList<Future<Outcome>>();
      for (Table t : tables) {
        for (Row r : t.rows()) {
          pending.add(
              pool.submit(
                  () -> {
                    Outcome o = run(t, r);
                    progress.accept("row " + done.incrementAndGet() + " of " + all);
                    return o;
                  }));
        }
      }
      var out = new ArrayList<Outcome>();
      for (Future<Outcome> f : pending) {
        out.add(result(f));
      }
      return out;
    }
  }

  private static Outcome result(Future<Outcome> f) {
    try {
      return f.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while rows were running", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a row could not be run", e.getCause());
    }
  }

  private static Outcome run(Table t, Row r) {
    try {
      return new Outcome(t, r, Predictor.predict(r.job(), t.measure()), Optional.empty());
    } catch (NpusimException e) {
      return new Outcome(t, r, 0, Optional.of(e.diagnostics().getFirst().message()));
    } catch (RuntimeException e) {
      // The other rows are still worth having; the command ends with this fault.
      return new Outcome(t, r, 0, Optional.of("a fault of npusim: " + e), Optional.of(e));
    }
  }
}
