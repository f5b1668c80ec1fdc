package npusim.hardware;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * One parameter or group of {@code hardware.schema.json}.
 *
 * @param kind what a value looks like
 * @param description meaning, for people
 * @param unit unit; empty for none
 * @param required must be given here or by a parent description
 * @param optionalGroup a group that may be absent as a whole; its required parameters count only
 *     when one of its parameters is given
 * @param byteSize whether texts such as {@code 32MiB} are taken
 * @param defaultValue default as written in the schema; null for none
 * @param minimum smallest legal number
 * @param exclusiveMinimum whether {@code minimum} itself is illegal
 * @param maximum largest legal number
 * @param choices legal texts; empty for any
 * @param properties members of a group, in schema order
 * @param keys legal keys of a map; empty for any
 * @param values schema of a map's values; null unless {@code kind} is {@link Kind#MAP}
 */
public record SchemaNode(
    Kind kind,
    String description,
    String unit,
    boolean required,
    boolean optionalGroup,
    boolean byteSize,
    String defaultValue,
    OptionalDouble minimum,
    boolean exclusiveMinimum,
    OptionalDouble maximum,
    List<String> choices,
    Map<String, SchemaNode> properties,
    List<String> keys,
    SchemaNode values) {

  /** Shapes of values. */
  public enum Kind {
    /** A fixed set of named members. */
    GROUP,
    /** Keys chosen by the writer, values of one kind. */
    MAP,
    INTEGER,
    NUMBER,
    TEXT,
    BOOLEAN
  }

  public SchemaNode {
    choices = List.copyOf(choices);
    keys = List.copyOf(keys);
    properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
  }

  /** True for everything that holds one value. */
  public boolean isLeaf() {
    return kind != Kind.GROUP && kind != Kind.MAP;
  }

  /** The legal values in words: {@code 1 to 64 banks}, {@code one of ws, os, is}. */
  public String legal() {
    return switch (kind) {
      case GROUP -> "a mapping of " + String.join(", ", properties.keySet());
      case MAP ->
          "a mapping" + (keys.isEmpty() ? "" : " with keys from " + String.join(", ", keys));
      case BOOLEAN -> "true or false";
      case TEXT -> choices.isEmpty() ? "a text" : "one of " + String.join(", ", choices);
      case INTEGER, NUMBER -> legalNumber();
    };
  }

  private String legalNumber() {
    var text = new StringBuilder(kind == Kind.INTEGER ? "an integer" : "a number");
    if (minimum.isPresent() && maximum.isPresent()) {
      text.append(exclusiveMinimum ? " above " : " from ")
          .append(Numbers.text(minimum.getAsDouble()));
      text.append(exclusiveMinimum ? " up to " : " to ")
          .append(Numbers.text(maximum.getAsDouble()));
    } else if (minimum.isPresent()) {
      text.append(exclusiveMinimum ? " above " : " of at least ");
      text.append(Numbers.text(minimum.getAsDouble()));
    } else if (maximum.isPresent()) {
      text.append(" of at most ").append(Numbers.text(maximum.getAsDouble()));
    }
    if (!unit.isEmpty()) {
      text.append(' ').append(unit);
    }
    return text.append(byteSize ? " (or a size such as 32MiB)" : "").toString();
  }
}
