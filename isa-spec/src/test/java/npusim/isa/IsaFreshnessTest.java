package npusim.isa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The checked-in generated sources are those of the YAML. Run with {@code -Dupdate=true} to rewrite
 * them.
 */
class IsaFreshnessTest {
  private static final boolean UPDATE = Boolean.getBoolean("update");

  @Test
  void generatedSourcesAreFresh() throws IOException {
    Path module = module();
    Path sources = module.resolve("src/main/java/npusim/isa");
    for (Map.Entry<String, String> file :
        new IsaGenerator(module.resolve("src/main/isa")).generate().entrySet()) {
      Path path = sources.resolve(file.getKey());
      if (UPDATE
          && !(Files.exists(path)
              && layoutFree(Files.readString(path)).equals(layoutFree(file.getValue())))) {
        Files.writeString(path, file.getValue());
      }
      assertThat(layoutFree(Files.readString(path)))
          .as("%s differs from src/main/isa; run this test with -Dupdate=true", file.getKey())
          .isEqualTo(layoutFree(file.getValue()));
    }
  }

  /**
   * The formatter lays the generated text out and cuts long strings; only the tokens are compared.
   */
  private static String layoutFree(String source) {
    return source.replaceAll("[\\s*/]+", "").replace("\"+\"", "");
  }

  /** The isa-spec folder, from its own folder or the repository's. */
  static Path module() {
    Path here = Path.of("").toAbsolutePath();
    return Files.isDirectory(here.resolve("src/main/isa")) ? here : here.resolve("isa-spec");
  }
}
