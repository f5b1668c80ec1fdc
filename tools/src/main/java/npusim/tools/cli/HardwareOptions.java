package npusim.tools.cli;

import java.util.ArrayList;
import java.util.List;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import picocli.CommandLine.Option;

/** The chip of a command: {@code --hw} and {@code --set}. */
final class HardwareOptions {
  static final String HW = "--hw";

  @Option(
      names = HW,
      paramLabel = "CHIP",
      description =
          "Chip: a name that `npusim chips` lists, or a YAML file (default: "
              + Defaults.RUN_CHIP
              + ", on values "
              + Defaults.EXEC_CHIP
              + ", of a program its own).")
  private String name;

  @Option(
      names = "--set",
      paramLabel = "PARAM=VALUE",
      description =
          "Override a parameter of the chip, such as core.matrix.rows=256. May be repeated.")
  private List<String> sets = new ArrayList<>();

  /** Sets an option of one plain value; false when it is none of these. */
  boolean take(String option, String value) {
    if (option.equals(HW)) {
      name = value;
      return true;
    }
    return false;
  }

  /** The chip asked for, or a default. */
  Hardware load(String fallback) {
    return HardwareLoader.load(name == null ? fallback : name, sets);
  }

  boolean given() {
    return name != null;
  }

  /** Overrides as given. */
  List<String> sets() {
    return sets;
  }
}
