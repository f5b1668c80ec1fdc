package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.lower.ChipsTogether;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.program.Buffer;
import npusim.program.Param;
import npusim.program.Program;
import npusim.sim.functional.FunctionalSimulator;
import npusim.sim.functional.Schedule;
import npusim.workloads.OrtSession;
import npusim.workloads.SampleInputs;
import npusim.workloads.Scenario;
import npusim.workloads.Scenarios;
import npusim.workloads.Shard;
import npusim.workloads.Stage;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadCatalog;
import npusim.workloads.WorkloadOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A language model that chips share gives on each of them what ONNX Runtime gives for it whole. */
class TensorParallelTest {
  private static final double TOLERANCE = 5e-4;

  @ParameterizedTest
  @CsvSource({
    "exaone-3.5-7.8b, tiny, 2",
    "exaone-3.5-7.8b, edge, 4",
    "exaone-4.0-1.2b, edge, 2",
    "gpt-2, tiny, 2",
    "gpt-j-6b, edge, 2",
    "opt-66b, edge, 2",
  })
  void valuesOfEveryChip(String name, String chip, int chips) {
    Hardware hw = HardwareLoader.load(chip, List.of("system.chips=" + chips));
    var options = WorkloadOptions.defaults().withWeights(Weights.seeded(1));
    var spec = WorkloadCatalog.find(name).orElseThrow();
    Scenario whole = Scenarios.small(spec, options);
    for (int s = 0; s < whole.stages().size(); s++) {
      List<Model> ranks = new ArrayList<>();
      for (int r = 0; r < chips; r++) {
        var part = Scenarios.small(spec, options.withShard(new Shard(chips, r)));
        ranks.add(part.stages().get(s).model());
      }
      check(whole.stages().get(s), ranks, hw);
    }
  }

  private static void check(Stage stage, List<Model> ranks, Hardware hw) {
    long total = stage.runs() instanceof Stage.Sweep sweep ? sweep.from() : 1;
    Map<String, Tensor> inputs = SampleInputs.of(stage.model(), total);
    Map<String, Tensor> wanted = OrtSession.run(stage.model(), inputs);
    Program p = Cases.proved(Compiler.compile(ranks, hw, CompileOptions.DEFAULT), hw);
    assertThat(p.chips()).isEqualTo(ranks.size());
    var simulator = new FunctionalSimulator(hw).checkingInitialised();
    var memory = simulator.load(p);
    Map<String, Long> params = new LinkedHashMap<>();
    for (Param q : p.params()) {
      params.put(q.name(), total);
    }
    for (int chip = 0; chip < ranks.size(); chip++) {
      for (var in : inputs.entrySet()) {
        String buffer = ChipsTogether.name(in.getKey(), chip);
        if (p.buffer(buffer).isPresent()) {
          memory.write(buffer, part(in.getValue(), p.buffer(buffer).get(), chip).toBytes());
        }
      }
    }
    simulator.run(p, memory, params, Schedule.PROGRAM_ORDER);
    for (int chip = 0; chip < ranks.size(); chip++) {
      for (var want : wanted.entrySet()) {
        Buffer b = p.buffer(ChipsTogether.name(want.getKey(), chip)).orElseThrow();
        long[] dims = b.dims().stream().mapToLong(d -> d).toArray();
        Tensor got = Tensor.of(b.type(), dims, memory.read(b.name()));
        compare(stage.name() + " " + b.name(), got, part(want.getValue(), b, chip), total);
      }
    }
  }

  /** A chip's heads of a cache [batch, heads, length, dim]; anything else is whole everywhere. */
  private static Tensor part(Tensor whole, Buffer b, int chip) {
    long[] all = whole.dims();
    long[] own = b.dims().stream().mapToLong(d -> d).toArray();
    if (whole.rank() != 4 || own[1] == all[1]) {
      return whole;
    }
    long head = own[2] * own[3];
    long first = chip * own[1];
    return Tensor.generate(
        DType.F32,
        own,
        i -> whole.at((i / (own[1] * head) * all[1] + first) * head + i % (own[1] * head)));
  }

  private static void compare(String what, Tensor got, Tensor want, long total) {
    assertThat(got.dims()).isEqualTo(want.dims());
    long[] d = want.dims();
    for (long i = 0; i < want.size(); i++) {
      // Rows of a cache behind the present length hold nothing.
      boolean beyond = d.length == 4 && i / d[3] % d[2] >= total;
      double tolerance = TOLERANCE * Math.max(1, Math.abs(want.at(i)));
      if (!beyond && Math.abs(got.at(i) - want.at(i)) > tolerance) {
        assertThat(got.at(i)).as("%s[%d]", what, i).isEqualTo(want.at(i));
      }
    }
  }
}
