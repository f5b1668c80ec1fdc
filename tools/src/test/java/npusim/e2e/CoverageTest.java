package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.SharedData;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.onnx.ModelReader;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.program.Coverage;
import npusim.program.NodeInfo;
import npusim.program.Program;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Coverage of exported models is counted in their own nodes, whatever passes make of them. */
class CoverageTest {
  static Stream<Path> models() {
    return Cases.below(SharedData.folder("onnx/models")).stream();
  }

  @ParameterizedTest
  @MethodSource("models")
  void ownTypes(Path model) {
    check(model, CompileOptions.DEFAULT);
  }

  @ParameterizedTest
  @MethodSource("models")
  void quantised(Path model) {
    check(model, CompileOptions.DEFAULT.withDtype(DType.I8));
  }

  private static void check(Path folder, CompileOptions options) {
    Model m = ModelReader.read(folder.resolve("model.onnx"));
    int nodes = m.graph().nodes().size();
    long products = m.graph().nodes().stream().filter(CoverageTest::isProduct).count();
    List<String> names =
        m.graph().nodes().stream()
            .flatMap(n -> Stream.concat(Stream.of(n.name()), n.outputs().stream()))
            .toList();
    Program p = Compiler.compile(m, HardwareLoader.load("edge"), options);
    Coverage c = p.coverage();
    assertThat(c.graphNodes()).isEqualTo(nodes);
    assertThat(c.mapped() + c.fused() + c.folded() + c.alias()).isEqualTo(nodes);
    assertThat(c.folded()).isNotNegative();
    // No product with an activation is computed at compile time or renames memory.
    assertThat(c.mapped() + c.fused()).isGreaterThanOrEqualTo((int) products);
    Optional<NodeInfo> stranger =
        p.nodes().stream()
            .filter(n -> !n.layer().isEmpty() && !n.layer().contains("*"))
            .filter(n -> names.stream().noneMatch(s -> belongs(n.layer(), s)))
            .findFirst();
    assertThat(stranger).as("an operation under a name that is not the model's").isEmpty();
  }

  /** The name itself, one below it (a function's body), or one that was made unique. */
  private static boolean belongs(String layer, String name) {
    return layer.equals(name)
        || !name.isEmpty() && (layer.startsWith(name + "/") || layer.startsWith(name + "_"));
  }

  private static boolean isProduct(Node n) {
    return n.is("Conv") || n.is("Gemm");
  }
}
