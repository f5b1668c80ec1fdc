package npusim.tools.check;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import npusim.diag.Location;
import npusim.hardware.Hardware;
import npusim.tools.report.Metric;
import npusim.tools.run.RunOptions;
import npusim.workloads.Scenario;

/**
 * One expectation file.
 *
 * @param file where it was read
 * @param text the whole file, for rewriting its values in place
 * @param scenario what to run
 * @param hw where to run it
 * @param options how to run it
 * @param limits expected figures in the order written
 * @param deadlineMs time the job is allowed; empty for none
 * @param layers cycles of the slowest layers when the file was last approved; empty when it never
 *     was
 * @param layersAt position of the key {@code layers}; {@link Location#NONE} without one
 * @param layersEnd first line after the layers, from 1
 */
public record Expectation(
    Path file,
    String text,
    Scenario scenario,
    Hardware hw,
    RunOptions options,
    List<Limit> limits,
    OptionalDouble deadlineMs,
    Map<String, Long> layers,
    Location layersAt,
    int layersEnd) {

  /** What is expected of a metric. */
  public sealed interface Limit {
    /** The figure. */
    Metric metric();
  }

  /**
   * A value, exact or within a tolerance.
   *
   * @param metric the figure
   * @param value the value approved; NaN when there is none yet
   * @param tolerance share of the value that is allowed to either side; 0: exact
   * @param at where the value stands
   * @param width characters of the value there
   */
  public record Value(Metric metric, double value, double tolerance, Location at, int width)
      implements Limit {}

  /**
   * Bounds, both included; infinite where open. They are never rewritten.
   *
   * @param metric the figure
   * @param min least
   * @param max most
   */
  public record Range(Metric metric, double min, double max) implements Limit {}
}
