package npusim.hardware;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes {@code docs/config.md}, the reference of every parameter, from the schema. */
public final class ConfigReference {
  private static final String HEAD =
      """
      # Configuration reference

      <!-- Generated from isa-spec/src/main/resources/npusim/hardware/hardware.schema.json; do not edit. -->

      A hardware description is one YAML file. A short one inherits:

      ```yaml
      # yaml-language-server: $schema=hardware.schema.json
      title: RNGD with twice the SRAM
      extends: rngd
      core:
        scratchpad: {bytes: 62MiB}
      sources:
        core.scratchpad.bytes: {status: choice, source: "what if"}
      ```

      - `extends` names a built-in chip or a file beside this one; values given here replace the parent's, maps are
        merged key by key, and `null` takes a value, or a whole group such as `shared_sram`, away again.
      - Another `dram.preset` than the parent's brings its own data rate, geometry, timing and energy.
      - `--set path=value` on the command line replaces a value last of all: `--set core.matrix.rows=256`,
        `--set 'core.matrix={rows: 64, cols: 64}'`, `--set core.scratchpad.bytes=8MiB`,
        `--set shared_sram=null`.
      - A size in bytes may be written with KiB, MiB, GiB, TiB, kB, MB, GB or TB.
      - Data types are keys such as `i8` (or `int8`), `bf16`, `f32` (or `float32`), `f8e4m3fn` (or `fp8`).
      - `sources` says where values come from, by parameter or for a whole group, with a status:
        published, third_party, derived, fitted (found by looking at rows that the chip is validated with), estimate,
        recalled or choice. `npusim config show CHIP` prints it.
      - Unknown keys are errors. `npusim config check FILE` checks a file, `npusim config schema` prints the JSON
        Schema that editors complete from.

      *required* means: given here or by a parent. A parameter without default may be left out.
      """;

  private ConfigReference() {}

  /** The whole page in Markdown. */
  public static String markdown() {
    var text = new StringBuilder(HEAD);
    Map<String, List<String>> tables = new LinkedHashMap<>();
    SchemaPaths.all().forEach((path, node) -> row(path, node, tables));
    for (var table : tables.entrySet()) {
      var path = table.getKey();
      text.append('\n');
      if (path.isEmpty()) {
        text.append("## Top level\n");
      } else {
        var group = SchemaPaths.all().get(path);
        text.append("## `").append(path).append("`\n\n").append(group.description()).append(".\n");
      }
      text.append("\n| parameter | legal | default | meaning |\n| --- | --- | --- | --- |\n");
      table.getValue().forEach(text::append);
    }
    return text.toString();
  }

  private static void row(String path, SchemaNode node, Map<String, List<String>> tables) {
    if (node.kind() == SchemaNode.Kind.GROUP) {
      return;
    }
    int dot = path.lastIndexOf('.');
    var group = dot < 0 ? "" : path.substring(0, dot);
    var name = path.substring(dot + 1);
    tables
        .computeIfAbsent(group, g -> new ArrayList<>())
        .add(
            String.format(
                Locale.ROOT,
                "| `%s` | %s | %s | %s |\n",
                name,
                legal(node),
                defaultText(node),
                node.description()));
  }

  private static String legal(SchemaNode node) {
    return node.kind() == SchemaNode.Kind.MAP
        ? "per data type: " + node.values().legal()
        : node.legal();
  }

  private static String defaultText(SchemaNode node) {
    if (node.defaultValue() != null && !node.defaultValue().isEmpty()) {
      return "`" + node.defaultValue() + "`";
    }
    return node.required() ? "*required*" : "";
  }
}
