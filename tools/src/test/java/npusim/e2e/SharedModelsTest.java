package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import npusim.compiler.CompileOptions;
import npusim.compiler.SharedData;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.sim.functional.Schedule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Exported models give the values of their reference on a chip so small that every tensor is tiled,
 * and on several cores with resident tensors under a schedule that exposes missing semaphores.
 */
class SharedModelsTest {
  static Stream<Path> models() {
    return Cases.below(SharedData.folder("onnx/models")).stream();
  }

  @ParameterizedTest
  @MethodSource("models")
  void tinyChip(Path model) {
    check(model, HardwareLoader.load("tiny"), Schedule.PROGRAM_ORDER);
  }

  @ParameterizedTest
  @MethodSource("models")
  void threeCoresWithLateStores(Path model) {
    check(model, HardwareLoader.load("edge", List.of("chip.cores=3")), Schedule.LATE_STORES);
  }

  private static void check(Path model, Hardware hw, Schedule schedule) {
    Cases.Outcome o = Cases.run(model, hw, CompileOptions.DEFAULT, schedule);
    assertThat(o.kind()).as(o.detail()).isEqualTo(Cases.Outcome.Kind.PASSED);
  }
}
