package npusim.tools.run;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * Runs tasks beside each other. Tasks share nothing that changes, so that answers are the same for
 * any number of threads.
 */
final class Workers implements AutoCloseable {
  private final ExecutorService pool;

  /** So many workers. */
  Workers(int threads) {
    pool =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              var thread = new Thread(task, "npusim-worker");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Starts a task.
   *
   * @return waits for the answer; throws what the task threw
   */
  <T> Supplier<T> start(Callable<T> task) {
    Future<T> future = pool.submit(task);
    return () -> answer(future);
  }

  private static <T> T answer(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a simulation", e);
    }
  }

  /** Tasks that nobody waits for any more are given up. */
  @Override
  public void close() {
    pool.shutdownNow();
  }
}
