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
 * @param whatIf the same on changed chips; empty when it was not asked for
 */
public record ScenarioResult(
    Scenario scenario,
    Hardware hw,
    DType dtype,
    List<StageTotals> stages,
    Optional<PruningGain> pruning,
    Optional<Accuracy> accuracy,
    List<Sensitivity> whatIf) {
  /** Copies the lists. */
  public ScenarioResult {
    stages = List.copyOf(stages);
    whatIf = List.copyOf(whatIf);
  }

  /** A result of a model whose weights are all there. */
  public ScenarioResult(Scenario scenario, Hardware hw, DType dtype, List<StageTotals> stages) {
    this(scenario, hw, dtype, stages, Optional.empty(), Optional.empty(), List.of());
  }

  /** The same with what changes of the chip would bring. */
  public ScenarioResult withWhatIf(List<Sensitivity> changes) {
    return new ScenarioResult(scenario, hw, dtype, stages, pruning, accuracy, changes);
  }

  /** Chips of the system that its stages run on; the others take no part, and no power. */
  public int chips() {
    return stages.stream().mapToInt(s -> s.program().chips()).max().orElse(1);
  }

  /** Chips of which one was simulated for all, because they do the same; 1 when all were. */
  public int chipsAlike() {
    return stages.stream().mapToInt(StageTotals::chipsAlike).max().orElse(1);
  }

  /** Energy of all stages, J. */
  public double joules() {
    return stages.stream().mapToDouble(s -> s.energy().joules()).sum();
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
