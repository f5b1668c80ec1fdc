package npusim.tools.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import npusim.diag.Diagnostic;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import npusim.tools.check.CheckText;
import npusim.tools.check.Checker;
import npusim.tools.check.Expectation;
import npusim.tools.check.ExpectationReader;
import npusim.tools.check.ExpectationUpdate;
import npusim.tools.check.JUnitXml;
import npusim.tools.check.Outcome;
import npusim.tools.report.OutputFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim check}. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Runs workloads and compares their metrics with expectation files.",
    footer = {"", "Exit code 1 if any expectation is not met."})
public final class CheckCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Expectation files (YAML).")
  private List<Path> files;

  @Option(
      names = "--update",
      description = "Write what was measured into the files instead of failing.")
  private boolean update;

  @Option(names = "--junit", paramLabel = "FILE", description = "Write the outcomes as JUnit XML.")
  private Path junit;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    var outcomes = new ArrayList<Outcome>();
    OutputFiles.check(junit);
    List<Expectation> all = readAll();
    if (update) {
      all.forEach(e -> OutputFiles.check(e.file()));
    }
    for (Expectation e : all) {
      Outcome o =
          Progress.during(
              spec.commandLine().getErr(),
              String.format(
                  Locale.ROOT, "check %d of %d: %s", outcomes.size() + 1, all.size(), e.file()),
              () -> Checker.run(e));
      if (update && !o.measured().isEmpty()) {
        OutputFiles.write(e.file(), ExpectationUpdate.text(o));
        Expectation updated = ExpectationReader.read(e.file());
        o = Checker.judge(updated, o.title(), o.measured(), o.layers());
      }
      outcomes.add(o);
      out.print(CheckText.render(o));
      out.flush();
    }
    if (junit != null) {
      OutputFiles.write(junit, JUnitXml.render(outcomes));
    }
    out.print(CheckText.total(outcomes));
    out.flush();
    boolean passed = outcomes.stream().allMatch(Outcome::passed);
    return (passed ? ExitCode.OK : ExitCode.CHECK_FAILED).code();
  }

  /** Every file is read before the first is run; what is wrong in all of them is told at once. */
  private List<Expectation> readAll() {
    var read = new ArrayList<Expectation>();
    var wrong = new ArrayList<Diagnostic>();
    for (Path file : files) {
      try {
        read.add(ExpectationReader.read(file));
      } catch (NpusimException e) {
        wrong.addAll(e.diagnostics());
      }
    }
    if (!wrong.isEmpty()) {
      throw NpusimException.usage(wrong);
    }
    return read;
  }
}
