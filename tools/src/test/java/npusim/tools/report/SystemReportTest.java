package npusim.tools.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import npusim.compiler.CompileOptions;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.tools.run.ModelArgument;
import npusim.tools.run.RunOptions;
import npusim.tools.run.ScenarioResult;
import npusim.tools.run.ScenarioRunner;
import npusim.tools.run.StageTotals;
import npusim.workloads.Lang;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadOptions;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** Reports of jobs on systems of several chips. */
class SystemReportTest {
  private static Hardware edge(int chips) {
    return HardwareLoader.load("edge", List.of("system.chips=" + chips));
  }

  private static ScenarioResult run(Hardware hw, String workload, boolean exact) {
    OptionalLong tokens = workload.contains(":") ? OptionalLong.empty() : OptionalLong.of(2);
    var options =
        new WorkloadOptions(1, tokens, tokens, Lang.EN, Weights.shapesOnly())
            .on(hw.system().chips());
    var runOptions = new RunOptions(CompileOptions.DEFAULT, Optional.empty(), exact);
    return new ScenarioRunner(hw, runOptions).run(ModelArgument.resolve(workload, options));
  }

  /** The chips that take no part are as if they were not there. */
  @Test
  void aJobOnOneChipIsMeasuredByThatOne() {
    ScenarioResult alone = run(edge(1), "layernorm:64,256", false);
    ScenarioResult among = run(edge(4), "layernorm:64,256", false);
    Map<Metric, Number> one = Metrics.of(alone);
    Map<Metric, Number> four = Metrics.of(among);
    assertThat(four.get(Metric.CHIPS)).isEqualTo(1);
    one.forEach((metric, value) -> assertThat(four.get(metric)).as(metric.id()).isEqualTo(value));
    assertThat(TextReport.render(alone)).doesNotContain("runs on");
    assertThat(TextReport.render(among)).contains("runs on 1 of 4; rates, power and TDP");
  }

  @Test
  void chipsThatShareAModelAreMeasuredByAllOfThem() {
    Hardware hw = edge(2);
    ScenarioResult fast = run(hw, "opt-125m", false);
    ScenarioResult exact = run(hw, "opt-125m", true);
    assertThat((double) fast.cycles()).isCloseTo(exact.cycles(), Percentage.withPercentage(0.5));
    Map<Metric, Number> m = Metrics.of(fast);
    Map<Metric, Number> e = Metrics.of(exact);
    for (Metric metric :
        List.of(
            Metric.CHIPS,
            Metric.GRAPH_MACS,
            Metric.EXECUTED_MACS,
            Metric.PADDED_MACS,
            Metric.DRAM_READ_BYTES,
            Metric.DRAM_WRITTEN_BYTES,
            Metric.DRAM_PEAK_GB_PER_S,
            Metric.INSTRUCTIONS,
            Metric.AREA_PROXY_MM2,
            Metric.TDP_W)) {
      assertThat(m.get(metric)).as(metric.id()).isEqualTo(e.get(metric));
    }
    for (Metric metric :
        List.of(
            Metric.DYNAMIC_ENERGY_J,
            Metric.STATIC_ENERGY_J,
            Metric.MATRIX_UTILISATION,
            Metric.DRAM_UTILISATION,
            Metric.BOUND_RATIO,
            Metric.PEAK_POWER_W)) {
      assertThat(m.get(metric).doubleValue())
          .as(metric.id())
          .isCloseTo(e.get(metric).doubleValue(), Percentage.withPercentage(1));
    }
    assertThat(m.get(Metric.TDP_W)).isEqualTo(2 * hw.chip().tdpW());
    assertThat(m.get(Metric.DRAM_UTILISATION).doubleValue()).isBetween(0.0, 1.0);
    assertThat(m.get(Metric.BOUND_RATIO).doubleValue()).isGreaterThan(1);
    assertThat(m.get(Metric.STATIC_ENERGY_J).doubleValue() / fast.seconds(fast.cycles()))
        .isCloseTo(2 * hw.energy().statics().totalW(hw.chip().cores()), Offset.offset(1e-9));
    assertThat(m.get(Metric.SIMULATED_INSTRUCTIONS).longValue())
        .isLessThanOrEqualTo(m.get(Metric.INSTRUCTIONS).longValue() / 2);
    assertThat(TextReport.render(fast))
        .contains("runs on 2 of 2", "of all instructions, one of 2 chips for all");
    assertThat(TextReport.render(exact)).contains("runs on 2 of 2").doesNotContain("for all");
    assertThat(fast.stages()).extracting(StageTotals::chipsAlike).containsOnly(2);
  }
}
