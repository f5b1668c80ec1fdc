package npusim.tools.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import npusim.compiler.ir.Tensor;
import npusim.compiler.onnx.TensorIo;
import npusim.isa.DType;
import npusim.tools.CommandRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccuracyTest {
  private static Tensor rows(double error) {
    return Tensor.generate(
        DType.F32, new long[] {4, 10}, i -> (i % 11) + (i < 10 && i % 11 == 0 ? error : 0));
  }

  @Test
  void equalValuesHaveNoNoise() {
    var a = Accuracy.of(Map.of("y", rows(0)), Map.of("y", rows(0)));
    assertThat(a.cosine()).isCloseTo(1, within(1e-12));
    assertThat(a.snrDb()).isInfinite();
    assertThat(a.top1()).hasValue(1);
  }

  @Test
  void oneWrongRowOfFourIsAQuarter() {
    var a = Accuracy.of(Map.of("y", rows(0)), Map.of("y", rows(20)));
    assertThat(a.top1()).hasValue(0.75);
    double signal = 0;
    for (double v : rows(0).toDoubles()) {
      signal += v * v;
    }
    assertThat(a.snrDb()).isCloseTo(10 * Math.log10(signal / 400), within(1e-9));
  }

  @Test
  void integersAndShortRowsAreNoChoiceAmongClasses() {
    Tensor whole = Tensor.vector(1, 2, 3);
    Tensor few = Tensor.generate(DType.F32, new long[] {2, 3}, i -> i);
    var a = Accuracy.of(Map.of("i", whole, "y", few), Map.of("i", whole, "y", few));
    assertThat(a.outputs()).hasSize(1);
    assertThat(a.top1()).isEmpty();
  }

  @Test
  void execStatesWhatARecastCosts(@TempDir Path dir) throws Exception {
    Path model = dir.resolve("m.onnxtxt");
    Files.writeString(
        model,
        """
        <ir_version: 10, opset_import: ["" : 18]>
        g (float[2, 16] x) => (float[2, 16] y) { t = Mul (x, x)  y = Exp (t) }
        """);
    Path in = Files.createDirectory(dir.resolve("in"));
    TensorIo.write(
        in.resolve("input_0.pb"),
        "x",
        Tensor.generate(DType.F32, new long[] {2, 16}, i -> i / 37.0));
    Path json = dir.resolve("accuracy.json");
    var run =
        CommandRun.of(
            "exec",
            model.toString(),
            "--inputs",
            in.toString(),
            "--outputs",
            dir.resolve("out").toString(),
            "--dtype",
            "bf16",
            "--json",
            json.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("y  f32[2, 16]").contains("SNR").contains("top-1");
    assertThat(Files.readString(json)).contains("\"snr_db\"").contains("\"top1_agreement\"");
    assertThat(TensorIo.read(dir.resolve("out/output_0.pb")).tensor().dtype()).isEqualTo(DType.F32);
  }
}
