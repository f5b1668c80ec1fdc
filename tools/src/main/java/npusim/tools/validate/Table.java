package npusim.tools.validate;

import java.util.ArrayList;
import java.util.List;

/**
 * A validation table.
 *
 * @param name file name without its ending
 * @param family tables of one family are judged together
 * @param title what was measured
 * @param kind what the rows are
 * @param source where the values are from
 * @param status published, third_party, derived, estimate or recalled
 * @param measure what the values count
 * @param notes what a reader should know; may be empty
 * @param worst why the worst row is the worst; may be empty
 * @param sets overrides that all rows of the table have
 * @param rows measurements, at least one
 */
public record Table(
    String name,
    String family,
    String title,
    Job.Kind kind,
    String source,
    String status,
    Measure measure,
    String notes,
    String worst,
    List<String> sets,
    List<Row> rows) {
  /** Copies the lists. */
  public Table {
    sets = List.copyOf(sets);
    rows = List.copyOf(rows);
  }

  /** The same with the first and every {@code n}th row after it. */
  public Table everyNth(int n) {
    var some = new ArrayList<Row>();
    for (int i = 0; i < rows.size(); i += n) {
      some.add(rows.get(i));
    }
    return withRows(some);
  }

  /** The same with other rows. */
  Table withRows(List<Row> others) {
    return new Table(
        name, family, title, kind, source, status, measure, notes, worst, sets, others);
  }
}
