package npusim.hardware;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.Names;
import npusim.isa.DType;
import npusim.yaml.YamlNode;
import npusim.yaml.YamlReader;

/**
 * Checks one YAML document against the schema and flattens it to dotted paths. All errors of the
 * document are collected, not only the first.
 */
final class DescriptionReader {

  /**
   * One value as written.
   *
   * @param value Long, Double, Boolean, String, or null to unset what a parent gives
   * @param location where
   */
  record Leaf(Object value, SchemaNode schema, Location location) {}

  private final List<Diagnostic> errors;
  private final Map<String, Leaf> leaves = new LinkedHashMap<>();
  private final Map<String, Provenance> sources = new LinkedHashMap<>();

  DescriptionReader(List<Diagnostic> errors) {
    this.errors = errors;
  }

  /**
   * What separates the values of a built-in description from its sources, which always come last.
   */
  private static final String SOURCES = "\nsources:\n";

  /**
   * Reads a built-in document, leaving its sources unread until someone asks for them.
   *
   * @param prefix see {@link #read}
   */
  Document readBuiltIn(String file, String text, String prefix, SchemaNode root) {
    int cut = text.indexOf(SOURCES);
    var stated = text.substring(0, cut);
    var values = YamlReader.read(file, stated).orElseThrow();
    var document = read(file, values, prefix, root);
    return new Document(
        file,
        document.leaves(),
        document.parent(),
        document.parentLocation(),
        () -> {
          var rest = YamlReader.read(file, text.substring(cut)).orElseThrow();
          var reader = new DescriptionReader(new ArrayList<>());
          reader.read(file, rest, prefix, root);
          return reader.sources;
        });
  }

  /**
   * Reads a document whose root is the schema group {@code root}.
   *
   * @param prefix path of that group, empty for a whole description, {@code dram} for a DRAM preset
   */
  Document read(String file, YamlNode node, String prefix, SchemaNode root) {
    Optional<String> parent = Optional.empty();
    Location parentLocation = Location.NONE;
    if (node instanceof YamlNode.Mapping mapping) {
      for (var e : mapping.entries().entrySet()) {
        switch (e.getKey()) {
          case "sources" -> readSources(e.getValue(), prefix);
          case "extends" -> {
            parent = scalar(e.getValue()).map(YamlNode.Scalar::text);
            parentLocation = e.getValue().location();
            if (parent.isEmpty()) {
              type("extends", e.getValue(), "the name of a chip or of a file");
            }
          }
          default -> member(e.getKey(), e.getValue(), mapping, prefix, root);
        }
      }
    } else {
      type(prefix.isEmpty() ? "the description" : prefix, node, root.legal());
    }
    return new Document(file, leaves, parent, parentLocation, () -> sources);
  }

  /** Reads one value given apart from a document, as {@code --set} does. */
  Map<String, Leaf> readValue(String path, SchemaNode schema, YamlNode node) {
    value(path, schema, node);
    return leaves;
  }

  private void member(
      String key, YamlNode value, YamlNode.Mapping mapping, String prefix, SchemaNode group) {
    var schema = group.properties().get(key);
    if (schema == null) {
      errors.add(
          Diagnostic.error(
              "hw-unknown-key",
              "unknown key \"" + join(prefix, key) + "\"",
              mapping.keyLocations().get(key),
              suggestKey(key, prefix, group)));
      return;
    }
    value(join(prefix, key), schema, value);
  }

  /** The nearest sibling; failing that, the full path of a parameter of that name elsewhere. */
  private static String suggestKey(String key, String prefix, SchemaNode group) {
    var near = Names.nearest(key, group.properties().keySet());
    if (near.isPresent()) {
      return "did you mean \"" + join(prefix, near.get()) + "\"?";
    }
    for (String path : SchemaPaths.leaves()) {
      if (path.endsWith("." + key)) {
        return "did you mean \"" + path + "\"?";
      }
    }
    return Names.suggest(key, group.properties().keySet());
  }

  private void value(String path, SchemaNode schema, YamlNode node) {
    if (node instanceof YamlNode.Scalar s && s.isNull()) {
      // A group with nothing behind its name, all of it commented out say, changes nothing.
      if (schema.isLeaf() || !s.text().isEmpty()) {
        leaves.put(path, new Leaf(null, schema, s.location()));
      }
      return;
    }
    switch (schema.kind()) {
      case GROUP -> {
        if (node instanceof YamlNode.Mapping m) {
          m.entries().forEach((key, v) -> member(key, v, m, path, schema));
        } else {
          type(path, node, schema.legal());
        }
      }
      case MAP -> {
        if (node instanceof YamlNode.Mapping m) {
          m.entries().forEach((key, v) -> mapEntry(path, schema, m, key, v));
        } else {
          type(path, node, schema.legal());
        }
      }
      case INTEGER, NUMBER, TEXT, BOOLEAN -> leaf(path, schema, node);
    }
  }

  private void mapEntry(
      String path, SchemaNode schema, YamlNode.Mapping mapping, String key, YamlNode value) {
    var type = DType.ofName(key).map(DType::shortName);
    if (type.isEmpty() || !schema.keys().contains(type.get())) {
      errors.add(
          Diagnostic.error(
              "hw-unknown-key",
              path + ": no data type \"" + key + "\"",
              mapping.keyLocations().get(key),
              Names.suggest(key, schema.keys())));
      return;
    }
    value(join(path, type.get()), schema.values(), value);
  }

  private void leaf(String path, SchemaNode schema, YamlNode node) {
    var scalar = scalar(node);
    if (scalar.isEmpty()) {
      type(path, node, schema.legal());
      return;
    }
    var s = scalar.get();
    Optional<Object> value =
        switch (schema.kind()) {
          case BOOLEAN ->
              switch (s.quoted() ? "" : s.text()) {
                case "true" -> Optional.of(true);
                case "false" -> Optional.of(false);
                default -> Optional.empty();
              };
          case INTEGER -> {
            var n =
                schema.byteSize()
                    ? Numbers.size(s.text())
                    : s.quoted() ? java.util.OptionalLong.empty() : Numbers.integer(s.text());
            yield n.isPresent() ? Optional.of(n.getAsLong()) : Optional.empty();
          }
          case NUMBER -> {
            var n = s.quoted() ? java.util.OptionalDouble.empty() : Numbers.number(s.text());
            yield n.isPresent() ? Optional.of(n.getAsDouble()) : Optional.empty();
          }
          case TEXT, GROUP, MAP -> text(schema, s);
        };
    if (value.isEmpty()) {
      invalid(path, schema, s);
    } else if (inRange(path, schema, s, value.get())) {
      leaves.put(path, new Leaf(value.get(), schema, s.location()));
    }
  }

  private static Optional<Object> text(SchemaNode schema, YamlNode.Scalar s) {
    if (schema.choices().isEmpty()) {
      return Optional.of(s.text());
    }
    for (var choice : schema.choices()) {
      if (choice.equalsIgnoreCase(s.text())) {
        return Optional.of(choice);
      }
    }
    // Data types have aliases: int8 for i8, float32 for f32.
    return DType.ofName(s.text())
        .map(DType::shortName)
        .filter(schema.choices()::contains)
        .map(t -> (Object) t);
  }

  private void invalid(String path, SchemaNode schema, YamlNode.Scalar s) {
    if (schema.kind() == SchemaNode.Kind.TEXT) {
      errors.add(
          Diagnostic.error(
              "hw-choice",
              path + ": \"" + s.text() + "\" is not legal; expected " + schema.legal(),
              s.location(),
              Names.nearest(s.text(), schema.choices())
                  .map(n -> "did you mean \"" + n + "\"?")
                  .orElse("")));
    } else {
      type(path, s, schema.legal());
    }
  }

  private boolean inRange(String path, SchemaNode schema, YamlNode.Scalar s, Object value) {
    if (!(value instanceof Number number)) {
      return true;
    }
    double d = number.doubleValue();
    boolean low =
        schema.minimum().isPresent()
            && (d < schema.minimum().getAsDouble()
                || (schema.exclusiveMinimum() && d == schema.minimum().getAsDouble()));
    boolean high = schema.maximum().isPresent() && d > schema.maximum().getAsDouble();
    if (low || high) {
      errors.add(
          Diagnostic.error(
              "hw-range",
              path + ": " + s.text() + " is out of range; expected " + schema.legal(),
              s.location(),
              schema.description()));
    }
    return !low && !high;
  }

  private void type(String path, YamlNode node, String legal) {
    errors.add(
        Diagnostic.error(
            "hw-type", path + ": expected " + legal + ", got " + node.describe(), node.location()));
  }

  private static Optional<YamlNode.Scalar> scalar(YamlNode node) {
    return node instanceof YamlNode.Scalar s && !s.isNull() ? Optional.of(s) : Optional.empty();
  }

  private void readSources(YamlNode node, String prefix) {
    if (!(node instanceof YamlNode.Mapping mapping)) {
      type("sources", node, "a mapping from parameter path to {status, source}");
      return;
    }
    mapping
        .entries()
        .forEach(
            (key, value) -> {
              var path = join(prefix, key);
              if (!SchemaPaths.isPathOrPrefix(path)) {
                errors.add(
                    Diagnostic.error(
                        "hw-unknown-key",
                        "sources: no parameter \"" + key + "\"",
                        mapping.keyLocations().get(key),
                        Names.suggest(path, SchemaPaths.leaves())));
              }
              source(key, value).ifPresent(p -> sources.put(path, p));
            });
  }

  private Optional<Provenance> source(String key, YamlNode node) {
    if (!(node instanceof YamlNode.Mapping m)
        || !(m.entries().get("status") instanceof YamlNode.Scalar status)
        || !(m.entries().get("source") instanceof YamlNode.Scalar source)
        || source.text().isBlank()
        || m.entries().size() != 2) {
      type("sources." + key, node, "{status: …, source: …}, both and nothing else");
      return Optional.empty();
    }
    var parsed = Provenance.Status.parse(status.text()).filter(Provenance.Status::writable);
    if (parsed.isEmpty()) {
      errors.add(
          Diagnostic.error(
              "hw-choice",
              "sources." + key + ".status: \"" + status.text() + "\" is not a status",
              status.location(),
              Names.suggest(status.text(), Provenance.Status.writableLabels())));
    }
    return parsed.map(s -> new Provenance(s, source.text()));
  }

  static String join(String prefix, String key) {
    return prefix.isEmpty() ? key : prefix + "." + key;
  }
}
