package npusim.tools.validate;

import npusim.diag.Location;

/**
 * One measurement.
 *
 * @param job what was measured
 * @param measured value in the table's unit, above 0
 * @param location where the row stands
 */
public record Row(Job job, double measured, Location location) {}
