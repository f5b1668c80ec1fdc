package npusim.hardware;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Text files packed with the module. */
final class Resources {
  private Resources() {}

  static boolean exists(String path) {
    return Resources.class.getResource(path) != null;
  }

  /** Content of a resource that must exist. */
  static String text(String path) {
    try (var in = Resources.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("missing resource " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(path, e);
    }
  }

  /** Non-empty lines of an index file. */
  static List<String> lines(String path) {
    return text(path).lines().filter(l -> !l.isBlank()).toList();
  }
}
