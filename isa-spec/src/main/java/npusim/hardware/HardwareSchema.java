package npusim.hardware;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import npusim.isa.DType;
import npusim.yaml.PackedText;

/**
 * {@code hardware.schema.json} as a tree of {@link SchemaNode}. It is a standard JSON Schema for
 * editors; the extra words {@code x-unit}, {@code x-required}, {@code x-optional-group} and {@code
 * x-bytes} say what JSON Schema has no word for. ({@code required} proper would reject descriptions
 * that inherit.)
 */
public final class HardwareSchema {
  private static final String RESOURCE = "/npusim/hardware/hardware.schema.json";

  private HardwareSchema() {}

  private static final class Holder {
    static final SchemaNode ROOT = node(SchemaJson.read(Resources.text(RESOURCE)));
  }

  /** The root group: every key a description may have. */
  public static SchemaNode root() {
    return Holder.ROOT;
  }

  /** The schema as text, for {@code npusim config schema}. */
  public static String text() {
    return PackedText.asWritten(HardwareSchema.class, RESOURCE);
  }

  private static SchemaNode node(Map<String, Object> json) {
    var properties = new LinkedHashMap<String, SchemaNode>();
    for (var e : map(json.get("properties")).entrySet()) {
      properties.put(e.getKey(), node(map(e.getValue())));
    }
    var additional = map(json.get("additionalProperties"));
    SchemaNode values = additional.isEmpty() ? null : node(additional);
    return new SchemaNode(
        kind(json, values != null),
        text(json.get("description")),
        text(json.get("x-unit")),
        text(json.get("x-required")).equals("true"),
        text(json.get("x-optional-group")).equals("true"),
        text(json.get("x-bytes")).equals("true"),
        json.containsKey("default") ? text(json.get("default")) : null,
        number(json, "minimum", "exclusiveMinimum"),
        json.containsKey("exclusiveMinimum"),
        number(json, "maximum", "maximum"),
        names(json),
        properties,
        names(map(json.get("propertyNames"))),
        values);
  }

  private static SchemaNode.Kind kind(Map<String, Object> json, boolean hasValues) {
    Object type = json.get("type");
    // A parameter that also takes a size text, or null to unset it, lists its main type first.
    String name = type instanceof List<?> list ? text(list.getFirst()) : text(type);
    return switch (name) {
      case "object" -> hasValues ? SchemaNode.Kind.MAP : SchemaNode.Kind.GROUP;
      case "integer" -> SchemaNode.Kind.INTEGER;
      case "number" -> SchemaNode.Kind.NUMBER;
      case "string" -> SchemaNode.Kind.TEXT;
      case "boolean" -> SchemaNode.Kind.BOOLEAN;
      default -> throw new IllegalStateException("hardware.schema.json: type " + name);
    };
  }

  private static OptionalDouble number(Map<String, Object> json, String key, String otherKey) {
    Object value = json.getOrDefault(key, json.get(otherKey));
    return value == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(Double.parseDouble(text(value)));
  }

  @SuppressWarnings("unchecked") // object() builds nothing else
  private static Map<String, Object> map(Object value) {
    return value instanceof Map<?, ?> m ? (Map<String, Object>) m : Map.of();
  }

  private static String text(Object value) {
    return value instanceof String s ? s : "";
  }

  /** Legal texts; of a data type's many spellings only the one npusim prints. */
  private static List<String> names(Map<String, Object> json) {
    List<String> list = new ArrayList<>();
    boolean types = text(json.get("x-dtype")).equals("true");
    if (json.get("enum") instanceof List<?> items) {
      for (Object item : items) {
        var name = text(item);
        boolean alias =
            types && !DType.ofName(name).map(DType::shortName).equals(Optional.of(name));
        if (!name.equals("null") && !alias) {
          list.add(name);
        }
      }
    }
    return list;
  }
}
