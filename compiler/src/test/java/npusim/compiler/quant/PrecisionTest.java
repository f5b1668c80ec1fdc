package npusim.compiler.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
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
import npusim.diag.NpusimException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Models recast to other number formats stay close to their binary32 results, computed on the host.
 */
class PrecisionTest {

  @TestFactory
  Stream<DynamicTest> bf16() {
    return models("bf16", 0.998);
  }

  @TestFactory
  Stream<DynamicTest> fp16() {
    return models("fp16", 0.9999);
  }

  @TestFactory
  Stream<DynamicTest> fp8() {
    return models("fp8", 0.95);
  }

  @TestFactory
  Stream<DynamicTest> int8() {
    return models("int8", 0.98);
  }

  @TestFactory
  Stream<DynamicTest> w8a16() {
    return models("w8a16", 0.995);
  }

  @TestFactory
  Stream<DynamicTest> w4a16() {
    return models("w4a16", 0.96);
  }

  @Test
  void unknownNamesAreRefusedWithTheNearest() {
    assertThatThrownBy(() -> Precision.parse("bf17"))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("bf16");
  }

  private static Stream<DynamicTest> models(String precision, double least) {
    return TestCases.folders("onnx/models").stream()
        .map(
            f ->
                DynamicTest.dynamicTest(
                    precision + " " + f.getFileName(), () -> check(f, precision, least)));
  }

  private static void check(Path folder, String precision, double least) {
    TestCases.Case c = TestCases.read(folder);
    PassContext context = PassContext.ofInputs(c.inputs());
    for (Pass p : Pipeline.of(Optional.of(Precision.parse(precision)))) {
      // A loop over rolled layers exists as instructions only; the host evaluates the layers
      // themselves.
      if (!(p instanceof RollLayers)) {
        p.run(c.model(), context);
      }
    }
    Graph g = c.model().graph();
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    c.inputs()
        .forEach(
            (name, t) -> {
              var type = g.tensorType(name);
              boolean recast = type != null && type.dtype() != t.dtype();
              inputs.put(name, recast ? Tensor.generate(type.dtype(), t.dims(), t::at) : t);
            });
    Map<String, Tensor> values = GraphEvaluator.run(g, inputs, (value, t) -> {});
    for (int i = 0; i < c.outputs().size(); i++) {
      Tensor got = values.get(g.outputs().get(i));
      // Language models are what weights of 4 bits are made for.
      boolean language = folder.getFileName().toString().matches("(gpt2|llama|opt).*");
      language &= precision.equals("w4a16");
      assertThat(cosine(got, c.outputs().get(i)))
          .as(g.outputs().get(i))
          .isGreaterThan(language ? Math.max(0.99, least) : least);
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
