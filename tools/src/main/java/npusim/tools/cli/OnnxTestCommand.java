package npusim.tools.cli;

import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import npusim.diag.ExitCode;
import npusim.tools.exec.BackendTests;
import npusim.tools.exec.BackendTests.Status;
import npusim.tools.exec.Comparison;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim onnx-test}. */
@Command(
    name = "onnx-test",
    mixinStandardHelpOptions = true,
    description = "Runs test cases in the layout of ONNX's backend tests on values.",
    footer = {
      "",
      "A case passes when every output equals the expected one: float32 within rtol 1e-3 and atol"
          + " 1e-5,",
      "float16 5e-3/1e-3, bfloat16 2e-2/1e-2, float8 e4m3fn 0.125/1e-2, e5m2 0.25/1e-2, integers"
          + " and",
      "booleans exactly. It is skipped when compilation refuses it, naming the operator or type.",
      "Exit code 1 if any case failed."
    })
public final class OnnxTestCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "DIR",
      description = "A case (a folder with model.onnx) or a folder of cases.")
  private List<Path> dirs;

  @Option(
      names = "--rtol",
      paramLabel = "R",
      description = "Relative tolerance for floating-point outputs.")
  private double rtol = Double.NaN;

  @Option(
      names = "--atol",
      paramLabel = "A",
      description = "Absolute tolerance for floating-point outputs.")
  private double atol = Double.NaN;

  @Option(
      names = "--cosine",
      paramLabel = "X",
      description = "Compare by cosine similarity, at least X, instead of element by element.")
  private double cosine = Double.NaN;

  @Mixin private HardwareOptions hardware;
  @Mixin private CompileArgs compile;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    var cases = new ArrayList<Path>();
    for (Path d : dirs) {
      cases.addAll(BackendTests.cases(d));
    }
    PrintWriter out = spec.commandLine().getOut();
    var tests =
        new BackendTests(
            hardware.load(Defaults.EXEC_CHIP),
            new Comparison(rtol, atol, cosine),
            compile.recast(out, new PrintWriter(Writer.nullWriter())));
    Map<Status, Integer> counts = new EnumMap<>(Status.class);
    for (Path c : cases) {
      BackendTests.Outcome o =
          Progress.during(spec.commandLine().getErr(), "running " + c, () -> tests.run(c));
      counts.merge(o.status(), 1, Integer::sum);
      String word = o.status().name().toLowerCase(Locale.ROOT);
      String detail = o.detail().replaceAll("\\s+", " ");
      out.println(word + " " + o.name() + (detail.isEmpty() ? "" : ": " + detail));
      out.flush();
    }
    int failed = counts.getOrDefault(Status.FAILED, 0);
    out.println(
        counts.getOrDefault(Status.PASSED, 0)
            + " passed, "
            + failed
            + " failed, "
            + counts.getOrDefault(Status.SKIPPED, 0)
            + " skipped");
    out.flush();
    return (failed == 0 ? ExitCode.OK : ExitCode.CHECK_FAILED).code();
  }
}
