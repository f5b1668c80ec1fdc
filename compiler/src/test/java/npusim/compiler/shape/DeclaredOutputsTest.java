package npusim.compiler.shape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.text.OnnxText;
import npusim.diag.Diagnostic;
import npusim.diag.NpusimException;
import npusim.hardware.HardwareLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeclaredOutputsTest {
  private static List<Diagnostic> compile(String opset, String body) {
    var model =
        OnnxText.parse(
            "m.onnxtxt", "<ir_version: 8, opset_import: [\"\" : " + opset + "]>\nm " + body);
    var warnings = new ArrayList<Diagnostic>();
    var options = CompileOptions.DEFAULT.withWarnings(warnings::add);
    options = body.contains("[N") ? options.withDims(Map.of("N", 4L)) : options;
    Compiler.compile(model, HardwareLoader.load("edge"), options);
    return warnings;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "float[4,9]|float[4, 9]",
        "float[4]|float[4]",
        "float[8,N]|float[8, N]",
      })
  void anotherShapeIsWarnedOf(String declared, String shown) {
    assertThat(compile("17", "(float[N,8] x) => (" + declared + " y) { y = Relu(x) }"))
        .singleElement()
        .satisfies(
            w ->
                assertThat(w.render())
                    .contains("warning: output 'y' is declared " + shown)
                    .contains("the model makes float[4, 8]"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"float[4,8]", "float[N,8]", "float[A,B]", "float[]", "float[?,8]"})
  void whatFitsIsNotTalkedAbout(String declared) {
    assertThat(compile("17", "(float[N,8] x) => (" + declared + " y) { y = Relu(x) }")).isEmpty();
  }

  @Test
  void anotherTypeIsRefused() {
    assertThatThrownBy(() -> compile("17", "(float[4,8] x) => (int64[4,8] y) { y = Relu(x) }"))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("output 'y' is declared int64[4, 8], the model makes float[4, 8]");
  }

  /** One slope per channel, and training unless told otherwise, are other operators than later. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "(float[1,4,8,4] x, float[4] s) => (float[1,4,8,4] y) { y = PRelu(x, s) }",
        "(float[4,8] x) => (float[4,8] y) { y = Dropout(x) }",
        "(float[1,4,8] x, float[4] s) => (float[1,4,8] y) { y = BatchNormalization(x, s, s, s, s)"
            + " }",
      })
  void oldOperatorsThatMeantOtherThingsAreRefused(String body) {
    assertThatThrownBy(() -> compile("6", body))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("opset 6 of domain 'ai.onnx' is not supported");
    assertThat(compile("7", body)).isEmpty();
  }

  @Test
  void oldOperatorsThatMeanTheSameAreRead() {
    String dropout = "(float[4,8] x) => (float[4,8] y) { y = Dropout<is_test = 1>(x) }";
    assertThat(compile("6", dropout)).isEmpty();
    assertThat(compile("6", "(float[4,8] x) => (float[4,8] y) { y = Softmax(x) }")).isEmpty();
  }
}
