package npusim.tools.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import npusim.hardware.HardwareCatalog;
import npusim.tools.CommandRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A report says what a chip can't do with what was asked for. */
class HonestReportTest {
  static List<String> chips() {
    return HardwareCatalog.chips();
  }

  @ParameterizedTest
  @MethodSource("chips")
  void everyTypeIsReportedOnEveryChip(String chip) {
    for (String type : List.of("f32", "fp8", "int8", "w4a16")) {
      CommandRun run = CommandRun.of("run", "gemm:16,16,16", "--hw", chip, "--dtype", type);
      assertThat(run.exitCode()).as(type + ": " + run.err()).isZero();
      assertThat(run.out()).contains("4.10 kMAC", "where the time went");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--json", "--html", "--csv"})
  void filesAreWrittenForATypeThatNoArrayTakes(String option, @TempDir Path folder) {
    Path file = folder.resolve("r.out");
    CommandRun run =
        CommandRun.of("run", "gemm:16,16,16", "--hw", "tpu-v4", "--dtype", "f32", option, file);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(file).isNotEmptyFile();
  }

  @Test
  @Timeout(30)
  void aPageIsDrawnForMemoryWithoutALimit(@TempDir Path folder) {
    Path file = folder.resolve("r.html");
    CommandRun run =
        CommandRun.of(
            "run", "gemm:16,16,16", "--hw", "edge", "--set", "dram.model=ideal", "--html", file);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(file).content().contains("Roofline").doesNotContain("NaN", "Infinity");
  }

  @Test
  void productsOnTheVectorUnitsAreCounted() {
    assertThat(CommandRun.of("run", "gemm:16,16,16", "--hw", "tpu-v4", "--dtype", "fp8").out())
        .contains("4.10 kMAC of these on the vector units: the arrays do not take f8e4m3fn");
    assertThat(CommandRun.of("run", "gemm:16,16,16", "--hw", "tpu-v4", "--dtype", "bf16").out())
        .doesNotContain("on the vector units");
  }

  @Test
  void prunedWeightsThatNobodySkipsAreNamed() {
    String conv =
        CommandRun.of("run", "conv:1,8,8,16,16,3", "--hw", "edge", "--prune", "2:4").out();
    assertThat(conv).contains("filters of 1 convolution neither compressed nor skipped");
    String plain = CommandRun.of("run", "gemm:64,64,64", "--hw", "a100", "--prune", "2:4").out();
    assertThat(plain).contains("the chip has no decompressor").doesNotContain("skipped");
  }

  @Test
  void skippedProductsAreNotExecuted() {
    assertThat(CommandRun.of("run", "gemm:64,64,64", "--hw", "edge", "--prune", "2:4").out())
        .contains("compressed in DRAM, skipped by the array")
        .contains("131 kMAC of 262 kMAC executed");
  }
}
