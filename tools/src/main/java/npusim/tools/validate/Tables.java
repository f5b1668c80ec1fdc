package npusim.tools.validate;

import java.nio.file.Path;
import java.util.List;
import npusim.yaml.PackedText;

/** The validation tables that come with npusim. */
public final class Tables {
  private static final String ROOT = "/npusim/validation/";

  private Tables() {}

  /** Table names in the order they are run. */
  static List<String> names() {
    return text("index.txt").lines().filter(l -> !l.isBlank()).toList();
  }

  /** Every table. */
  public static List<Table> all() {
    return names().stream()
        .map(n -> TableReader.parse(Path.of(n + ".yaml"), n + ".yaml", text(n + ".yaml")))
        .toList();
  }

  private static String text(String file) {
    return PackedText.of(Tables.class, ROOT + file);
  }
}
