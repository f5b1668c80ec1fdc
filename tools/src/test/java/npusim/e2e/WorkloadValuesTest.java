package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.program.Buffer;
import npusim.program.Param;
import npusim.program.Program;
import npusim.sim.functional.FunctionalSimulator;
import npusim.sim.functional.Schedule;
import npusim.workloads.Lang;
import npusim.workloads.OrtSession;
import npusim.workloads.SampleInputs;
import npusim.workloads.Scenario;
import npusim.workloads.Scenarios;
import npusim.workloads.Stage;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadCatalog;
import npusim.workloads.WorkloadOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small seeded versions of the named workloads give ONNX Runtime's values, in any unit order. */
class WorkloadValuesTest {
  private static final double TOLERANCE = 2e-4;

  @ParameterizedTest
  @CsvSource({
    "exaone-3.5-7.8b, edge",
    "exaone-3.5-7.8b, tiny",
    "exaone-4.0-1.2b, edge",
    "exaone-4.0-32b, edge",
    "exaone-4.0-32b, tiny",
    "gpt-2, tiny",
    "gpt-j-6b, edge",
    "falcon-7b, edge",
    "falcon-7b, tiny",
    "opt-66b, edge",
    "bert-large, tiny",
    "blip-large, edge",
    "blip-large, tiny",
    "vit-base, edge",
    "vit-base, tiny",
    "vit-base, tpu-v3",
    "resnet50, edge",
    "resnet50, tiny",
    "resnet18, tiny",
    "ssd-mobilenet, tiny",
    "ssd-resnet34, tiny",
  })
  void valuesEqualOnnxRuntimes(String name, String chip) {
    Hardware hw = HardwareLoader.load(chip);
    var options = WorkloadOptions.defaults().withWeights(Weights.seeded(1));
    Scenario s = Scenarios.small(WorkloadCatalog.find(name).orElseThrow(), options);
    for (Stage stage : s.stages()) {
      check(stage, hw);
    }
  }

  /** Each image of a batch has its own copy of the class token. */
  @ParameterizedTest
  @CsvSource({"vit-base, edge", "vit-large, tiny"})
  void batchesOfImages(String name, String chip) {
    var options =
        new WorkloadOptions(
            3, OptionalLong.empty(), OptionalLong.empty(), Lang.EN, Weights.seeded(1));
    Scenario s = Scenarios.small(WorkloadCatalog.find(name).orElseThrow(), options);
    check(s.stages().getFirst(), HardwareLoader.load(chip));
  }

  /** What one position of all sequences adds to a cache is more than half of the scratchpad. */
  @Test
  void cachesOfManySequencesAreAppendedInPieces() {
    var options =
        new WorkloadOptions(
            20, OptionalLong.of(24), OptionalLong.of(2), Lang.EN, Weights.seeded(1));
    String name = "opt-125m:layers=1,hidden=256,heads=4,kv_heads=4,ffn=32,vocab=128,context=32";
    Scenario s = Scenarios.of(WorkloadCatalog.find(name).orElseThrow(), options);
    for (Stage stage : s.stages()) {
      check(stage, HardwareLoader.load("tiny"));
    }
  }

  /** Scores of long rows leave room for few of them: their tiles have more keys than rows. */
  @ParameterizedTest
  @CsvSource({"70", "76"})
  void promptsOfManyKeysPerRow(long prompt) {
    var options =
        new WorkloadOptions(
            1, OptionalLong.of(prompt), OptionalLong.of(2), Lang.EN, Weights.seeded(1));
    String name = "opt-125m:layers=1,hidden=16,heads=2,kv_heads=2,ffn=16,vocab=128,context=80";
    Scenario s = Scenarios.of(WorkloadCatalog.find(name).orElseThrow(), options);
    check(
        s.stages().getFirst(),
        HardwareLoader.load("tiny", List.of("core.scratchpad.bytes=12KiB", "chip.cores=3")));
  }

  /** The scores of all query heads that share a cache head don't fit at once. */
  @Test
  void manyHeadsOfOneCacheHead() {
    var options =
        new WorkloadOptions(1, OptionalLong.of(40), OptionalLong.of(2), Lang.EN, Weights.seeded(1));
    String name = "falcon-7b:layers=1,hidden=112,heads=7,head_dim=16,ffn=16,vocab=128,context=48";
    Scenario s = Scenarios.of(WorkloadCatalog.find(name).orElseThrow(), options);
    check(s.stages().getLast(), HardwareLoader.load("tiny", List.of("core.scratchpad.bytes=8KiB")));
  }

  private static void check(Stage stage, Hardware hw) {
    long total = stage.runs() instanceof Stage.Sweep sweep ? sweep.from() : 1;
    Map<String, Tensor> inputs = SampleInputs.of(stage.model(), total);
    Map<String, Tensor> wanted = OrtSession.run(stage.model(), inputs);
    Model m = stage.model().copy();
    Program p = Cases.proved(Compiler.compile(m, hw, CompileOptions.DEFAULT), hw);
    var simulator = new FunctionalSimulator(hw).checkingInitialised();
    Map<String, Long> params = new LinkedHashMap<>();
    for (Param q : p.params()) {
      params.put(q.name(), total);
    }
    for (Schedule order :
        List.of(Schedule.PROGRAM_ORDER, Schedule.LATE_LOADS, Schedule.EAGER_UNITS)) {
      var memory = simulator.load(p);
      inputs.forEach(
          (name, value) -> {
            if (p.buffer(name).isPresent()) {
              memory.write(name, value.toBytes());
            }
          });
      simulator.run(p, memory, params, order);
      wanted.forEach(
          (name, want) -> {
            Buffer b = p.buffer(name).orElseThrow();
            Tensor got = Tensor.of(b.type(), want.dims(), memory.read(name));
            compare(stage.name() + " " + name + " " + order.label(), name, got, want, total);
          });
    }
  }

  private static void compare(String what, String name, Tensor got, Tensor want, long total) {
    long[] d = want.dims();
    for (long i = 0; i < want.size(); i++) {
      // Rows of a cache behind the present length hold nothing.
      boolean beyond = name.startsWith("present_") && i / d[3] % d[2] >= total;
      double tolerance = TOLERANCE * Math.max(1, Math.abs(want.at(i)));
      if (!beyond && Math.abs(got.at(i) - want.at(i)) > tolerance) {
        assertThat(got.at(i)).as("%s[%d]", what, i).isEqualTo(want.at(i));
      }
    }
  }
}
