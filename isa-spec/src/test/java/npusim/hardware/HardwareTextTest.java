package npusim.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HardwareTextTest {

  @Test
  void showsValueUnitStatusAndSource() {
    var hw = HardwareLoader.load("warboy", List.of("core.matrix.cols=32"));
    var lines =
        HardwareText.show(hw, "core.matrix").lines().map(l -> l.replaceAll(" +", " ")).toList();
    assertThat(lines)
        .contains(
            "core.matrix.rows 32 processing elements published 64dpes.yml (MLPerf v1.1): mac_width"
                + " 32",
            "core.matrix.cols 32 processing elements override --set core.matrix.cols=32",
            "core.matrix.output_delay_cycles 1 cycles default schema default")
        .allMatch(l -> l.startsWith("core.matrix."));
  }

  @Test
  void wholeDescriptionBeginsWithTitleAndNotes() {
    var hw = HardwareLoader.load("edge");
    assertThat(HardwareText.show(hw, ""))
        .startsWith("edge: Generic edge NPU")
        .contains("No product.")
        .contains("fingerprint " + hw.fingerprint())
        .contains("core.scratchpad.bytes")
        .contains("2 MiB")
        .doesNotContain("host.latency_us  5  µs  unstated");
  }

  @Test
  void headlineNamesWhatIsMissed() {
    var hw = HardwareLoader.load("warboy", List.of("core.matrix.arrays=32", "dram.channels=2"));
    assertThat(Headline.mismatches(hw))
        .hasSize(2)
        .anyMatch(l -> l.contains("i8 peak: description gives 32.8 TOPS, published are 64.0"))
        .anyMatch(l -> l.contains("DRAM: description gives 17.1 GB/s"));
  }
}
