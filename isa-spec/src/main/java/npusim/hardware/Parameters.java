package npusim.hardware;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import npusim.diag.Location;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.hardware.DescriptionReader.Leaf;

/** Every parameter of one description with its value and provenance, in schema order. Immutable. */
public final class Parameters {
  private final Map<String, Parameter> byPath;
  private final Map<String, Leaf> stated;
  private final Map<String, Origin> statedOrigins;
  private final boolean shipped;

  /**
   * @param byPath every parameter in schema order
   * @param stated what description, parents and overrides say themselves
   * @param statedOrigins origins of {@code stated}
   * @param shipped true for a built-in chip to which nothing was done
   */
  Parameters(
      Map<String, Parameter> byPath,
      Map<String, Leaf> stated,
      Map<String, Origin> statedOrigins,
      boolean shipped) {
    this.byPath = Collections.unmodifiableMap(new LinkedHashMap<>(byPath));
    this.stated = stated;
    this.statedOrigins = statedOrigins;
    this.shipped = shipped;
  }

  boolean shipped() {
    return shipped;
  }

  Map<String, Leaf> stated() {
    return stated;
  }

  Map<String, Origin> statedOrigins() {
    return statedOrigins;
  }

  /** All parameters in schema order. */
  public Collection<Parameter> all() {
    return byPath.values();
  }

  /** The parameter at a path, if it has a value. */
  public Optional<Parameter> find(String path) {
    return Optional.ofNullable(byPath.get(path));
  }

  /**
   * Provenance of the parameter at a path.
   *
   * @throws NpusimException (usage) if no such parameter has a value
   */
  public Provenance provenance(String path) {
    return find(path)
        .orElseThrow(
            () ->
                NpusimException.usage(
                    "hw-unknown-path",
                    "no parameter \"" + path + "\"",
                    Names.suggest(path, byPath.keySet())))
        .provenance();
  }

  /** See {@link Hardware#fingerprint()}: FNV-1a, 64 bits, over {@code path=value} lines. */
  String fingerprint() {
    long hash = 0xcbf29ce484222325L;
    for (var p : byPath.values()) {
      if (!affectsTiming(p.path())) {
        continue;
      }
      var line = p.path() + '=' + p.text() + '\n';
      for (int i = 0; i < line.length(); i++) {
        hash = (hash ^ line.charAt(i)) * 0x100000001b3L;
      }
    }
    var hex = Long.toHexString(hash);
    return "0".repeat(16 - hex.length()) + hex;
  }

  private static boolean affectsTiming(String path) {
    return !(path.equals("title")
        || path.equals("notes")
        || path.equals("extends")
        || path.startsWith("energy.")
        || path.startsWith("dram.energy.")
        || path.startsWith("published."));
  }

  boolean has(String path) {
    return byPath.containsKey(path);
  }

  private Object value(String path) {
    var p = byPath.get(path);
    if (p == null) {
      throw new IllegalStateException("parameter without value: " + path);
    }
    return p.value();
  }

  long integer(String path) {
    return (Long) value(path);
  }

  int int32(String path) {
    return Math.toIntExact(integer(path));
  }

  double number(String path) {
    return value(path) instanceof Long n ? n : (Double) value(path);
  }

  boolean flag(String path) {
    return (Boolean) value(path);
  }

  String text(String path) {
    return (String) value(path);
  }

  Location location(String path) {
    var p = byPath.get(path);
    return p == null ? Location.NONE : p.location();
  }

  /** Values of a map parameter by key, in the order written. */
  Map<String, Double> numbers(String prefix) {
    var map = new LinkedHashMap<String, Double>();
    for (var p : byPath.values()) {
      if (p.path().startsWith(prefix + ".")) {
        map.put(p.path().substring(prefix.length() + 1), number(p.path()));
      }
    }
    return map;
  }

  /** Texts of a map parameter by key, in the order written. */
  Map<String, String> texts(String prefix) {
    var map = new LinkedHashMap<String, String>();
    for (var p : byPath.values()) {
      if (p.path().startsWith(prefix + ".")) {
        map.put(p.path().substring(prefix.length() + 1), text(p.path()));
      }
    }
    return map;
  }
}
