package npusim.hardware;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The chips and memories that come with npusim. */
public final class HardwareCatalog {
  private static final String CHIPS = "/npusim/hardware/chips/";
  private static final String DRAMS = "/npusim/hardware/dram/";

  private HardwareCatalog() {}

  /** Names of the built-in chips, in catalogue order. */
  public static List<String> chips() {
    return Resources.lines(CHIPS + "index.txt");
  }

  /** Names of the built-in DRAM presets, in catalogue order. */
  public static List<String> drams() {
    return Resources.lines(DRAMS + "index.txt");
  }

  /** YAML of a built-in chip, any letter case; empty if there is none of that name. */
  public static Optional<String> chipYaml(String name) {
    return find(chips(), name).map(n -> Resources.text(CHIPS + n + ".yaml"));
  }

  /** YAML of a built-in DRAM preset, any letter case; empty if there is none of that name. */
  public static Optional<String> dramYaml(String name) {
    return find(drams(), name)
        .map(n -> Resources.text(DRAMS + n.toLowerCase(Locale.ROOT) + ".yaml"));
  }

  static Optional<String> find(List<String> names, String name) {
    return names.stream().filter(n -> n.equalsIgnoreCase(name)).findFirst();
  }
}
