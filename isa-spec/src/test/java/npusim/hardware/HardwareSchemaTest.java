package npusim.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import npusim.diag.NpusimException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The schema against a general JSON Schema validator and a full JSON parser. */
class HardwareSchemaTest {
  private static final Schema SCHEMA =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(HardwareSchema.text(), InputFormat.JSON);

  static Stream<String> chips() {
    return HardwareCatalog.chips().stream();
  }

  @ParameterizedTest
  @MethodSource("chips")
  void everyChipIsValid(String chip) {
    var yaml = HardwareCatalog.chipYaml(chip).orElseThrow();
    assertThat(SCHEMA.validate(yaml, InputFormat.YAML)).isEmpty();
    // Read as a user's file, sources included.
    var hw = HardwareLoader.parse(chip + ".yaml", yaml, List.of());
    assertThat(hw.fingerprint()).isEqualTo(HardwareLoader.load(chip).fingerprint());
  }

  @ParameterizedTest
  @MethodSource("drams")
  void everyDramPresetIsValid(String dram) {
    var yaml = HardwareCatalog.dramYaml(dram).orElseThrow();
    var wrapped = new StringBuilder("dram:\n");
    int sources = yaml.indexOf("\nsources:\n");
    yaml.substring(0, sources).lines().forEach(l -> wrapped.append("  ").append(l).append('\n'));
    wrapped.append(yaml, sources, yaml.length());
    assertThat(SCHEMA.validate(wrapped.toString(), InputFormat.YAML)).isEmpty();
  }

  static Stream<String> drams() {
    return HardwareCatalog.drams().stream();
  }

  /** A general validator and ours must refuse the same single-value errors. */
  @ParameterizedTest
  @MethodSource("npusim.hardware.HardwareErrorsTest#wrong")
  void agreesWithAGeneralValidator(HardwareErrorsTest.Case c) {
    boolean ours = true;
    try {
      HardwareLoader.parse("x.yaml", c.yaml(), List.of());
    } catch (NpusimException e) {
      ours = e.diagnostics().stream().noneMatch(d -> SCHEMA_CODES.contains(d.code()));
    }
    if (!ours
        && c.yaml().contains(":")
        && !c.name().contains("YAML")
        && !SOFTER.contains(c.name())) {
      assertThat(SCHEMA.validate(c.yaml(), InputFormat.YAML)).as(c.name()).isNotEmpty();
    }
  }

  private static final List<String> SCHEMA_CODES =
      List.of("hw-range", "hw-type", "hw-choice", "hw-unknown-key");

  /**
   * What a JSON Schema cannot say (names from the catalogue, parts of bytes, dotted paths), or a
   * general reader of YAML 1.1 takes for something else (yes for true).
   */
  private static final List<String> SOFTER =
      List.of(
          "unknown DRAM",
          "size with a part of a byte",
          "source for nothing",
          "quoted number",
          "not a boolean");

  @Test
  void ourReaderSeesWhatAFullParserSees() throws IOException {
    var full = new ObjectMapper().readTree(HardwareSchema.text());
    assertThat(flat(full)).isEqualTo(flat(SchemaJson.read(HardwareSchema.text())));
  }

  private static Object flat(JsonNode node) {
    if (node.isObject()) {
      var map = new java.util.LinkedHashMap<String, Object>();
      node.properties().forEach(e -> map.put(e.getKey(), flat(e.getValue())));
      return map.toString();
    }
    if (node.isArray()) {
      List<Object> list = new ArrayList<>();
      node.forEach(n -> list.add(flat(n)));
      return list.toString();
    }
    return node.asText();
  }

  private static Object flat(Object value) {
    return switch (value) {
      case Map<?, ?> m -> {
        var map = new java.util.LinkedHashMap<Object, Object>();
        m.forEach((k, v) -> map.put(k, flat(v)));
        yield map.toString();
      }
      case List<?> l -> l.stream().map(HardwareSchemaTest::flat).toList().toString();
      default -> number(value.toString());
    };
  }

  /** Numbers as Jackson prints them. */
  private static String number(String text) {
    return text.matches("-?\\d+\\.\\d*") ? Double.toString(Double.parseDouble(text)) : text;
  }

  @Test
  void charactersMayBeWrittenByDigits() {
    assertThat(SchemaJson.read("{\"a\": \"x \\u2212\\\\ \\\"y\"}"))
        .isEqualTo(Map.of("a", "x \u2212\\ \"y"));
  }
}
