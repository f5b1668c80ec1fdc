package npusim.compiler;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds the reference data beside the project; tests that need it are skipped where it isn't. */
public final class SharedData {
  private SharedData() {}

  /** A folder below the reference data; the calling test is skipped when there is none. */
  public static Path folder(String relative) {
    Path root = null;
    for (Path p = Path.of(System.getProperty("user.dir")).toAbsolutePath();
        p != null;
        p = p.getParent()) {
      root = Files.exists(p.resolve("pom.xml")) ? p : root;
    }
    Path found =
        root == null || root.getParent() == null
            ? null
            : root.getParent().resolve("shared").resolve(relative);
    assumeTrue(
        found != null && Files.isDirectory(found), () -> "no reference data: shared/" + relative);
    return found;
  }

  /** Every {@code .onnx} file below a folder, sorted. */
  public static List<Path> models(String relative) {
    try (Stream<Path> s = Files.walk(folder(relative))) {
      return s.filter(f -> f.toString().endsWith(".onnx")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
