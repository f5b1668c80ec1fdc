package npusim.tools.validate;

import java.util.Optional;

/**
 * What became of a row.
 *
 * @param table its table
 * @param row the row
 * @param predicted simulated value in the table's unit; 0 when it could not run
 * @param failure why it could not run
 * @param fault what went wrong inside npusim, when that is why
 */
public record Outcome(
    Table table,
    Row row,
    double predicted,
    Optional<String> failure,
    Optional<RuntimeException> fault) {
  /** Without a fault. */
  public Outcome(Table table, Row row, double predicted, Optional<String> failure) {
    this(table, row, predicted, failure, Optional.empty());
  }

  /** The job in a few words, with the overrides that other rows of its table don't have. */
  public String describe() {
    var s = new StringBuilder(row.job().describe());
    row.sets().stream()
        .filter(o -> !table.sets().contains(o))
        .forEach(o -> s.append(" · ").append(o));
    return s.toString();
  }

  /** Predicted over measured, less 1. */
  public double error() {
    return predicted / row.measured() - 1;
  }

  /** True when there is a prediction. */
  public boolean ran() {
    return failure.isEmpty();
  }
}
