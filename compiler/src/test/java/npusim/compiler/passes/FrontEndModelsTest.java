package npusim.compiler.passes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.compiler.SharedData;
import npusim.compiler.TestCases;
import npusim.compiler.eval.Evaluator;
import npusim.compiler.ir.GraphVerifier;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.onnx.ModelReader;
import npusim.compiler.ops.Operators;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * The front end over everything in the reference data; what the host can evaluate is held against
 * the outputs.
 */
class FrontEndModelsTest {
  private int passed;
  private int refused;
  private int evaluated;
  private int nodesBefore;
  private int nodesAfter;

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
  void light(TestReporter report) {
    for (Path f : SharedData.models("onnx/light")) {
      Model m = ModelReader.read(f);
      prepare(m, Map.of());
    }
    report.publishEntry("light", nodesBefore + " nodes before, " + nodesAfter + " after");
  }

  private String checkAll(String relative, Set<String> required) {
    List<String> failures = new ArrayList<>();
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
    return passed
        + " prepared, "
        + refused
        + " refused by name, "
        + evaluated
        + " evaluated on the host and equal; "
        + nodesBefore
        + " nodes before, "
        + nodesAfter
        + " after";
  }

  private void prepare(Model m, Map<String, Tensor> inputs) {
    nodesBefore += m.graph().nodes().size();
    Passes.run(
        m,
        Passes.frontEnd(),
        PassContext.ofInputs(inputs),
        (p, model) -> {
          boolean last = p instanceof DeadCodeElimination;
          assertThat(GraphVerifier.verify(model, n -> !last || Operators.find(n) != null, last))
              .as("after " + p.name())
              .isEmpty();
        });
    nodesAfter += m.graph().nodes().size();
  }

  private void check(TestCases.Case c) {
    Model m = c.model();
    List<String> outputs = List.copyOf(m.graph().outputs());
    prepare(m, c.inputs());
    assertThat(m.graph().outputs()).isEqualTo(outputs);
    for (Node n : m.graph().nodes()) {
      if (!Evaluator.supports(n) || !n.subgraphs().isEmpty() || n.is("MatMul")) {
        return;
      }
    }
    Map<String, Tensor> env = Evaluator.run(m.graph(), c.inputs());
    for (int i = 0; i < outputs.size() && i < c.outputs().size(); i++) {
      assertClose(outputs.get(i), env.get(outputs.get(i)), c.outputs().get(i));
    }
    evaluated++;
  }

  private static void assertClose(String name, Tensor actual, Tensor expected) {
    assertThat(actual.type()).as(name).isEqualTo(expected.type());
    boolean isFloat = actual.dtype().isFloat();
    double relative = actual.dtype().bits() >= 32 ? 1e-4 : actual.dtype().bits() == 16 ? 1e-2 : 0.2;
    for (long i = 0; i < actual.size(); i++) {
      double a = actual.at(i);
      double e = expected.at(i);
      boolean same =
          isFloat
              ? Double.compare(a, e) == 0
                  || a == e
                  || Math.abs(a - e) <= 1e-5 + relative * Math.abs(e)
              : actual.bits(i) == expected.bits(i);
      assertThat(same).as(name + "[" + i + "]: " + a + ", expected " + e).isTrue();
    }
  }
}
