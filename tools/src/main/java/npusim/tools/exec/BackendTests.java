package npusim.tools.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import npusim.compiler.CompileOptions;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.onnx.ModelReader;
import npusim.compiler.onnx.TensorIo;
import npusim.diag.ExitCode;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;

/**
 * Test cases in the layout of ONNX's backend tests: {@code CASE/model.onnx} and {@code
 * CASE/test_data_set_N/input_M.pb} with {@code output_M.pb}.
 */
public final class BackendTests {
  private final Hardware hw;
  private final CompileOptions options;
  private final Comparison comparison;

  /** Tests on a chip with given tolerances. */
  public BackendTests(Hardware hw, Comparison comparison) {
    this(hw, comparison, CompileOptions.DEFAULT);
  }

  /** The same with options of compilation. */
  public BackendTests(Hardware hw, Comparison comparison, CompileOptions options) {
    this.hw = hw;
    this.options = options;
    this.comparison = comparison;
  }

  /** How a case ended. */
  public enum Status {
    PASSED,
    FAILED,
    /** Compilation refused the model, naming an operator or type. */
    SKIPPED
  }

  /**
   * Outcome of a case.
   *
   * @param detail why it failed or was skipped, one line; empty when passed
   */
  public record Outcome(String name, Status status, String detail) {}

  /**
   * The cases in a folder: the folder itself if it is one, else its sub-folders that are.
   *
   * @throws NpusimException (usage) when there is none
   */
  public static List<Path> cases(Path dir) {
    if (isCase(dir)) {
      return List.of(dir);
    }
    if (Files.isDirectory(dir)) {
      try (Stream<Path> s = Files.list(dir)) {
        List<Path> found = s.filter(BackendTests::isCase).sorted().toList();
        if (!found.isEmpty()) {
          return found;
        }
      } catch (IOException e) {
        throw NpusimException.usage(
            "onnx-test-dir", "can't list " + dir + ": " + e.getMessage(), "");
      }
    }
    throw NpusimException.usage(
        "onnx-test-dir",
        "no test case in " + dir,
        Location.ofFile(dir.toString()),
        "a case is a folder with model.onnx and test_data_set_0");
  }

  private static boolean isCase(Path dir) {
    return Files.isRegularFile(dir.resolve("model.onnx"));
  }

  /** Runs one case with all its data sets. */
  public Outcome run(Path dir) {
    String name = String.valueOf(dir.getFileName());
    try {
      List<Path> sets = dataSets(dir);
      if (sets.isEmpty()) {
        return new Outcome(name, Status.FAILED, "no test_data_set_N in " + dir);
      }
      for (Path set : sets) {
        Optional<String> wrong = runSet(dir.resolve("model.onnx"), set);
        if (wrong.isPresent()) {
          return new Outcome(name, Status.FAILED, wrong.get());
        }
      }
      return new Outcome(name, Status.PASSED, "");
    } catch (NpusimException e) {
      Status s = e.exitCode() == ExitCode.INFEASIBLE ? Status.SKIPPED : Status.FAILED;
      return new Outcome(name, s, e.diagnostics().getFirst().message());
    } catch (IOException e) {
      return new Outcome(name, Status.FAILED, e.getMessage());
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      // A crash of ours is a failed case, and the suite goes on to the next.
      StackTraceElement[] at = e.getStackTrace();
      return new Outcome(
          name, Status.FAILED, "internal error: " + e + (at.length > 0 ? " at " + at[0] : ""));
    }
  }

  private static List<Path> dataSets(Path dir) throws IOException {
    try (Stream<Path> s = Files.list(dir)) {
      return s.filter(p -> String.valueOf(p.getFileName()).startsWith("test_data_set_"))
          .sorted()
          .toList();
    }
  }

  private Optional<String> runSet(Path file, Path set) throws IOException {
    Model model = ModelReader.read(file);
    Map<String, Tensor> inputs = InputFiles.readAll(model.graph(), set);
    List<String> names = List.copyOf(model.graph().outputs());
    Map<String, Tensor> wanted = expected(names, set);
    var result = ModelExecution.run(model, inputs, hw, options);
    var wrong = new ArrayList<String>();
    for (var e : wanted.entrySet()) {
      Tensor got = result.outputs().get(e.getKey());
      comparison.difference(got, e.getValue()).ifPresent(d -> wrong.add(e.getKey() + ": " + d));
    }
    return wrong.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", wrong));
  }

  private static Map<String, Tensor> expected(List<String> names, Path set) throws IOException {
    var out = new LinkedHashMap<String, Tensor>();
    for (int i = 0; i < names.size(); i++) {
      Path file = set.resolve("output_" + i + ".pb");
      if (Files.isRegularFile(file)) {
        out.put(names.get(i), TensorIo.read(file).tensor());
      }
    }
    if (out.isEmpty()) {
      throw new IOException("no output_N.pb in " + set);
    }
    return out;
  }
}
