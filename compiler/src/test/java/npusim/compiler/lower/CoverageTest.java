package npusim.compiler.lower;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Model;
import npusim.compiler.text.OnnxText;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.program.Coverage;
import npusim.program.NodeInfo;
import npusim.program.Program;
import org.junit.jupiter.api.Test;

class CoverageTest {
  private static final String MODEL =
      """
      <ir_version: 8, opset_import: ["" : 21, "local" : 1]>
      g (float[4, 8] x, float[8, 8] w) => (float[8, 4] y)
      <float[8] b, int64[2] by = {8, 4}, float one = {1.0}, float two = {2.0}>
      {
        [first] m = MatMul(x, w)
        [bias] a = Add(m, b)
        [act] r = Relu(a)
        [three] c = Add(one, two)
        [scale] s = Mul(r, c)
        [same] i = Identity(s)
        [gate] f = local.swish(i)
        [view] y = Reshape(f, by)
        [unused] z = Exp(x)
      }
      <domain: "local", opset_import: ["" : 21]>
      swish (v) => (o)
      {
        [inner] g = Sigmoid(v)
        [outer] o = Mul(v, g)
      }
      """;

  private static Program compile(CompileOptions options) {
    Model m = OnnxText.parse("g.onnxtxt", MODEL);
    return Compiler.compile(m, HardwareLoader.load("edge", List.of()), options);
  }

  @Test
  void everyNodeOfTheModelIsCountedOnce() {
    Coverage c = compile(CompileOptions.DEFAULT).coverage();
    assertThat(c.graphNodes()).isEqualTo(9);
    assertThat(c.mapped() + c.fused() + c.folded() + c.alias()).isEqualTo(9);
    // 1 + 2 is known, and nobody asks for the exponential.
    assertThat(c.folded()).isEqualTo(2);
    assertThat(c.mapped()).isPositive();
    assertThat(c.alias()).isLessThanOrEqualTo(1);
  }

  @Test
  void countsDoNotDependOnThePrecision() {
    Coverage own = compile(CompileOptions.DEFAULT).coverage();
    Coverage narrow = compile(CompileOptions.DEFAULT.withDtype(DType.I8)).coverage();
    assertThat(narrow.graphNodes()).isEqualTo(own.graphNodes());
    assertThat(narrow.folded()).isEqualTo(own.folded());
    assertThat(narrow.operations()).isGreaterThan(own.operations());
  }

  @Test
  void operationsBearTheNamesOfTheModelsNodes() {
    for (CompileOptions o :
        List.of(CompileOptions.DEFAULT, CompileOptions.DEFAULT.withDtype(DType.I8))) {
      List<String> labels =
          compile(o).nodes().stream().map(NodeInfo::layer).filter(s -> !s.isEmpty()).toList();
      assertThat(labels)
          .contains("first", "gate/outer")
          .isSubsetOf(
              "first", "bias", "act", "scale", "same", "gate", "gate/inner", "gate/outer", "view");
    }
  }

  @Test
  void nodesTakeScratchpadWithinTheChips() {
    Program p = compile(CompileOptions.DEFAULT);
    long most = p.nodes().stream().mapToLong(NodeInfo::scratchpadBytes).max().orElse(0);
    long capacity = HardwareLoader.load("edge", List.of()).core().scratchpad().bytes();
    assertThat(most).isBetween(4L * 8 * 4, capacity);
  }
}
