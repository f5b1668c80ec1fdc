package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.Pipeline;
import npusim.compiler.eval.GraphEvaluator;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.passes.Pass;
import npusim.compiler.passes.PassContext;
import npusim.compiler.roll.RollLayers;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.sim.functional.Schedule;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingSimulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Softmax and normalisations whose every reduction is a kernel of its own. */
class RowsInPassesTest {
  private static final String ROWS =
      """
      <ir_version: 10, opset_import: ["" : 18]>
      g (float[13,70] x, float[70] w1, float[70] w2) => (float[13,70] y, float[13,70] z) {
        y = LayerNormalization <axis = -1> (x, w1, w2)
        z = Softmax <axis = -1> (x)
      }
      """;

  private static Hardware chip(boolean again, boolean shared) {
    List<String> sets = new ArrayList<>(List.of("chip.cores=2", "core.vector.rows_on_chip=false"));
    sets.add("core.vector.remakes_values=" + again);
    if (shared) {
      sets.add("shared_sram.bytes=256KiB");
      sets.add("shared_sram.bytes_per_cycle=64");
      sets.add("shared_sram.latency_cycles=20");
    }
    return HardwareLoader.load("edge", sets);
  }

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void giveTheHostsValues(boolean again, boolean shared) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Model reference = Cases.filled(ROWS, 7, 0.25, inputs);
    PassContext context = PassContext.ofInputs(inputs);
    for (Pass p : Pipeline.of(Optional.empty())) {
      if (!(p instanceof RollLayers)) {
        p.run(reference, context);
      }
    }
    Map<String, Tensor> want = GraphEvaluator.run(reference.graph(), inputs, (value, tensor) -> {});
    Model model = Cases.filled(ROWS, 7, 0.25, new LinkedHashMap<>());
    Map<String, Tensor> got =
        Cases.execute(
            model, inputs, chip(again, shared), CompileOptions.DEFAULT, Schedule.LATE_STORES);
    for (String out : reference.graph().outputs()) {
      assertThat(Cases.difference(want.get(out), got.get(out))).as(out).isNull();
    }
  }

  /** Passes over memory, those that write included. */
  @Test
  void countTheirPasses() {
    long tensor = 13 * 70 * 4;
    assertThat(passes(true, false, tensor)).isEqualTo(4);
    assertThat(passes(false, false, tensor)).isEqualTo(6);
    assertThat(passes(true, true, tensor)).isEqualTo(2);
  }

  private static long passes(boolean again, boolean shared, long tensor) {
    Hardware hw = chip(again, shared);
    String only =
        ROWS.replace("  z = Softmax <axis = -1> (x)\n", "").replace(", float[13,70] z", "");
    Model m = Cases.filled(only, 7, 0.25, new LinkedHashMap<>());
    var run =
        new TimingSimulator(hw, TimingOptions.defaults())
            .run(Compiler.compile(m, hw, CompileOptions.DEFAULT), Map.of());
    return Math.round((double) run.dramBytes() / tensor - 0.2);
  }
}
