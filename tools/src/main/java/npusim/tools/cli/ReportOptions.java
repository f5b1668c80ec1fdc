package npusim.tools.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import npusim.tools.report.CsvReport;
import npusim.tools.report.HtmlReport;
import npusim.tools.report.JsonReport;
import npusim.tools.report.OutputFiles;
import npusim.tools.report.TextReport;
import npusim.tools.run.ScenarioResult;
import picocli.CommandLine.Option;

/** Where a result goes besides the screen. */
final class ReportOptions {
  @Option(names = "--json", paramLabel = "FILE", description = "Write the report as JSON.")
  private Path json;

  @Option(names = "--csv", paramLabel = "FILE", description = "Write the layer table as CSV.")
  private Path csv;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write the report as a page with charts that needs nothing else.")
  private Path html;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description =
          "Write a trace of one launch per stage that Perfetto opens; of layers that repeat, the"
              + " first ones only, unless --exact is given.")
  private Path trace;

  /** Refuses files that can't be written, before anything is run. */
  void check() {
    OutputFiles.check(json, csv, html, trace);
  }

  /**
   * Writes the files asked for, then prints the one-screen report.
   *
   * @param params launch parameters of the traced launch beside a stage's own
   * @param exact with all layers that repeat in the trace
   * @param progress told what is being written
   */
  void write(
      ScenarioResult result,
      Map<String, Long> params,
      boolean exact,
      PrintWriter out,
      Progress progress) {
    progress.say("writing reports");
    if (json != null) {
      OutputFiles.write(json, JsonReport.render(result));
    }
    if (csv != null) {
      OutputFiles.write(csv, CsvReport.render(result));
    }
    if (html != null) {
      OutputFiles.write(html, HtmlReport.render(result, params));
    }
    if (trace != null) {
      TraceFiles.write(trace, result, params, exact);
    }
    String text = TextReport.render(result);
    progress.close();
    out.print(text);
    out.flush();
  }
}
