package npusim.tools.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The generated pages and the report's schema are what the generators write today. {@code
 * -Dupdate=true} writes them instead of comparing.
 */
class GeneratedFilesTest {
  @Test
  void reportPageIsFresh() throws IOException {
    check("docs/report.md", ReportReference.markdown());
  }

  @Test
  void reportSchemaIsFresh() throws IOException {
    check("tools/src/main/resources/npusim/tools/report.schema.json", ReportSchema.text());
  }

  @Test
  void operatorPageIsFresh() throws IOException {
    check("docs/operators.md", OperatorTable.markdown());
  }

  private static void check(String page, String expected) throws IOException {
    Path path = root().resolve(page);
    if (Boolean.getBoolean("update")) {
      Files.writeString(path, expected);
    }
    assertThat(path)
        .as("%s is stale: run this test with -Dupdate=true", page)
        .exists()
        .content()
        .isEqualTo(expected);
  }

  private static Path root() {
    var dir = Path.of("").toAbsolutePath();
    while (dir != null && !Files.isDirectory(dir.resolve("isa-spec"))) {
      dir = dir.getParent();
    }
    assertThat(dir).as("project root").isNotNull();
    return dir;
  }
}
