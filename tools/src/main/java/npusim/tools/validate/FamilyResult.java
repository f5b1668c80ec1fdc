package npusim.tools.validate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.commons.math3.stat.correlation.SpearmansCorrelation;

/**
 * The rows of a family together.
 *
 * @param family name
 * @param outcomes its rows in the order of the tables
 */
public record FamilyResult(String family, List<Outcome> outcomes) {
  /** Copies the list. */
  public FamilyResult {
    outcomes = List.copyOf(outcomes);
  }

  /** Outcomes by family, in the order families first appear. */
  public static List<FamilyResult> group(List<Outcome> all) {
    Map<String, List<Outcome>> by = new LinkedHashMap<>();
    for (Outcome o : all) {
      by.computeIfAbsent(o.table().family(), f -> new ArrayList<>()).add(o);
    }
    return by.entrySet().stream().map(e -> new FamilyResult(e.getKey(), e.getValue())).toList();
  }

  /** Rows with a prediction. */
  public List<Outcome> ran() {
    return outcomes.stream().filter(Outcome::ran).toList();
  }

  /** Rows that could not run. */
  public List<Outcome> failed() {
    return outcomes.stream().filter(o -> !o.ran()).toList();
  }

  /** Mean of the absolute errors, 0.1 being 10 %; empty when no row ran. */
  public OptionalDouble mape() {
    return ran().stream().mapToDouble(o -> Math.abs(o.error())).average();
  }

  /** Row with the largest absolute error. */
  public Optional<Outcome> worst() {
    return ran().stream().max(Comparator.comparingDouble(o -> Math.abs(o.error())));
  }

  /**
   * Spearman's rank correlation of predicted and measured; empty for fewer than three rows, rows in
   * different units, or when either side is constant.
   */
  public OptionalDouble rankCorrelation() {
    List<Outcome> ran = ran();
    boolean oneUnit = ran.stream().map(o -> o.table().measure()).distinct().count() == 1;
    if (ran.size() < 3 || !oneUnit) {
      return OptionalDouble.empty();
    }
    double[] measured = ran.stream().mapToDouble(o -> o.row().measured()).toArray();
    double[] predicted = ran.stream().mapToDouble(Outcome::predicted).toArray();
    double rho = new SpearmansCorrelation().correlation(measured, predicted);
    return Double.isFinite(rho) ? OptionalDouble.of(rho) : OptionalDouble.empty();
  }
}
