package npusim.tools.validate;

import java.util.List;
import npusim.diag.Location;

/**
 * One measurement.
 *
 * @param job what was measured
 * @param measured value in the table's unit, above 0
 * @param sets overrides of the chip's or memory's parameters, as the table writes them
 * @param location where the row stands
 */
public record Row(Job job, double measured, List<String> sets, Location location) {
  /** Copies the list. */
  public Row {
    sets = List.copyOf(sets);
  }
}
