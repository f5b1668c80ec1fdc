package npusim.tools.report;

import java.util.Locale;

/** Names of enum constants in files. */
final class CategoryNames {
  private CategoryNames() {}

  static String id(Enum<?> e) {
    return e.name().toLowerCase(Locale.ROOT);
  }
}
