package npusim.tools.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import npusim.tools.report.OutputFiles;
import npusim.tools.report.ReportDiff;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim compare}. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = "Compares two reports that --json has written, metric by metric, layer by layer.",
    footer = {"", "Example: npusim run gemm:512,512,512 --hw edge --json a.json"})
public final class CompareCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "A.json", description = "The report to compare with.")
  private Path before;

  @Parameters(index = "1", paramLabel = "B.json", description = "The report that may differ.")
  private Path after;

  @Option(names = "--json", paramLabel = "FILE", description = "Write every figure of both.")
  private Path json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    ReportDiff diff = ReportDiff.of(before, after);
    if (json != null) {
      OutputFiles.write(json, diff.json());
    }
    var out = spec.commandLine().getOut();
    out.print(diff.text());
    out.flush();
    return 0;
  }
}
