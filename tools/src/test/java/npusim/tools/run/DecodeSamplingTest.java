package npusim.tools.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalLong;
import npusim.compiler.CompileOptions;
import npusim.hardware.HardwareLoader;
import npusim.workloads.Lang;
import npusim.workloads.Scenario;
import npusim.workloads.Stage;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadOptions;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decode steps that are sampled take as long together as all of them one by one. */
class DecodeSamplingTest {
  @ParameterizedTest
  @CsvSource({
    "'gpt-2:layers=2,hidden=128,heads=2,kv_heads=2,ffn=256,vocab=512', edge, 20, 80, 4",
    "'gpt-2:layers=2,hidden=128,heads=2,kv_heads=2,ffn=256,vocab=512', edge, 400, 40, 2",
    "'exaone-4.0-1.2b:layers=4,hidden=128,heads=4,kv_heads=2,head_dim=32,ffn=256,vocab=512', tiny,"
        + " 60, 90, 4",
  })
  void sampledStepsSumToAllOfThem(
      String workload, String chip, long prompt, long generate, long launches) {
    ScenarioResult sampled = run(workload, chip, prompt, generate, false);
    ScenarioResult all = run(workload, chip, prompt, generate, true);
    assertThat(sampled.stages().stream().mapToLong(s -> s.samples().size()).sum())
        .isEqualTo(launches);
    assertThat(all.stages().stream().mapToLong(s -> s.samples().size()).sum()).isEqualTo(generate);
    assertThat((double) sampled.cycles(Stage.Role.DECODE))
        .isCloseTo(all.cycles(Stage.Role.DECODE), Percentage.withPercentage(1));
  }

  private static ScenarioResult run(
      String workload, String chip, long prompt, long generate, boolean exact) {
    var options =
        new WorkloadOptions(
            1, OptionalLong.of(prompt), OptionalLong.of(generate), Lang.EN, Weights.shapesOnly());
    Scenario s = ModelArgument.resolve(workload, options);
    return new ScenarioRunner(
            HardwareLoader.load(chip),
            new RunOptions(CompileOptions.DEFAULT, Optional.empty(), exact))
        .run(s);
  }
}
