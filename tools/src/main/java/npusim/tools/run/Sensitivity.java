package npusim.tools.run;

import java.util.List;

/**
 * What a change of the chip does to a scenario, compiled and simulated again.
 *
 * @param change what was changed, for people
 * @param sets the change as {@code --set} texts; empty when the chip has nothing to change
 * @param cycles latency in cycles of the changed chip's clock
 * @param seconds latency
 * @param joules energy
 * @param problem why there is no result; empty when there is one
 */
public record Sensitivity(
    String change, List<String> sets, long cycles, double seconds, double joules, String problem) {
  /** Copies the list. */
  public Sensitivity {
    sets = List.copyOf(sets);
  }

  /** A change with a result. */
  static Sensitivity of(String change, List<String> sets, ScenarioResult r) {
    return new Sensitivity(change, sets, r.cycles(), r.seconds(r.cycles()), r.joules(), "");
  }

  /** A change that is not possible. */
  static Sensitivity impossible(String change, List<String> sets, String why) {
    return new Sensitivity(change, sets, 0, 0, 0, why);
  }

  /** True when there is a result. */
  public boolean possible() {
    return problem.isEmpty();
  }
}
