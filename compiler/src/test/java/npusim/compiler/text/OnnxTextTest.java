package npusim.compiler.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import npusim.compiler.SharedData;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.onnx.ModelReader;
import npusim.compiler.onnx.ModelWriter;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxTextTest {
  private static final String HEAD = "<ir_version: 10, opset_import: [\"\" : 18]>\n";

  @Test
  void parsesTheExampleOfTheSyntaxDocument() {
    Model m =
        OnnxText.parse(
            "a.onnxtxt",
            """
            <
              ir_version: 7,
              opset_import: [ "" : 10 ]
            >
            agraph (float[N, 128] X, float[128, 10] W, float[10] B) => (float[N, 10] C)
            {
                T = MatMul(X, W)
                S = Add(T, B)
                C = Softmax(S)
            }
            """);
    assertThat(m.graph().nodes())
        .extracting(Node::opType)
        .containsExactly("MatMul", "Add", "Softmax");
    assertThat(m.graph().type("X").toString()).isEqualTo("float[N, 128]");
    assertThat(m.graph().nodes().getFirst().opset()).isEqualTo(10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"float[N] {1, 2, 3}", "float[3] {1, 2, 3}"})
  void constantsAreAsLongAsTheirValues(String constant) {
    Model m =
        OnnxText.parse(
            "a.onnxtxt", HEAD + "g () => (y) { y = Constant<value = " + constant + ">() }");
    Node n = m.graph().nodes().getFirst();
    assertThat(n.tensorAttr("value").dims()).containsExactly(3);
    assertThat(n.tensorAttr("value").at(2)).isEqualTo(3);
  }

  @Test
  void errorsArePrintedByNobody() {
    PrintStream before = System.err;
    var printed = new ByteArrayOutputStream();
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      assertThatThrownBy(() -> OnnxText.parse("a.onnxtxt", HEAD + "g (float[2] x) => (y) { ^ }"))
          .isInstanceOf(NpusimException.class);
    } finally {
      System.setErr(before);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).doesNotContain("line ");
  }

  @Test
  void parsesEveryKindOfAttribute() {
    Model m =
        OnnxText.parse(
            "a.onnxtxt",
            HEAD
                + """
                g (float[2] x) => (y) {
                  # a comment
                  [n] y, "odd/name" = com.x.Foo:over <a = 1, b = 2.5, c = "s\\"q", d = [1, -2], e = [1.0, 2],
                    f: floats = [1, 2], h: ints = [], i = int64[2] {7, 8}, j: float = 3, k = body (float z) => (w) { w = Neg(z) },
                    l: type_proto = float[3], m = -inf, o = [nan, 1.5], p = ["u", "v"]> (x, , x)
                }
                """);
    Node n = m.graph().nodes().getFirst();
    assertThat(n.name()).isEqualTo("n");
    assertThat(n.domain()).isEqualTo("com.x");
    assertThat(n.overload()).isEqualTo("over");
    assertThat(n.outputs()).containsExactly("y", "odd/name");
    assertThat(n.inputs()).containsExactly("x", "", "x");
    assertThat(n.attribute("a")).isEqualTo(new Attribute.Int(1));
    assertThat(n.attribute("b")).isEqualTo(new Attribute.Float(2.5f));
    assertThat(n.attribute("c")).isEqualTo(new Attribute.Str("s\"q"));
    assertThat(n.attribute("d")).isEqualTo(new Attribute.Ints(1, -2));
    assertThat(n.attribute("e")).isEqualTo(new Attribute.Floats(1, 2));
    assertThat(n.attribute("f")).isEqualTo(new Attribute.Floats(1, 2));
    assertThat(n.attribute("h")).isEqualTo(new Attribute.Ints());
    assertThat(n.tensorAttr("i").toLongs()).containsExactly(7, 8);
    assertThat(n.attribute("j")).isEqualTo(new Attribute.Float(3));
    assertThat(n.graphAttr("k").nodes()).hasSize(1);
    assertThat(n.floatAttr("m", 0)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(n.attribute("p")).isEqualTo(new Attribute.Strs(java.util.List.of("u", "v")));
    String printed = OnnxText.print(m);
    assertThat(OnnxText.print(OnnxText.parse("b", printed))).isEqualTo(printed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"onnx/models", "onnx/quant", "onnx/simple", "onnx/pytorch-operator", "onnx/node"})
  void printAndParseKeepReferenceModels(String relative) throws java.io.IOException {
    for (Path f : SharedData.models(relative)) {
      if (Files.size(f) > 400_000) {
        continue;
      }
      Model m = ModelReader.read(f);
      m.graph().nodes().forEach(n -> n.metadata().clear());
      String text = OnnxText.print(m);
      Model again = OnnxText.parse(f.toString(), text);
      assertThat(OnnxText.print(again)).as(f.toString()).isEqualTo(text);
      if (!text.contains(" string")) {
        assertThat(ModelWriter.toBytes(again))
            .as(f.toString())
            .hasSameSizeAs(ModelWriter.toBytes(m));
      }
      assertThat(OnnxText.dump(m)).isNotEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          g (float[2] x) => (float[2] y) { y = Neg(z) }             | 2:42 | value 'z' is not defined
          g (float[2] x) => (float[2] y) { y = Neg(x) y = Abs(x) }  | 2:45 | value 'y' is defined twice
          g (floot[2] x) => (float[2] y) { y = Neg(x) }             | 2:4  | unknown type 'floot'
          g (float[2] x) => (float[2] y) { y = Neg(x                | 2:43 | <EOF>
          g (float[2] x) => (float[2] y) <float[2] w = {1}> { y = Add(x, w) } | 2:46 | 1 values for float[2]
          g (float[2] x) => (float[2] y) <int8[1] w = {200}> { y = Add(x, w) } | 2:46 | out of range for int8
          g (float[2] x, float x) => (float[2] y) { y = Neg(x) }    | 2:16 | declared twice
          g (float[2] x) => (float[2] y) { y = Neg <a = []> (x) }   | 2:43 | an empty list needs a type
          g (float[2] x) => (float[2] y) { y = Neg <a = 1, a = 2> (x) } | 2:50 | given twice
          g (float[2] x) => (float[2] y) { y = ? }                  | 2:38 | '?'
          """)
  void errorsNameThePlace(String line, String place, String message) {
    assertThatThrownBy(() -> OnnxText.parse("bad.onnxtxt", HEAD + line.strip()))
        .isInstanceOfSatisfying(
            NpusimException.class,
            e -> {
              assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
              assertThat(e.getMessage())
                  .startsWith("bad.onnxtxt:" + place + ": ")
                  .contains(message)
                  .contains("^");
            });
  }
}
