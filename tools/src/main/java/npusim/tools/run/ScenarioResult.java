package npusim.tools.run;

import java.util.List;
import java.util.Optional;
import npusim.hardware.Hardware;
import npusim.isa.DType;
import npusim.tools.exec.Accuracy;
import npusim.workloads.Scenario;
import npusim.workloads.Stage;

/**
 * A scenario's stages added up.
 *
 * @param scenario what was asked for
 * @param hw where it ran
 * @param dtype type it was computed in
 * @param stages results in the scenario's order
 * @param pruning what pruning and compression of the weights brought, when they were pruned
 * @param accuracy what recasting or pruning cost, when it was measured
 */
public record ScenarioResult(
    Scenario scenario,
    Hardware hw,
    DType dtype,
    List<StageTotals> stages,
    Optional<PruningGain> pruning,
    Optional<Accuracy> accuracy) {
  /** A result of a model whose weights are all there. */
  public ScenarioResult(Scenario scenario, Hardware hw, DType dtype, List<StageTotals> stages) {
    this(scenario, hw, dtype, stages, Optional.empty(), Optional.empty());
  }

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
