package npusim.tools.validate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import npusim.tools.report.ValidatedRange;
import org.junit.jupiter.api.Test;

/**
 * Holds {@code docs/validation.md} fresh on a few rows of every table of kernels, as running all
 * rows takes minutes; {@code -Dupdate=true} runs all of them and rewrites the page and the summary
 * that reports quote.
 */
class ValidationDocsTest {
  private static final int ROWS_PER_TABLE = 4;

  private static Path root() {
    Path p = Path.of(System.getProperty("user.dir")).toAbsolutePath();
    while (p != null && !Files.exists(p.resolve("docs/config.md"))) {
      p = p.getParent();
    }
    assertThat(p).as("the repository's root").isNotNull();
    return p;
  }

  @Test
  void pageIsFresh() throws IOException {
    Path page = root().resolve("docs/validation.md");
    if (Boolean.getBoolean("update")) {
      List<Outcome> all = Validation.run(Tables.all(), 2, s -> {});
      Files.writeString(page, ValidationMarkdown.render(FamilyResult.group(all)));
      Files.writeString(
          root().resolve("tools/src/main/resources/npusim/validation/summary.csv"),
          ValidatedRange.csv(Ranges.of(all)));
    }
    String text = Files.readString(page);
    assertThat(text).endsWith(ValidationFormat.markdown());
    var some = new ArrayList<Table>();
    for (Table t : Tables.all()) {
      assertThat(text).contains("### " + t.title());
      if (t.kind() != Job.Kind.MODEL) {
        List<Row> shown = ValidationMarkdown.shown(t.rows());
        some.add(t.withRows(shown).everyNth(Math.ceilDiv(shown.size(), ROWS_PER_TABLE)));
      }
    }
    for (Outcome o : Validation.run(some, 2, s -> {})) {
      assertThat(text)
          .as("run `npusim validate` with --markdown and --ranges, or this test with -Dupdate=true")
          .contains(ValidationMarkdown.line(o));
    }
  }

  @Test
  void examplesOfTheFormatRun() {
    var tables = new ArrayList<Table>();
    ValidationFormat.examples()
        .forEach(
            (kind, text) -> {
              Table t = TableReader.parse(Path.of("t.yaml"), "t.yaml", text);
              assertThat(t.kind()).isEqualTo(kind);
              tables.add(t);
            });
    assertThat(tables).hasSize(Job.Kind.values().length);
    assertThat(Validation.run(tables, 2, s -> {}))
        .allSatisfy(o -> assertThat(o.failure()).isEmpty());
  }

  @Test
  void whatIsFarOffIsNotToBeReliedUpon() {
    Table t =
        TableReader.parse(
            Path.of("t.yaml"),
            "t.yaml",
            """
            title: kernels
            kind: kernel
            unit: cycles
            status: derived
            source: by hand
            rows:
              - {chip: tiny, workload: "gemm:8,8,8", measured: 100}
              - {chip: edge, workload: "softmax:8,8", measured: 100}
            """);
    var near = new Outcome(t, t.rows().get(0), 129, Optional.empty());
    var far = new Outcome(t, t.rows().get(1), 60, Optional.empty());
    assertThat(ValidationMarkdown.unreliable(FamilyResult.group(List.of(near, far))))
        .contains("Not to be relied upon")
        .contains("softmax and normalisation on edge (40.0%)")
        .doesNotContain("tiny");
    assertThat(ValidationMarkdown.unreliable(FamilyResult.group(List.of(near))))
        .isEqualTo("No kind of work on a chip is more than 30.0% off on average.");
  }
}
