package npusim.compiler.fusion;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import npusim.compiler.Pipeline;
import npusim.compiler.TestCases;
import npusim.compiler.eval.GraphEvaluator;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Tensor;
import npusim.compiler.passes.Pass;
import npusim.compiler.passes.PassContext;
import npusim.compiler.roll.RollLayers;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Exported models give the expected values after every pass of the compilation, computed on the
 * host.
 */
class ModelValuesTest {

  @TestFactory
  Stream<DynamicTest> models() {
    return TestCases.folders("onnx/models").stream()
        .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> check(f, 0.9999999)));
  }

  @TestFactory
  Stream<DynamicTest> quantisedModels() {
    return TestCases.folders("onnx/quant").stream()
        .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> check(f, 0.9995)));
  }

  private static void check(Path folder, double least) {
    TestCases.Case c = TestCases.read(folder);
    PassContext context = PassContext.ofInputs(c.inputs());
    for (Pass p : Pipeline.of(Optional.empty())) {
      // A loop over rolled layers exists as instructions only; the host evaluates the layers
      // themselves.
      if (!(p instanceof RollLayers)) {
        p.run(c.model(), context);
      }
    }
    Graph g = c.model().graph();
    Map<String, Tensor> values = GraphEvaluator.run(g, c.inputs(), (value, t) -> {});
    for (int i = 0; i < c.outputs().size(); i++) {
      double cosine = cosine(values.get(g.outputs().get(i)), c.outputs().get(i));
      assertThat(cosine).as(g.outputs().get(i)).isGreaterThanOrEqualTo(least);
    }
  }

  private static double cosine(Tensor a, Tensor b) {
    assertThat(a.dims()).isEqualTo(b.dims());
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (long i = 0; i < a.size(); i++) {
      ab += a.at(i) * b.at(i);
      aa += a.at(i) * a.at(i);
      bb += b.at(i) * b.at(i);
    }
    return ab / Math.sqrt(aa * bb);
  }
}
