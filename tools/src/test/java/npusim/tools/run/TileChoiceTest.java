package npusim.tools.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import npusim.compiler.CompileOptions;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.workloads.Lang;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The compiler's choice of tiles and of a division among cores, by simulated time. */
class TileChoiceTest {
  private static final long[] EXTENTS = {64, 128, 256, 512};

  private static long cycles(Hardware hw, String workload, CompileOptions compile) {
    var options =
        new WorkloadOptions(
            1, OptionalLong.empty(), OptionalLong.empty(), Lang.EN, Weights.shapesOnly());
    return new ScenarioRunner(hw, new RunOptions(compile, Optional.empty(), false), 1)
        .run(ModelArgument.resolve(workload, options))
        .cycles();
  }

  /** Where the arrays wait for results to leave, where stores start late, where cores share. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "tpu-v3 gemm:512,512,512",
        "tpu-v3 gemm:2048,256,512",
        "tpu-v5e gemm:1024,256,512",
        "edge gemm:256,256,256",
        "atom gemm:512,512,512",
        "rngd gemm:512,512,512",
        "cloud-ai-100 gemm:512,512,128",
        "warboy gemm:512,128,128"
      })
  void noOtherTileIsMuchFaster(String chip, String workload) {
    Hardware hw = HardwareLoader.load(chip);
    long chosen = cycles(hw, workload, CompileOptions.DEFAULT);
    List<Long> others = new ArrayList<>();
    for (long m : EXTENTS) {
      for (long n : EXTENTS) {
        long k = m * n > 128 * 128 ? 128 : 512;
        var tile = new CompileOptions.Tile(m, n, k);
        try {
          others.add(cycles(hw, workload, CompileOptions.DEFAULT.withTile(tile)));
        } catch (NpusimException e) {
          assertThat(e.exitCode()).as("a tile that doesn't fit").isEqualTo(ExitCode.INFEASIBLE);
        }
      }
    }
    assertThat(others).hasSizeGreaterThan(4);
    assertThat(others).allSatisfy(c -> assertThat(c).isGreaterThan(chosen * 9 / 10));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "rngd gemm:1024,1024,512",
        "rngd gemm:2048,128,256",
        "atom gemm:512,1024,512",
        "x220 gemm:1024,256,512",
        "cloud-ai-100 gemm:256,2048,512"
      })
  void moreCoresAreNoSlower(String chip, String workload) {
    long before = Long.MAX_VALUE;
    for (int cores = 1; cores <= 8; cores *= 2) {
      Hardware hw = HardwareLoader.load(chip, List.of("chip.cores=" + cores));
      long now = cycles(hw, workload, CompileOptions.DEFAULT);
      assertThat(now).as(cores + " cores").isLessThanOrEqualTo((long) (1.03 * before));
      before = now;
    }
  }
}
