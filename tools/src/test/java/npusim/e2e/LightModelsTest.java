package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import npusim.compiler.CompileOptions;
import npusim.compiler.SharedData;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.onnx.ModelReader;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.sim.functional.Schedule;
import npusim.workloads.OrtSession;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * ONNX's light CNNs, whose weights are all the same, with random ones in their place: every output
 * is ONNX Runtime's within 1e-3 of its value. {@code -Dnpusim.light=all} takes all of them.
 */
class LightModelsTest {
  private static final double RELATIVE = 1e-3;

  /** Larger models take up to a minute; they run when asked for. */
  private static final boolean ALL = "all".equals(System.getProperty("npusim.light"));

  @ParameterizedTest
  @ValueSource(strings = {"squeezenet", "shufflenet"})
  void small(String name) {
    check(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bvlc_alexnet",
        "densenet121",
        "inception_v1",
        "inception_v2",
        "resnet50",
        "vgg19",
        "zfnet512"
      })
  void large(String name) {
    org.junit.jupiter.api.Assumptions.assumeTrue(ALL, "-Dnpusim.light=all runs the large models");
    check(name);
  }

  private static void check(String name) {
    Path file = SharedData.folder("onnx/light").resolve("light_" + name + ".onnx");
    Model m = ModelReader.read(file);
    randomise(m.graph(), new SplittableRandom(name.hashCode()));
    m.setIrVersion(8);
    Graph g = m.graph();
    String in = g.inputs().stream().filter(i -> g.initializer(i) == null).findFirst().orElseThrow();
    var random = new SplittableRandom(7);
    Tensor x =
        Tensor.generate(DType.F32, g.tensorType(in).shape(), i -> (float) random.nextDouble(-1, 1));
    String out = g.outputs().getFirst();
    Tensor want = OrtSession.run(m, Map.of(in, x)).get(out);
    Tensor got =
        Cases.execute(
                m,
                Map.of(in, x),
                HardwareLoader.load("edge"),
                CompileOptions.DEFAULT,
                Schedule.PROGRAM_ORDER)
            .get(out);
    assertThat(want.size()).isGreaterThan(1);
    double largest = 0;
    boolean varied = false;
    for (long i = 0; i < want.size(); i++) {
      largest = Math.max(largest, Math.abs(want.at(i)));
      varied |= want.at(i) != want.at(0);
    }
    double worst = 0;
    for (long i = 0; i < want.size(); i++) {
      // Outputs that cancel to nearly nothing carry the rounding of the sums they come from.
      double scale = Math.max(Math.abs(want.at(i)), 0.01 * largest);
      worst = Math.max(worst, Math.abs(got.at(i) - want.at(i)) / scale);
    }
    assertThat(varied).as("outputs differ from each other").isTrue();
    assertThat(worst).as("worst relative error of %d outputs", want.size()).isLessThan(RELATIVE);
  }

  /** Weights uniform so that the values keep their size from layer to layer. */
  private static void randomise(Graph g, SplittableRandom random) {
    for (Node n : java.util.List.copyOf(g.nodes())) {
      if (n.is("ConstantOfShape")) {
        long[] shape = g.initializer(n.input(0)).toLongs();
        String value = n.output(0);
        g.remove(n);
        g.addInitializer(value, Tensor.zeros(DType.F32, shape));
      }
    }
    for (Node n : g.nodes()) {
      for (int i = 0; i < n.inputs().size(); i++) {
        Tensor t = g.initializer(n.input(i));
        if (t != null && t.dtype() == DType.F32) {
          boolean variance = n.is("BatchNormalization") && (i == 1 || i == 4);
          double fan = t.rank() < 2 ? 100 : (double) t.size() / t.dim(0);
          double span = variance ? 0.5 : Math.sqrt(3 / fan);
          double centre = variance ? 1 : 0;
          g.addInitializer(
              n.input(i),
              Tensor.generate(
                  DType.F32, t.dims(), k -> (float) (centre + random.nextDouble(-span, span))));
        }
      }
    }
  }
}
