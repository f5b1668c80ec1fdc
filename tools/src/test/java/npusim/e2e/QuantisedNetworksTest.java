package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Tensor;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
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

/** Networks on images in 8 bits, as MLPerf's submissions run them, are near the unquantised. */
class QuantisedNetworksTest {
  private static final List<Schedule> ORDERS =
      List.of(
          Schedule.PROGRAM_ORDER, Schedule.LATE_LOADS, Schedule.LATE_STORES, Schedule.EAGER_UNITS);

  @ParameterizedTest
  @CsvSource({
    "resnet50, warboy, 2, program-order",
    "resnet50, x220, 8, late-loads",
    "resnet50, atom, 1, late-stores",
    "ssd-mobilenet, warboy, 2, eager-units",
    "ssd-mobilenet, x220, 4, program-order",
    "ssd-resnet34, atom, 1, program-order",
    "vit-base, warboy, 2, late-loads",
    "vit-base, atom, 1, eager-units",
  })
  void nearTheUnquantised(String name, String chip, long batch, String label) {
    Stage stage = stage(name, batch);
    Map<String, Tensor> inputs = SampleInputs.of(stage.model(), 1);
    Map<String, Tensor> wanted = OrtSession.run(stage.model(), inputs);
    Hardware hw = HardwareLoader.load(chip);
    CompileOptions o = CompileOptions.DEFAULT.withDtype(DType.I8);
    Schedule order = ORDERS.stream().filter(x -> x.label().equals(label)).findFirst().orElseThrow();
    Map<String, Tensor> got = Cases.execute(stage.model().copy(), inputs, hw, o, order);
    wanted.forEach(
        (out, want) -> assertThat(cosine(got.get(out), want)).as(out).isGreaterThan(0.97));
  }

  @Test
  void imagesAreHandedOverInEightBits() {
    Stage stage = stage("resnet50", 1);
    Hardware hw = HardwareLoader.load("x220");
    CompileOptions o = CompileOptions.DEFAULT.withDtype(DType.I8);
    var p = Compiler.compile(stage.model().copy(), hw, o);
    assertThat(p.buffer("image").orElseThrow().type()).isEqualTo(DType.I8);
    var asDeclared = stage.model().copy();
    asDeclared.metadata().clear();
    var q = Compiler.compile(asDeclared, hw, o);
    assertThat(q.buffer("image").orElseThrow().type()).isEqualTo(DType.F32);
    Map<String, Tensor> inputs = SampleInputs.of(stage.model(), 1);
    Schedule order = Schedule.PROGRAM_ORDER;
    var other = stage.model().copy();
    other.metadata().clear();
    Map<String, Tensor> a = Cases.execute(stage.model().copy(), inputs, hw, o, order);
    Map<String, Tensor> b = Cases.execute(other, inputs, hw, o, order);
    assertThat(a.keySet()).isEqualTo(b.keySet());
    a.forEach((out, t) -> assertThat(t.toBytes()).as(out).isEqualTo(b.get(out).toBytes()));
  }

  private static Stage stage(String name, long batch) {
    var options =
        new WorkloadOptions(
            batch, OptionalLong.empty(), OptionalLong.empty(), Lang.EN, Weights.seeded(1));
    Scenario s = Scenarios.small(WorkloadCatalog.find(name).orElseThrow(), options);
    return List.copyOf(s.stages()).getFirst();
  }

  private static double cosine(Tensor got, Tensor want) {
    double dot = 0;
    double a = 0;
    double b = 0;
    for (long i = 0; i < got.size(); i++) {
      dot += got.at(i) * want.at(i);
      a += got.at(i) * got.at(i);
      b += want.at(i) * want.at(i);
    }
    return dot / Math.sqrt(a * b);
  }
}
