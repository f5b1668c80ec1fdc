package npusim.yaml;

import java.util.List;
import java.util.Map;
import npusim.diag.Location;

/**
 * A YAML value and where it stands. Scalars stay text: what a text means is decided by who reads
 * it.
 */
public sealed interface YamlNode {

  /** First character of the value. */
  Location location();

  /** What a person would call this value in a message: "a mapping", "a list", "the text …". */
  String describe();

  /**
   * A mapping, in the order written.
   *
   * @param location first character
   * @param entries value by key
   * @param keyLocations position of each key
   */
  record Mapping(
      Location location, Map<String, YamlNode> entries, Map<String, Location> keyLocations)
      implements YamlNode {
    @Override
    public String describe() {
      return "a mapping";
    }
  }

  /**
   * A list.
   *
   * @param location first character
   * @param items values in order
   */
  record Sequence(Location location, List<YamlNode> items) implements YamlNode {
    @Override
    public String describe() {
      return "a list";
    }
  }

  /**
   * A scalar.
   *
   * @param location first character
   * @param text the value without quotes
   * @param quoted true if it stood in quotes or as a block, so that it can only be a text
   */
  record Scalar(Location location, String text, boolean quoted) implements YamlNode {

    /** True for an empty value, {@code null} and {@code ~}. */
    public boolean isNull() {
      return !quoted && (text.isEmpty() || text.equals("null") || text.equals("~"));
    }

    @Override
    public String describe() {
      if (isNull()) {
        return "nothing";
      }
      return quoted ? "the text \"" + text + "\"" : text;
    }
  }
}
