package npusim.tools.run;

import java.util.List;
import npusim.hardware.Hardware;
import npusim.isa.DType;
import npusim.workloads.Scenario;
import npusim.workloads.Stage;

/**
 * A scenario's stages added up.
 *
 * @param scenario what was asked for
 * @param hw where it ran
 * @param dtype type it was computed in
 * @param stages results in the scenario's order
 */
public record ScenarioResult(
    Scenario scenario, Hardware hw, DType dtype, List<StageTotals> stages) {
  /** Copies the list. */
  public ScenarioResult {
    stages = List.copyOf(stages);
  }

  /** Cycles of everything. */
  public long cycles() {
    return stages.stream().mapToLong(StageTotals::cycles).sum();
  }

  /** Seconds of some cycles. */
  public double seconds(double cycles) {
    return cycles / hw.chip().cyclesPerSecond();
  }

  /** Cycles of the stages of a role. */
  public long cycles(Stage.Role role) {
    return of(role).stream().mapToLong(StageTotals::cycles).sum();
  }

  /** Launches of the stages of a role. */
  public long launches(Stage.Role role) {
    return of(role).stream().mapToLong(StageTotals::launches).sum();
  }

  /** Stages of a role. */
  public List<StageTotals> of(Stage.Role role) {
    return stages.stream().filter(s -> s.stage().role() == role).toList();
  }
}
