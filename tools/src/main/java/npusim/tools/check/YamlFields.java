package npusim.tools.check;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import npusim.diag.Location;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.yaml.YamlNode;

/** A YAML mapping that is read key by key; a key nobody asked for is an error. */
public final class YamlFields {
  private final YamlNode.Mapping node;
  private final String path;
  private final TreeSet<String> asked = new TreeSet<>();

  /**
   * Reads a mapping.
   *
   * @param path where it stands, in front of keys in messages; may be empty
   */
  public YamlFields(YamlNode node, String path) {
    if (!(node instanceof YamlNode.Mapping m)) {
      throw error(node.location(), (path + " must be a mapping, not " + node.describe()).strip());
    }
    this.node = m;
    this.path = path.isEmpty() ? "" : path + ".";
  }

  /** Position of the mapping. */
  public Location location() {
    return node.location();
  }

  /** Position of a key; none when it is absent. */
  public Location keyLocation(String key) {
    return node.keyLocations().getOrDefault(key, Location.NONE);
  }

  /** Keys in the order written. */
  public List<String> keys() {
    return List.copyOf(node.entries().keySet());
  }

  /** A value of any kind. */
  public Optional<YamlNode> find(String key) {
    asked.add(key);
    return Optional.ofNullable(node.entries().get(key));
  }

  /** A single value. */
  public Optional<YamlNode.Scalar> scalar(String key) {
    return find(key).map(v -> scalar(key, v));
  }

  private YamlNode.Scalar scalar(String key, YamlNode v) {
    if (v instanceof YamlNode.Scalar s && !s.isNull()) {
      return s;
    }
    throw error(v.location(), path + key + " must be a single value, not " + v.describe());
  }

  /** A single value as text. */
  public Optional<String> text(String key) {
    return scalar(key).map(YamlNode.Scalar::text);
  }

  /** A whole number from {@code min} on. */
  public Optional<Long> integer(String key, long min) {
    return scalar(key)
        .map(
            s -> {
              long v = whole(s.text());
              if (v < min) {
                throw error(
                    s.location(),
                    path + key + " is " + s.describe() + ", must be an integer from " + min);
              }
              return v;
            });
  }

  private static long whole(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return Long.MIN_VALUE;
    }
  }

  /** A finite number; {@code true} is 1 and {@code false} is 0. */
  public Optional<Double> number(String key) {
    return scalar(key).map(s -> number(path + key, s));
  }

  static double number(String name, YamlNode.Scalar s) {
    double v;
    try {
      v =
          switch (s.text()) {
            case "true" -> 1;
            case "false" -> 0;
            default -> Double.parseDouble(s.text());
          };
    } catch (NumberFormatException e) {
      v = Double.NaN;
    }
    if (!Double.isFinite(v)) {
      throw error(s.location(), name + " is " + s.describe() + ", must be a number");
    }
    return v;
  }

  /** True or false; {@code absent} when the key is. */
  public boolean flag(String key, boolean absent) {
    return scalar(key)
        .map(
            s ->
                switch (s.text()) {
                  case "true" -> true;
                  case "false" -> false;
                  default ->
                      throw error(
                          s.location(),
                          path + key + " is " + s.describe() + ", must be true or false");
                })
        .orElse(absent);
  }

  /** A list of single values; empty when absent. */
  public List<String> texts(String key) {
    return find(key)
        .map(
            v -> {
              if (v instanceof YamlNode.Sequence s) {
                return s.items().stream().map(i -> scalar(key, i).text()).toList();
              }
              throw error(v.location(), path + key + " must be a list, not " + v.describe());
            })
        .orElse(List.of());
  }

  /** Whole numbers by name, in the order written. */
  public Map<String, Long> integers(String key, long min) {
    var out = new LinkedHashMap<String, Long>();
    find(key)
        .ifPresent(
            v -> {
              var fields = new YamlFields(v, path + key);
              for (String name : fields.keys()) {
                out.put(name, fields.integer(name, min).orElseThrow());
              }
            });
    return out;
  }

  /** What to throw for a key that is not there; names one that may be meant for it. */
  public NpusimException missing(String key) {
    List<String> others = keys().stream().filter(k -> !asked.contains(k)).toList();
    Optional<String> near = Names.nearest(key, others);
    return NpusimException.usage(
        "check-value",
        path + key + " is missing",
        near.map(this::keyLocation).orElse(location()),
        near.map(n -> "is \"" + n + "\" meant to be \"" + key + "\"?").orElse(""));
  }

  /** Refuses keys that were never asked for. */
  public void close() {
    for (String key : node.entries().keySet()) {
      if (!asked.contains(key)) {
        throw NpusimException.usage(
            "check-key",
            "unknown key " + path + key,
            node.keyLocations().get(key),
            Names.suggest(key, asked));
      }
    }
  }

  /** A wrong value at a place. */
  public static NpusimException error(Location at, String message) {
    return NpusimException.usage("check-value", message, at, "");
  }
}
