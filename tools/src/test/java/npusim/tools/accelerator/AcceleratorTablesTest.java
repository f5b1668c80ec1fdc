package npusim.tools.accelerator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import npusim.hardware.HardwareLoader;
import npusim.tools.validate.Job;
import npusim.tools.validate.Table;
import npusim.tools.validate.Tables;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Predictions against the RTL of whole accelerators, row by row of the validation tables. */
class AcceleratorTablesTest {
  @ParameterizedTest
  @CsvSource({
    "gemmini-exec, 0.001, 0.01",
    "gemmini-full, 0.02, 0.12",
    "gemmini-latency, 0.01, 0.05",
    "gemmini-dma, 0.025, 0.10",
    "vta-pynq, 0.01, 0.07",
    "wormhole-transfers, 0.05, 0.16"
  })
  void errorsStayWithinBounds(String family, double mean, double worst) {
    Table table =
        Tables.all().stream().filter(t -> t.family().equals(family)).findFirst().orElseThrow();
    var drivers = List.of(new GemminiPredictor(), new VtaPredictor(), new TensixPredictor());
    var errors = new ArrayList<Double>();
    for (var row : table.rows()) {
      var job = (Job.OnAccelerator) row.job();
      long cycles =
          drivers.stream()
              .filter(d -> d.chips().contains(job.machine()))
              .findFirst()
              .orElseThrow()
              .cycles(job);
      double error = Math.abs(cycles / row.measured() - 1);
      assertThat(error).as(job.describe() + ": " + cycles).isLessThanOrEqualTo(worst);
      errors.add(error);
    }
    double average = errors.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    assertThat(average).isLessThanOrEqualTo(mean);
  }

  @ParameterizedTest
  @CsvSource({"64, 8, 20", "64, 1, 30"})
  void fasterMemoryIsSlowerWhereLoadsHoldUpReads(long tile, long fast, long slow) {
    assertThat(loop(tile, fast)).isGreaterThan(loop(tile, slow) * 11 / 10);
  }

  private static long loop(long tile, long latency) {
    var hw =
        Variant.memory(
            HardwareLoader.load("gemmini-16x16", List.of()),
            OptionalLong.of(latency),
            OptionalLong.of(latency));
    return Variant.cycles(hw, new GemminiLoops(hw, 256, 256, 256, tile, tile, 256, true).program());
  }
}
