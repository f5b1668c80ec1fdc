package npusim.hardware;

import java.util.List;
import npusim.yaml.PackedText;

/** Text files packed with the module. */
final class Resources {
  private Resources() {}

  static boolean exists(String path) {
    return Resources.class.getResource(path) != null;
  }

  /** Content of a resource that must exist. */
  static String text(String path) {
    return PackedText.of(Resources.class, path);
  }

  /** Non-empty lines of an index file. */
  static List<String> lines(String path) {
    return text(path).lines().filter(l -> !l.isBlank()).toList();
  }
}
