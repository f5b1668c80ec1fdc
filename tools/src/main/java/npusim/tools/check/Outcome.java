package npusim.tools.check;

import java.util.List;
import java.util.Map;
import npusim.tools.report.Metric;

/**
 * What became of an expectation.
 *
 * @param expectation what was expected
 * @param title workload and chip
 * @param failures what was not met, one line each; empty: passed
 * @param moves the layers that moved most, one line each; empty when it passed
 * @param measured the figures; empty when the workload could not be run
 * @param layers cycles by layer
 */
public record Outcome(
    Expectation expectation,
    String title,
    List<String> failures,
    List<String> moves,
    Map<Metric, Number> measured,
    Map<String, Long> layers) {
  /** Whether everything was met. */
  public boolean passed() {
    return failures.isEmpty();
  }
}
