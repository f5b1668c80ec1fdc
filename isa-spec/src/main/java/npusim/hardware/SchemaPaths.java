package npusim.hardware;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import npusim.diag.Names;
import npusim.isa.DType;

/** Dotted paths of the schema. */
final class SchemaPaths {
  private SchemaPaths() {}

  private static final class Holder {
    static final Map<String, SchemaNode> ALL = collect();
  }

  private static Map<String, SchemaNode> collect() {
    var map = new LinkedHashMap<String, SchemaNode>();
    walk("", HardwareSchema.root(), map);
    return map;
  }

  private static void walk(String path, SchemaNode node, Map<String, SchemaNode> into) {
    if (!path.isEmpty()) {
      into.put(path, node);
    }
    node.properties()
        .forEach(
            (k, v) -> {
              // Where a description comes from is no parameter of the machine.
              if (!k.equals("extends") && !k.equals("sources")) {
                walk(DescriptionReader.join(path, k), v, into);
              }
            });
  }

  /** Every group, map and leaf by path, groups before their members, in schema order. */
  static Map<String, SchemaNode> all() {
    return Holder.ALL;
  }

  /** Paths that hold values (maps included), in schema order. */
  static List<String> leaves() {
    List<String> list = new ArrayList<>();
    Holder.ALL.forEach(
        (path, node) -> {
          if (node.kind() != SchemaNode.Kind.GROUP) {
            list.add(path);
          }
        });
    return list;
  }

  /** A hint for an unknown path: a near one, or one in another group that ends alike. */
  static String suggest(String path) {
    List<String> known = leaves();
    Optional<String> near = Names.nearest(path, known);
    if (near.isEmpty()) {
      String last = lastName(path);
      near =
          Names.nearest(last, known.stream().map(SchemaPaths::lastName).toList())
              .flatMap(n -> known.stream().filter(k -> lastName(k).equals(n)).findFirst());
    }
    return near.map(n -> "did you mean \"" + n + "\"?")
        .orElse("`npusim config show CHIP` lists the parameters");
  }

  private static String lastName(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** The schema of a path; a map's entries are addressed by their key's canonical or alias name. */
  static Optional<SchemaNode> find(String path) {
    var direct = Holder.ALL.get(path);
    if (direct != null) {
      return Optional.of(direct);
    }
    return mapEntry(path).map(p -> Holder.ALL.get(p.substring(0, p.lastIndexOf('.'))).values());
  }

  /** The path with a map key in its canonical spelling; the path itself for anything else. */
  static String canonical(String path) {
    return Holder.ALL.containsKey(path) ? path : mapEntry(path).orElse(path);
  }

  private static Optional<String> mapEntry(String path) {
    int dot = path.lastIndexOf('.');
    if (dot < 0) {
      return Optional.empty();
    }
    var parent = Holder.ALL.get(path.substring(0, dot));
    if (parent == null || parent.kind() != SchemaNode.Kind.MAP) {
      return Optional.empty();
    }
    return DType.ofName(path.substring(dot + 1))
        .map(DType::shortName)
        .filter(parent.keys()::contains)
        .map(t -> path.substring(0, dot + 1) + t);
  }

  static boolean isPathOrPrefix(String path) {
    return find(path).isPresent();
  }

  /** The innermost optional group that encloses a path, if any. */
  static Optional<String> optionalGroup(String path) {
    for (int dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
      var node = Holder.ALL.get(path.substring(0, dot));
      if (node != null && node.optionalGroup()) {
        return Optional.of(path.substring(0, dot));
      }
    }
    return Optional.empty();
  }
}
