package npusim.compiler.shape;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import npusim.compiler.SharedData;
import npusim.compiler.TestCases;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.onnx.ModelReader;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Shape inference over everything in the reference data, held against the outputs given there. */
class ShapeInferenceModelsTest {
  @Test
  void models(TestReporter report) {
    report.publishEntry("models", checkAll("onnx/models", Set.of()));
  }

  @Test
  void quantised(TestReporter report) {
    report.publishEntry("quant", checkAll("onnx/quant", Set.of()));
  }

  @Test
  void nodes(TestReporter report) throws IOException {
    Set<String> scope =
        new HashSet<>(Files.readAllLines(SharedData.folder("onnx").resolve("node-in-scope.txt")));
    report.publishEntry("node", checkAll("onnx/node", scope));
  }

  @Test
  void lightModels() {
    for (Path f : SharedData.models("onnx/light")) {
      Model m = ModelReader.read(f);
      ShapeInference.infer(m).requireComplete();
      assertStatic(f.toString(), m.graph());
    }
  }

  /**
   * Every case must pass or be refused by exit code 3; those required must pass. All are when none
   * are named.
   */
  private static String checkAll(String relative, Set<String> required) {
    List<String> failures = new ArrayList<>();
    int passed = 0;
    int refused = 0;
    for (Path f : TestCases.folders(relative)) {
      String name = f.getFileName().toString();
      try {
        check(TestCases.read(f));
        passed++;
      } catch (NpusimException e) {
        refused++;
        if (required.isEmpty() || required.contains(name) || e.exitCode() != ExitCode.INFEASIBLE) {
          failures.add(name + ": " + e.getMessage());
        }
      } catch (AssertionError | RuntimeException e) {
        failures.add(name + ": " + e);
      }
    }
    assertThat(failures).isEmpty();
    return passed + " inferred, " + refused + " refused by name";
  }

  private static void check(TestCases.Case c) {
    Model m = c.model();
    Binder.bindShapes(m, c.inputs());
    ShapeInference.Result r = ShapeInference.infer(m);
    for (int i = 0; i <= c.inputs().size() && !r.unboundInputs().isEmpty(); i++) {
      r.unboundInputs().forEach(n -> Binder.bindInput(m, n, c.inputs().get(n)));
      r = ShapeInference.infer(m);
    }
    r.requireComplete();
    assertStatic(c.name(), m.graph());
    for (int i = 0; i < c.outputs().size(); i++) {
      TensorType t = m.graph().tensorType(m.graph().outputs().get(i));
      Tensor expected = c.outputs().get(i);
      assertThat(t.dtype()).as("type of output " + i).isEqualTo(expected.dtype());
      assertThat(t.rank()).as("rank of output " + i).isEqualTo(expected.rank());
      for (int k = 0; k < t.rank(); k++) {
        Dim d = t.dim(k);
        if (d.known()) {
          assertThat(d.value()).as("output " + i + " " + t).isEqualTo(expected.dim(k));
        } else {
          assertThat(d.bound()).as("output " + i + " " + t).isGreaterThanOrEqualTo(expected.dim(k));
        }
      }
    }
  }

  private static void assertStatic(String name, Graph g) {
    for (Node n : g.nodes()) {
      for (String o : n.outputs()) {
        if (!o.isEmpty()) {
          assertThat(g.tensorType(o)).as(name + " " + o).isNotNull();
          assertThat(g.tensorType(o).isBounded()).as(name + " " + o + " " + g.type(o)).isTrue();
        }
      }
    }
  }
}
