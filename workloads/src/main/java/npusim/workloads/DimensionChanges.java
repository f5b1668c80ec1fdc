package npusim.workloads;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import npusim.diag.Location;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.yaml.YamlNode;
import npusim.yaml.YamlReader;

/** Dimensions of a workload that a caller changes: {@code layers=1,vision.image=384}. */
final class DimensionChanges {
  private final Location origin;
  private final Map<List<String>, YamlNode> values = new LinkedHashMap<>();

  private DimensionChanges(Location origin) {
    this.origin = origin;
  }

  /**
   * Reads changes.
   *
   * @param origin what messages name as their place
   * @param text {@code key=value} pairs with commas between; a value is a YAML scalar or flow list,
   *     a key within a group has a dot
   * @throws NpusimException (usage) when it is not of this form
   */
  static DimensionChanges parse(Location origin, String text) {
    var changes = new DimensionChanges(origin);
    for (String pair : pairs(text)) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw NpusimException.usage(
            "workload-dimension",
            "\"" + pair + "\" must be key=value",
            origin,
            "for example resnet50:image=288 or gpt-2:layers=1");
      }
      String key = pair.substring(0, equals).strip();
      YamlNode value =
          YamlReader.read(origin.file(), pair.substring(equals + 1))
              .orElseThrow(
                  () ->
                      NpusimException.usage(
                          "workload-dimension", key + " has no value", origin, ""));
      changes.values.put(List.of(key.split("\\.", -1)), value);
    }
    return changes;
  }

  /** Parts between the commas that stand outside brackets. */
  private static List<String> pairs(String text) {
    var out = new ArrayList<String>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '[', '{' -> depth++;
        case ']', '}' -> depth--;
        case ',' -> {
          if (depth == 0) {
            out.add(text.substring(start, i));
            start = i + 1;
          }
        }
        default -> {
          // part of a key or a value
        }
      }
    }
    out.add(text.substring(start));
    return out;
  }

  /** The mapping with the changed values; keys that nobody reads are refused by who reads it. */
  YamlNode apply(YamlNode node) {
    YamlNode out = node;
    for (var change : values.entrySet()) {
      out = set(out, change.getKey(), change.getValue());
    }
    return out;
  }

  private YamlNode set(YamlNode node, List<String> path, YamlNode value) {
    if (path.isEmpty()) {
      return value;
    }
    if (!(node instanceof YamlNode.Mapping m)) {
      throw NpusimException.usage(
          "workload-dimension",
          "\"" + path.getFirst() + "\" belongs to no group of dimensions",
          origin,
          "");
    }
    String key = path.getFirst();
    YamlNode old = m.entries().get(key);
    if (old == null && path.size() > 1) {
      throw NpusimException.usage(
          "workload-dimension",
          "no group of dimensions \"" + key + "\"",
          origin,
          Names.suggest(key, m.entries().keySet()));
    }
    var entries = new LinkedHashMap<>(m.entries());
    var places = new LinkedHashMap<>(m.keyLocations());
    entries.put(key, set(old, path.subList(1, path.size()), value));
    places.put(key, origin);
    return new YamlNode.Mapping(m.location(), entries, places);
  }
}
