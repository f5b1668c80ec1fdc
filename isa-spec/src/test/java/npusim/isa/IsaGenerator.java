package npusim.isa;

import static npusim.isa.IsaText.javadoc;
import static npusim.isa.IsaText.list;
import static npusim.isa.IsaText.quote;
import static npusim.isa.IsaText.upper;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes the generated part of the package from {@code src/main/isa/*.yaml}: {@code Field}, {@code
 * Opcode}, the function enumerations, operand shapes, type groups, word constants and the field
 * layouts per unit. It uses no generated class, so that it also runs when those are stale.
 */
final class IsaGenerator {
  private static final String HEAD =
      "// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with"
          + " -Dupdate=true.\npackage npusim.isa;\n\n";
  private static final Map<String, String> LAYOUT_CLASS =
      Map.of(
          "SEQ",
          "SeqLayouts",
          "LD",
          "DmaLayouts",
          "ST",
          "DmaLayouts",
          "MAT",
          "MatLayouts",
          "VEC",
          "VecLayouts",
          "COM",
          "ComLayouts");

  private final JsonNode common;
  private final JsonNode functions;
  private final Map<Integer, JsonNode> instructions = new TreeMap<>();
  private final Map<Integer, String> families = new TreeMap<>();

  IsaGenerator(Path isaFolder) throws IOException {
    var yaml = new YAMLMapper();
    common = yaml.readTree(isaFolder.resolve("common.yaml").toFile());
    functions = yaml.readTree(isaFolder.resolve("functions.yaml").toFile());
    for (Path file : instructionFiles(isaFolder)) {
      JsonNode family = yaml.readTree(file.toFile());
      for (JsonNode instruction : family.get("instructions")) {
        int code = instruction.get("opcode").asInt();
        if (instructions.put(code, instruction) != null) {
          throw new IllegalStateException(file + ": opcode " + code + " is used twice");
        }
        families.put(code, family.get("family").asText());
      }
    }
  }

  static List<Path> instructionFiles(Path isaFolder) throws IOException {
    try (var files = Files.list(isaFolder)) {
      return files
          .filter(f -> f.toString().endsWith(".yaml"))
          .filter(f -> !f.endsWith("common.yaml") && !f.endsWith("functions.yaml"))
          .sorted()
          .toList();
    }
  }

  /** File name to content of every generated source. */
  Map<String, String> generate() {
    var files = new LinkedHashMap<String, String>();
    files.put("Word.java", word());
    files.put("TypeGroup.java", typeGroups());
    files.put("OperandShape.java", operandShapes());
    files.put("Field.java", fieldEnum());
    functions
        .properties()
        .forEach(e -> files.put(e.getKey() + ".java", functionEnum(e.getKey(), e.getValue())));
    for (String name :
        new LinkedHashSet<>(
            List.of("SeqLayouts", "DmaLayouts", "MatLayouts", "VecLayouts", "ComLayouts"))) {
      files.put(name + ".java", layouts(name));
    }
    files.put("Opcode.java", opcodeEnum());
    return files;
  }

  private String word() {
    JsonNode w = common.get("word");
    return HEAD
        + "/** Sizes of the instruction word and its header. */\n"
        + "public final class Word {\n"
        + constant("Bytes of an instruction.", "BYTES", w.get("bytes").asInt())
        + constant(
            "Bits before the first field: opcode, wait slots, signal slots.",
            "HEADER_BITS",
            w.get("header_bits").asInt())
        + constant("Wait slots of an instruction.", "WAIT_SLOTS", w.get("wait_slots").asInt())
        + constant("Signal slots of an instruction.", "SIGNAL_SLOTS", w.get("signal_slots").asInt())
        + constant("Bits of a semaphore number.", "SEMAPHORE_BITS", w.get("semaphore_bits").asInt())
        + constant("Bits of a wait or signal count.", "COUNT_BITS", w.get("count_bits").asInt())
        + constant(
            "Largest semaphore number; 0 stands for none.",
            "MAX_SEMAPHORE",
            (1 << w.get("semaphore_bits").asInt()) - 1)
        + constant(
            "Largest count of a wait or signal.",
            "MAX_COUNT",
            (1 << w.get("count_bits").asInt()) - 1)
        + constant("Scalar registers; register 0 is always 0.", "REGISTERS", 32)
        + constant("Nested calls.", "CALL_DEPTH", 8)
        + "\n  /** Local byte address of the first byte of the accumulator memory. */\n"
        + "  public static final long ACC_BASE = 0x80000000L;\n\n"
        + "  private Word() {}\n}\n";
  }

  private static String constant(String doc, String name, int value) {
    return "\n  /** " + doc + " */\n  public static final int " + name + " = " + value + ";\n";
  }

  private String typeGroups() {
    var text = new StringBuilder(HEAD);
    text.append(
        "import java.util.List;\n\n"
            + "/** Groups of element types that operands accept. */\n"
            + "public enum TypeGroup {\n");
    var it = common.get("type_groups").properties().iterator();
    while (it.hasNext()) {
      var e = it.next();
      var types = new ArrayList<String>();
      e.getValue().forEach(t -> types.add("DType." + upper(t.asText())));
      text.append("  ")
          .append(upper(e.getKey()))
          .append("(\n      ")
          .append(String.join(",\n      ", types))
          .append(")");
      text.append(it.hasNext() ? ",\n" : ";\n\n");
    }
    text.append(
        """
          private final List<DType> types;
          private final long mask;

          TypeGroup(DType... types) {
            this.types = List.of(types);
            long bits = 0;
            for (DType type : types) {
              bits |= 1L << type.ordinal();
            }
            this.mask = bits;
          }

          /** The types, in the order of the definition. */
          public List<DType> types() {
            return types;
          }

          /** True when the type belongs to the group. */
          public boolean contains(DType type) {
            return (mask >>> type.ordinal() & 1) != 0;
          }
        }
        """);
    return text.toString();
  }

  private String operandShapes() {
    var text = new StringBuilder(HEAD);
    text.append("import java.util.List;\nimport java.util.Locale;\nimport java.util.Optional;\n\n");
    text.append(
        "/** Templates from which an operand's fields are made. */\npublic enum OperandShape {\n");
    var it = common.get("operand_shapes").properties().iterator();
    while (it.hasNext()) {
      var e = it.next();
      text.append("  ").append(upper(e.getKey())).append("(\n");
      var parts = new ArrayList<String>();
      for (JsonNode f : e.getValue()) {
        String kind = upper(f.get("kind").asText());
        String value =
            kind.equals("DTYPE")
                ? "DType." + upper(f.get("default").asText()) + ".ordinal()"
                : f.get("default").asLong() + "L";
        String space =
            f.has("space")
                ? "Optional.of(FieldSpec.Space." + upper(f.get("space").asText()) + ")"
                : "Optional.empty()";
        parts.add(
            "      new Part(\n          "
                + quote(f.get("name").asText())
                + ", FieldKind."
                + kind
                + ", "
                + f.get("width").asInt()
                + ", "
                + value
                + ", "
                + space
                + ", "
                + quote(f.get("meaning").asText())
                + ")");
      }
      text.append(String.join(",\n", parts)).append(")").append(it.hasNext() ? ",\n" : ";\n\n");
    }
    text.append(
        """
          private final List<Part> parts;

          OperandShape(Part... parts) {
            this.parts = List.of(parts);
          }

          /** The field templates in encoding order. */
          public List<Part> parts() {
            return parts;
          }

          /**
           * One field of the template.
           *
           * @param name field name, {@code {n}} standing for the operand's name
           * @param kind kind of the field
           * @param width bits
           * @param defaultValue value when not set
           * @param space memory an address points into
           * @param meaning what it is
           */
          public record Part(
              String name,
              FieldKind kind,
              int width,
              long defaultValue,
              Optional<FieldSpec.Space> space,
              String meaning) {
            /** The field for an operand of the given name. */
            public Field field(String operand) {
              return Field.valueOf(name.replace("{n}", operand.toUpperCase(Locale.ROOT)));
            }
          }
        }
        """);
    return text.toString();
  }

  /** Names of all fields in the order of first use, operands expanded. */
  private Set<String> fieldNames() {
    var names = new LinkedHashSet<String>();
    for (JsonNode instruction : instructions.values()) {
      names.addAll(fieldNames(instruction));
    }
    return names;
  }

  private List<String> fieldNames(JsonNode instruction) {
    var names = new ArrayList<String>();
    for (JsonNode operand : list(instruction, "operands")) {
      for (JsonNode part : common.get("operand_shapes").get(operand.get("shape").asText())) {
        names.add(part.get("name").asText().replace("{n}", upper(operand.get("name").asText())));
      }
    }
    list(instruction, "fields").forEach(f -> names.add(f.get("name").asText()));
    return names;
  }

  private String fieldEnum() {
    var text = new StringBuilder(HEAD);
    text.append("import java.util.Locale;\n\n");
    text.append(
        "/** Names of instruction fields. A name means the same kind of thing in every instruction"
            + " that has it. */\n");
    text.append("public enum Field {\n");
    var names = List.copyOf(fieldNames());
    for (int i = 0; i < names.size(); i++) {
      text.append("  ").append(names.get(i)).append(i + 1 < names.size() ? ",\n" : ";\n\n");
    }
    text.append(
        """
          private final String label = name().toLowerCase(Locale.ROOT);

          /** Name in assembly, such as {@code dst_s3}. */
          public String label() {
            return label;
          }
        }
        """);
    return text.toString();
  }

  private static String functionEnum(String name, JsonNode node) {
    var text = new StringBuilder(HEAD);
    boolean classed =
        node.get("values").properties().stream().anyMatch(e -> e.getValue().has("class"));
    boolean plain = name.equals("OpClass") || name.equals("TimingClass") || name.equals("Round");
    if (!plain) {
      text.append("import java.util.Optional;\n\n");
    }
    text.append("/** ").append(javadoc(node.get("summary").asText())).append(" */\n");
    text.append("public enum ").append(name).append(plain ? "" : " implements Fn").append(" {\n");
    var it = node.get("values").properties().iterator();
    while (it.hasNext()) {
      var e = it.next();
      text.append("  ")
          .append(upper(e.getKey()))
          .append("(")
          .append(quote(e.getKey()))
          .append(", ");
      if (classed) {
        text.append("OpClass.").append(upper(e.getValue().get("class").asText())).append(", ");
      }
      text.append(quote(e.getValue().get("meaning").asText()))
          .append(")")
          .append(it.hasNext() ? ",\n" : ";\n\n");
    }
    text.append("  private final String mnemonic;\n");
    text.append(classed ? "  private final Optional<OpClass> opClass;\n" : "");
    text.append("  private final String meaning;\n\n");
    text.append("  ")
        .append(name)
        .append("(String mnemonic, ")
        .append(classed ? "OpClass opClass, " : "")
        .append("String meaning) {\n");
    text.append("    this.mnemonic = mnemonic;\n")
        .append(classed ? "    this.opClass = Optional.of(opClass);\n" : "")
        .append("    this.meaning = meaning;\n  }\n");
    String override = plain ? "\n  /** %s */\n" : "\n  @Override\n";
    text.append(override.formatted("Name in assembly and configuration."))
        .append("  public String mnemonic() {\n    return mnemonic;\n  }\n");
    text.append(override.formatted("What it stands for."))
        .append("  public String meaning() {\n    return meaning;\n  }\n");
    if (!plain) {
      text.append("\n  @Override\n  public Optional<OpClass> opClass() {\n    return ")
          .append(classed ? "opClass" : "Optional.empty()")
          .append(";\n  }\n");
    }
    return text.append("}\n").toString();
  }

  private String layouts(String className) {
    var text = new StringBuilder(HEAD);
    text.append("/** Field layouts of the instructions. */\nfinal class ")
        .append(className)
        .append(" {\n  private ")
        .append(className)
        .append("() {}\n");
    for (JsonNode instruction : instructions.values()) {
      if (!LAYOUT_CLASS.get(instruction.get("unit").asText()).equals(className)) {
        continue;
      }
      text.append("\n  static Layout ")
          .append(method(instruction))
          .append("() {\n    return new Layout(")
          .append(quote(families.get(instruction.get("opcode").asInt())))
          .append(", TimingClass.")
          .append(upper(instruction.get("timing").asText()))
          .append(")");
      text.append("\n        .summary(")
          .append(quote(instruction.get("summary").asText()))
          .append(")");
      text.append("\n        .semantics(")
          .append(quote(instruction.get("semantics").asText()))
          .append(")");
      if (instruction.has("op_class") && !instruction.get("op_class").asText().equals("by_fn")) {
        text.append("\n        .opClass(OpClass.")
            .append(upper(instruction.get("op_class").asText()))
            .append(")");
      }
      for (JsonNode operand : list(instruction, "operands")) {
        text.append("\n        ").append(operandCall(operand));
      }
      for (JsonNode field : list(instruction, "fields")) {
        text.append("\n        ").append(fieldCall(field));
      }
      text.append(";\n  }\n");
    }
    return text.append("}\n").toString();
  }

  private static String operandCall(JsonNode operand) {
    String head =
        quote(operand.get("name").asText())
            + ", OperandShape."
            + upper(operand.get("shape").asText())
            + ", ";
    String meaning = quote(operand.get("meaning").asText()) + ")";
    if (!operand.has("access")) {
      return ".extents(" + head + meaning;
    }
    String access = "Access." + upper(operand.get("access").asText()) + ", ";
    return operand.has("types")
        ? ".operand("
            + head
            + access
            + "TypeGroup."
            + upper(operand.get("types").asText())
            + ", "
            + meaning
        : ".untyped(" + head + access + quote(operand.get("type_of").asText()) + ", " + meaning;
  }

  private static String fieldCall(JsonNode field) {
    String kind = upper(field.get("kind").asText());
    String name = "Field." + field.get("name").asText();
    int width = field.get("width").asInt();
    String meaning = quote(field.get("meaning").asText()) + ")";
    if (field.has("real_when")) {
      return ".real(" + name + ", Field." + field.get("real_when").asText() + ", " + meaning;
    }
    if (kind.equals("ENUM")) {
      return ".choice("
          + name
          + ", "
          + width
          + ", "
          + field.get("enum").asText()
          + "."
          + upper(field.get("default").asText())
          + ", "
          + meaning;
    }
    return ".field("
        + name
        + ", FieldKind."
        + kind
        + ", "
        + width
        + ", "
        + field.get("default").asLong()
        + "L, "
        + meaning;
  }

  private String opcodeEnum() {
    var text = new StringBuilder(HEAD);
    text.append(
        "import java.util.Arrays;\n"
            + "import java.util.List;\n"
            + "import java.util.Optional;\n\n"
            + "/** The instructions. */\n"
            + "public enum Opcode {\n");
    var it = instructions.entrySet().iterator();
    while (it.hasNext()) {
      var e = it.next();
      JsonNode i = e.getValue();
      text.append("  /** ").append(javadoc(i.get("summary").asText())).append(" */\n");
      text.append("  ")
          .append(upper(i.get("mnemonic").asText().replace('.', '_')))
          .append("(\n      0x")
          .append(String.format(Locale.ROOT, "%02x", e.getKey()));
      text.append(",\n      ").append(quote(i.get("mnemonic").asText()));
      text.append(",\n      Unit.").append(i.get("unit").asText());
      text.append(",\n      ")
          .append(LAYOUT_CLASS.get(i.get("unit").asText()))
          .append(".")
          .append(method(i))
          .append("())")
          .append(it.hasNext() ? ",\n\n" : ";\n\n");
    }
    return text.append(IsaText.OPCODE_BODY).toString();
  }

  private static String method(JsonNode instruction) {
    String mnemonic = instruction.get("mnemonic").asText();
    int dot = mnemonic.indexOf('.');
    String rest =
        dot < 0
            ? mnemonic
            : mnemonic.substring(0, dot)
                + upper(mnemonic.substring(dot + 1, dot + 2))
                + mnemonic.substring(dot + 2);
    return rest;
  }

  /** Writes the sources: {@code IsaGenerator ISA_FOLDER JAVA_FOLDER}. */
  public static void main(String[] args) throws IOException {
    for (var file : new IsaGenerator(Path.of(args[0])).generate().entrySet()) {
      Files.writeString(Path.of(args[1]).resolve(file.getKey()), file.getValue());
    }
  }
}
