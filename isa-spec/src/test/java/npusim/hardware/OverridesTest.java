package npusim.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverridesTest {
  @TempDir private Path folder;

  @Test
  void whatWasChangedIsKnown() {
    Hardware edge = HardwareLoader.load("edge");
    assertThat(edge.overrides()).isEmpty();
    Hardware changed =
        HardwareLoader.load("edge", List.of("dram.channels=1", "core.matrix={rows: 8, cols: 8}"));
    assertThat(changed.overrides())
        .containsExactly("core.matrix={rows: 8, cols: 8}", "dram.channels=1");
    assertThat(edge.with(List.of("dram.channels=1")).with(List.of("chip.cores=2")).overrides())
        .containsExactly("chip.cores=2", "dram.channels=1");
  }

  /** As the file that it extends. */
  @Test
  void aMemoryInAFileLiesBesideTheDescriptionThatNamesIt() throws IOException {
    Path memory = folder.resolve("memory.yaml");
    Files.writeString(memory, HardwareCatalog.dramYaml("DDR4-3200").orElseThrow());
    Path chip = folder.resolve("chip.yaml");
    Files.writeString(chip, "extends: edge\ndram: {preset: memory.yaml}\n");
    var built = timing(HardwareLoader.load("edge", List.of("dram.preset=DDR4-3200")));
    assertThat(timing(HardwareLoader.load(chip.toString()))).isEqualTo(built);
    assertThat(timing(HardwareLoader.load("edge", List.of("dram.preset=" + memory))))
        .isEqualTo(built)
        .isNotEqualTo(timing(HardwareLoader.load("edge")));
  }

  private static Object timing(Hardware hw) {
    return hw.dram().spec().orElseThrow().timing();
  }
}
