package npusim.tools.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import npusim.hardware.HardwareLoader;
import npusim.tools.report.ValidatedRange.Kind;
import npusim.tools.run.ModelArgument;
import npusim.workloads.Lang;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadOptions;
import org.junit.jupiter.api.Test;

class ValidatedRangeTest {
  private static List<Kind> kinds(String workload) {
    var options =
        new WorkloadOptions(
            1, OptionalLong.empty(), OptionalLong.empty(), Lang.EN, Weights.shapesOnly());
    return ValidatedRange.kinds(ModelArgument.resolve(workload, options));
  }

  @Test
  void knowsTheKindsOfWorkInAScenario() {
    assertThat(kinds("gemm:8,8,8")).containsExactly(Kind.PRODUCT);
    assertThat(kinds("conv:1,8,8,4,4,3")).containsExactly(Kind.CONVOLUTION);
    assertThat(kinds("layernorm:8,8")).containsExactly(Kind.ROWS);
    assertThat(kinds("add:8,8")).containsExactly(Kind.ELEMENTWISE);
    assertThat(kinds("attention:2,8,8")).containsExactly(Kind.ATTENTION);
    assertThat(kinds("resnet18")).containsExactly(Kind.CNN);
    assertThat(kinds("vit-base")).containsExactly(Kind.ENCODER);
    assertThat(kinds("bert-base-layer")).containsExactly(Kind.ENCODER);
    assertThat(kinds("gpt-2")).containsExactly(Kind.PREFILL, Kind.DECODE);
  }

  @Test
  void saysWhatMeasurementsSayOrThatThereAreNone() {
    var chip = HardwareLoader.load("tpu-v4");
    assertThat(ValidatedRange.of(chip, Kind.PRODUCT))
        .matches("matrix products on this chip: .*\\d+% off silicon on average, .* \\d+ rows .*");
    assertThat(ValidatedRange.of(chip, Kind.DECODE)).contains("outside the validated range");
    var changed = HardwareLoader.load("tpu-v4", List.of("core.matrix.arrays=2"));
    assertThat(ValidatedRange.of(changed, Kind.PRODUCT)).contains("description was changed");
    var unknown = HardwareLoader.load("edge");
    assertThat(ValidatedRange.of(unknown, Kind.PRODUCT)).startsWith("no measurement of this chip");
  }

  @Test
  void saysWhatARunLeavesOutOfWhatWasMeasured() {
    for (var range : ValidatedRange.all()) {
      String said = ValidatedRange.of(HardwareLoader.load(range.chip()), range.kind());
      String all = "s?, with transfers from the host and back, which are not in this report";
      String some = range.withHost() + " of them with transfers from the host and back";
      if (range.withHost() == 0) {
        assertThat(said).doesNotContain("host");
      } else if (range.withHost() == range.rows()) {
        assertThat(said).containsPattern("row" + all);
      } else {
        assertThat(said).contains(some);
      }
    }
    assertThat(ValidatedRange.all())
        .anyMatch(r -> r.withHost() == r.rows())
        .anyMatch(r -> r.withHost() > 0 && r.withHost() < r.rows());
  }

  @Test
  void warnsOfWhatIsFarOffAndOnlyOfThat() {
    for (var range : ValidatedRange.all()) {
      String said = ValidatedRange.of(HardwareLoader.load(range.chip()), range.kind());
      if (range.mape() > 0.3) {
        assertThat(said).contains("not to be relied upon");
      } else {
        assertThat(said).contains("off silicon on average").doesNotContain("relied");
      }
    }
  }

  @Test
  void readsWhatItWrites() {
    assertThat(ValidatedRange.csv(ValidatedRange.all()))
        .startsWith("chip,kind,rows,mape,worst,host\n");
    assertThat(ValidatedRange.all()).isNotEmpty();
  }
}
