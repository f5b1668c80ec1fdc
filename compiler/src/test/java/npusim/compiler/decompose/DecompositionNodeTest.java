package npusim.compiler.decompose;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import npusim.compiler.SharedData;
import npusim.compiler.TestCases;
import npusim.compiler.eval.GraphEvaluator;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.shape.Binder;
import npusim.compiler.shape.ShapeInference;
import npusim.diag.NpusimException;
import npusim.isa.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * ONNX's node cases, decomposed to core operators and computed on the host, give the expected
 * values.
 */
class DecompositionNodeTest {

  /** What became of cases: names with what differs, names with the refusal. */
  private record Outcome(int cases, Map<String, String> failures, Map<String, String> refused) {
    void report(TestReporter reporter) {
      reporter.publishEntry(
          "node cases",
          cases + " run, " + failures.size() + " failed, " + refused.size() + " refused");
    }
  }

  @Test
  void everyCaseInScopeGivesTheExpectedValues(TestReporter reporter) throws IOException {
    Path scope = SharedData.folder("onnx").resolve("node-in-scope.txt");
    Set<String> names = new TreeSet<>(Files.readAllLines(scope));
    Outcome o =
        run(
            TestCases.folders("onnx/node").stream()
                .filter(f -> names.contains(f.getFileName().toString()))
                .toList());
    o.report(reporter);
    assertThat(o.failures).isEmpty();
    assertThat(o.refused).isEmpty();
    assertThat(o.cases).isEqualTo(names.size());
  }

  @Test
  void noOtherCaseGivesWrongValues(TestReporter reporter) throws IOException {
    String folder = System.getProperty("npusim.cases", "");
    Outcome o;
    if (folder.isEmpty()) {
      o = run(TestCases.folders("onnx/node"));
    } else {
      try (Stream<Path> s = Files.list(Path.of(folder))) {
        o = run(s.filter(f -> Files.exists(f.resolve("model.onnx"))).sorted().toList());
      }
    }
    o.report(reporter);
    assertThat(o.failures).isEmpty();
  }

  private static Outcome run(List<Path> folders) {
    Map<String, String> failures = new TreeMap<>();
    Map<String, String> refused = new TreeMap<>();
    for (Path f : folders) {
      String name = f.getFileName().toString();
      try {
        String wrong = difference(f);
        if (!wrong.isEmpty()) {
          failures.put(name, wrong);
        }
      } catch (NpusimException e) {
        refused.put(name, e.getMessage());
      } catch (RuntimeException e) {
        failures.put(name, e + " at " + e.getStackTrace()[0]);
      }
    }
    return new Outcome(folders.size(), failures, refused);
  }

  private static String difference(Path folder) {
    TestCases.Case c = TestCases.read(folder);
    Model m = c.model();
    Binder.bindShapes(m, c.inputs());
    Set<String> unbound = ShapeInference.unboundInputs(m);
    while (!unbound.isEmpty()) {
      unbound.forEach(in -> Binder.bindInput(m, in, c.inputs().get(in)));
      unbound = ShapeInference.unboundInputs(m);
    }
    ShapeInference.Result inferred = ShapeInference.infer(m);
    inferred.requireComplete();
    Graph g = m.graph();
    fold(g, inferred.values(g));
    new Decomposer(g).run();
    Map<String, Tensor> values =
        GraphEvaluator.run(g, c.inputs(), (value, t) -> checkType(g, value, t));
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < g.outputs().size(); i++) {
      String difference = difference(values.get(g.outputs().get(i)), c.outputs().get(i));
      if (!difference.isEmpty()) {
        wrong.add("output " + i + ": " + difference);
      }
    }
    return String.join("; ", wrong);
  }

  /** Rules state the types of what they emit; these must be the types of what is computed. */
  private static void checkType(Graph g, String value, Tensor t) {
    TensorType declared = g.tensorType(value);
    boolean fits =
        declared != null
            && declared.dtype() == t.dtype()
            && (!declared.isStatic() || Arrays.equals(declared.shape(), t.dims()));
    if (!fits) {
      throw new IllegalStateException(value + " declared " + declared + ", computed " + t.type());
    }
  }

  private static void fold(Graph g, Map<String, Tensor> values) {
    for (Node n : List.copyOf(g.nodes())) {
      boolean known = n.outputs().stream().allMatch(o -> o.isEmpty() || values.containsKey(o));
      if (known) {
        g.remove(n);
        n.outputs().stream()
            .filter(o -> !o.isEmpty())
            .forEach(o -> g.addInitializer(o, values.get(o)));
      }
    }
  }

  private static String difference(Tensor got, Tensor want) {
    if (got.dtype() != want.dtype() || !Arrays.equals(got.dims(), want.dims())) {
      return "type " + got.type() + ", expected " + want.type();
    }
    double rtol = want.dtype() == DType.F16 ? 1e-2 : want.dtype() == DType.BF16 ? 4e-2 : 1e-3;
    double atol = want.dtype() == DType.F16 ? 1e-3 : want.dtype() == DType.BF16 ? 1e-2 : 1e-5;
    for (long i = 0; i < want.size(); i++) {
      if (!want.dtype().isFloat()) {
        if (got.bits(i) != want.bits(i)) {
          return "element " + i + " is " + got.longAt(i) + ", expected " + want.longAt(i);
        }
        continue;
      }
      double a = got.at(i);
      double b = want.at(i);
      boolean same =
          Double.isNaN(b)
              ? Double.isNaN(a)
              : a == b || Math.abs(a - b) <= atol + rtol * Math.abs(b);
      if (!same) {
        return "element " + i + " is " + a + ", expected " + b;
      }
    }
    return "";
  }
}
