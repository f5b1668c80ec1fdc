package npusim.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The generated pages are what the generators write today. {@code -Dupdate=true} writes them
 * instead of comparing.
 */
class HardwareDocsTest {

  @Test
  void configReferenceIsFresh() throws IOException {
    check("docs/config.md", ConfigReference.markdown());
  }

  @Test
  void chipListIsFresh() throws IOException {
    check("docs/chips.md", ChipReference.markdown());
  }

  private static void check(String page, String expected) throws IOException {
    var path = root().resolve(page);
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
