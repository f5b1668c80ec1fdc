package npusim.workloads;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import npusim.diag.Location;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.yaml.YamlNode;

/** Typed reading of a YAML mapping; a key nobody asked for is an error. */
final class Fields {
  private final YamlNode.Mapping node;
  private final String path;
  private final Map<String, Boolean> asked = new TreeMap<>();

  Fields(YamlNode node, String path) {
    if (!(node instanceof YamlNode.Mapping m)) {
      throw error(node.location(), path + " must be a mapping, not " + node.describe(), "");
    }
    this.node = m;
    this.path = path;
  }

  private YamlNode find(String key) {
    asked.put(key, true);
    return node.entries().get(key);
  }

  private YamlNode require(String key) {
    YamlNode v = find(key);
    if (v == null) {
      throw error(node.location(), path + key + " is missing", "add it");
    }
    return v;
  }

  boolean has(String key) {
    return find(key) != null;
  }

  String text(String key) {
    return scalar(key, require(key)).text();
  }

  String text(String key, String fallback) {
    YamlNode v = find(key);
    return v == null ? fallback : scalar(key, v).text();
  }

  int integer(String key) {
    return (int) whole(key, require(key), 1, Integer.MAX_VALUE);
  }

  int integer(String key, int fallback) {
    YamlNode v = find(key);
    return v == null ? fallback : (int) whole(key, v, 0, Integer.MAX_VALUE);
  }

  double number(String key, double fallback) {
    YamlNode v = find(key);
    return v == null ? fallback : number(key, v);
  }

  double number(String key) {
    return number(key, require(key));
  }

  boolean flag(String key, boolean fallback) {
    YamlNode v = find(key);
    if (v == null) {
      return fallback;
    }
    return switch (scalar(key, v).text()) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw error(
              v.location(), path + key + " is " + v.describe() + ", must be true or false", "");
    };
  }

  int[] integers(String key) {
    return integers(key, 1);
  }

  /** A list of integers from 0 on. */
  int[] naturals(String key) {
    return integers(key, 0);
  }

  private int[] integers(String key, int least) {
    if (!(require(key) instanceof YamlNode.Sequence s)) {
      throw error(require(key).location(), path + key + " must be a list of integers", "");
    }
    return s.items().stream()
        .mapToInt(i -> (int) whole(key, i, least, Integer.MAX_VALUE))
        .toArray();
  }

  List<String> texts(String key) {
    YamlNode v = find(key);
    if (v == null) {
      return List.of();
    }
    if (!(v instanceof YamlNode.Sequence s)) {
      throw error(v.location(), path + key + " must be a list", "");
    }
    var out = new ArrayList<String>();
    for (YamlNode i : s.items()) {
      out.add(scalar(key, i).text());
    }
    return out;
  }

  <E extends Enum<E>> E choice(String key, Class<E> type, E fallback) {
    YamlNode v = find(key);
    if (v == null) {
      return fallback;
    }
    String text = scalar(key, v).text();
    var names = new ArrayList<String>();
    for (E e : type.getEnumConstants()) {
      String name = e.name().toLowerCase(Locale.ROOT);
      names.add(name);
      if (name.equals(text)) {
        return e;
      }
    }
    throw error(
        v.location(),
        path + key + " is \"" + text + "\", must be one of " + String.join(", ", names),
        Names.suggest(text, names));
  }

  Fields child(String key) {
    return child(key, UnaryOperator.identity());
  }

  /** The mapping under a key, changed before it is read. */
  Fields child(String key, UnaryOperator<YamlNode> change) {
    return new Fields(change.apply(require(key)), path + key + ".");
  }

  /** Refuses keys that were never asked for. */
  void close() {
    for (String key : node.entries().keySet()) {
      if (!asked.containsKey(key)) {
        throw error(
            node.keyLocations().get(key),
            "unknown key " + path + key,
            Names.suggest(key, new TreeSet<>(asked.keySet())));
      }
    }
  }

  private YamlNode.Scalar scalar(String key, YamlNode v) {
    if (v instanceof YamlNode.Scalar s && !s.isNull()) {
      return s;
    }
    throw error(v.location(), path + key + " must be a single value, not " + v.describe(), "");
  }

  private long whole(String key, YamlNode v, long min, long max) {
    double d = number(key, v);
    if (d != Math.rint(d) || d < min || d > max) {
      throw error(
          v.location(),
          path + key + " is " + v.describe() + ", must be an integer from " + min + " to " + max,
          "");
    }
    return (long) d;
  }

  private double number(String key, YamlNode v) {
    try {
      double d = Double.parseDouble(scalar(key, v).text());
      if (Double.isFinite(d)) {
        return d;
      }
    } catch (NumberFormatException e) {
      throw error(v.location(), path + key + " is " + v.describe() + ", must be a number", "");
    }
    throw error(v.location(), path + key + " must be finite", "");
  }

  private static NpusimException error(Location at, String message, String hint) {
    return NpusimException.usage("workload-yaml", message, at, hint);
  }
}
