package npusim.hardware;

import npusim.diag.Location;

/**
 * One resolved parameter.
 *
 * @param path dotted path, for example {@code core.matrix.rows}
 * @param value {@link Long}, {@link Double}, {@link Boolean} or {@link String}
 * @param schema its definition
 * @param origin tells where the value comes from
 * @param location where it is written; {@link Location#NONE} for defaults and derived values
 */
public record Parameter(
    String path, Object value, SchemaNode schema, Origin origin, Location location) {

  /** Where the value comes from. */
  public Provenance provenance() {
    return origin.provenance(path);
  }

  /** The value as a person writes it: sizes with a binary unit, numbers in shortest form. */
  public String text() {
    return switch (value) {
      case Long n when schema.byteSize() -> Numbers.sizeText(n);
      case Double d -> Numbers.text(d);
      default -> value.toString();
    };
  }
}
