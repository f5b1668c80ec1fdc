package npusim.tools.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import npusim.diag.Diagnostic;
import npusim.diag.ExitCode;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.tools.report.OutputFiles;
import npusim.tools.report.ValidatedRange;
import npusim.tools.validate.FamilyResult;
import npusim.tools.validate.Outcome;
import npusim.tools.validate.Ranges;
import npusim.tools.validate.Table;
import npusim.tools.validate.TableReader;
import npusim.tools.validate.Tables;
import npusim.tools.validate.Validation;
import npusim.tools.validate.ValidationMarkdown;
import npusim.tools.validate.ValidationReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code npusim validate}. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    description = "Runs what was measured on hardware and shows predicted beside measured.",
    footer = {
      "",
      "Exit code 1 if a family's error is beyond --max-mape or one of its rows could not run.",
      "docs/validation.md describes the format of the tables."
    })
public final class ValidateCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Run the rows of these tables (YAML) instead of the built-in ones.")
  private List<Path> data = List.of();

  @Option(
      names = "--family",
      split = ",",
      paramLabel = "NAME",
      description = "Only these families; several with commas or repeated.")
  private List<String> only = List.of();

  @Option(
      names = "--every",
      paramLabel = "N",
      description = "Run every Nth row of each table only (default 1).")
  private int every = 1;

  @Option(
      names = "--max-mape",
      paramLabel = "PERCENT",
      description = "Fail when the mean absolute error of a family is beyond this.")
  private Double maxMape;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the outcomes as JSON.")
  private Path json;

  @Option(
      names = "--markdown",
      paramLabel = "FILE",
      description = "Write docs/validation.md: errors, rows, format of tables.")
  private Path markdown;

  @Option(
      names = "--ranges",
      paramLabel = "FILE",
      description = "Write the errors by chip and kind of work that reports quote, as CSV.")
  private Path ranges;

  @Option(names = "--summary", description = "Print a line per family, not a line per row.")
  private boolean summary;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (maxMape != null && !(maxMape >= 0 && maxMape <= 1e6)) {
      throw NpusimException.usage(
          "validate-option", "--max-mape " + maxMape + " must be from 0 to 1000000", "");
    }
    if (every < 1) {
      throw NpusimException.usage("validate-option", "--every " + every + " must be 1 or more", "");
    }
    OutputFiles.check(json, markdown, ranges);
    List<Table> tables =
        chosen(data.isEmpty() ? Tables.all() : read()).stream()
            .map(t -> t.everyNth(every))
            .toList();
    List<FamilyResult> families;
    try (var progress = Progress.on(spec.commandLine().getErr())) {
      int threads = Runtime.getRuntime().availableProcessors();
      families = FamilyResult.group(Validation.run(tables, threads, progress::say));
    }
    if (json != null) {
      OutputFiles.write(json, ValidationReport.json(families));
    }
    if (markdown != null) {
      OutputFiles.write(markdown, ValidationMarkdown.render(families));
    }
    if (ranges != null) {
      List<Outcome> all = families.stream().flatMap(f -> f.outcomes().stream()).toList();
      OutputFiles.write(ranges, ValidatedRange.csv(Ranges.of(all)));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(ValidationReport.text(families, !summary));
    out.flush();
    families.stream().flatMap(f -> f.outcomes().stream()).forEach(ValidateCommand::refuseFault);
    List<String> problems = families.stream().flatMap(this::problems).toList();
    problems.forEach(spec.commandLine().getErr()::println);
    spec.commandLine().getErr().flush();
    return (problems.isEmpty() ? ExitCode.OK : ExitCode.CHECK_FAILED).code();
  }

  /** What a fault left out is printed before. */
  private static void refuseFault(Outcome o) {
    o.fault()
        .ifPresent(
            e -> {
              throw new IllegalStateException(o.row().location() + " could not be run", e);
            });
  }

  /** What the command ends with exit code 1 for, a line each. */
  private Stream<String> problems(FamilyResult f) {
    var lines = new ArrayList<String>();
    if (!f.failed().isEmpty()) {
      lines.add(
          "error: "
              + f.family()
              + ": "
              + f.failed().size()
              + " of "
              + f.outcomes().size()
              + " rows not run [validate-rows]");
    }
    if (maxMape != null && f.mape().orElse(0) * 100 > maxMape) {
      lines.add(
          String.format(
              Locale.ROOT,
              "error: %s: mean absolute error %.1f%% is beyond --max-mape %s%% [validate-mape]",
              f.family(),
              f.mape().getAsDouble() * 100,
              maxMape % 1 == 0 ? String.valueOf(maxMape.longValue()) : maxMape.toString()));
    }
    return lines.stream();
  }

  /** Every file is read before a row runs; what is wrong in all of them is told at once. */
  private List<Table> read() {
    var read = new ArrayList<Table>();
    var wrong = new ArrayList<Diagnostic>();
    for (Path file : data) {
      try {
        read.add(TableReader.read(file));
      } catch (NpusimException e) {
        wrong.addAll(e.diagnostics());
      }
    }
    if (!wrong.isEmpty()) {
      throw NpusimException.usage(wrong);
    }
    return read;
  }

  private List<Table> chosen(List<Table> tables) {
    var known = new TreeSet<String>();
    tables.forEach(t -> known.add(t.family()));
    for (String name : only) {
      if (!known.contains(name)) {
        throw NpusimException.usage(
            "validate-family",
            "--family " + name + ": there is no such family",
            Names.suggest(name, known));
      }
    }
    return tables.stream().filter(t -> only.isEmpty() || only.contains(t.family())).toList();
  }
}
