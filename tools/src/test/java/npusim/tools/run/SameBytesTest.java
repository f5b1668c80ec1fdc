package npusim.tools.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TimeZone;
import npusim.compiler.CompileOptions;
import npusim.compiler.quant.Pruning;
import npusim.hardware.HardwareLoader;
import npusim.tools.report.CsvReport;
import npusim.tools.report.HtmlReport;
import npusim.tools.report.JsonReport;
import npusim.tools.report.TextReport;
import npusim.workloads.Lang;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reports have the same bytes whatever the number of threads, the locale and the time zone. */
class SameBytesTest {
  private static List<String> reports(
      String workload, String chip, WorkloadOptions options, CompileOptions compile, int threads) {
    var run = new RunOptions(compile, Optional.empty(), false);
    ScenarioResult r =
        new ScenarioRunner(HardwareLoader.load(chip), run, threads)
            .run(ModelArgument.resolve(workload, options));
    return List.of(
        JsonReport.render(r),
        TextReport.render(r),
        CsvReport.render(r),
        HtmlReport.render(r, Map.of()));
  }

  @ParameterizedTest
  @CsvSource({"gpt-2, edge, 8, 4, ''", "'gemm:96,80,72', tiny, , , 2:4"})
  void sameReports(String workload, String chip, Long prompt, Long generate, String pruning) {
    var options =
        new WorkloadOptions(1, optional(prompt), optional(generate), Lang.EN, Weights.shapesOnly());
    var compile =
        CompileOptions.DEFAULT.withPruning(
            Optional.of(pruning).filter(p -> !p.isEmpty()).map(Pruning::parse));
    List<String> one = reports(workload, chip, options, compile, 1);
    assertThat(reports(workload, chip, options, compile, 2)).isEqualTo(one);
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
      assertThat(reports(workload, chip, options, compile, 3)).isEqualTo(one);
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
  }

  private static OptionalLong optional(Long v) {
    return v == null ? OptionalLong.empty() : OptionalLong.of(v);
  }
}
