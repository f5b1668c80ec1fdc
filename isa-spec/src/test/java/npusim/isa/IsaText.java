package npusim.isa;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Locale;

/** Pieces of Java that {@link IsaGenerator} writes, and the lists it reads. */
final class IsaText {
  /** What follows the constants of {@code Opcode}. */
  static final String OPCODE_BODY =
      """
        private static final Opcode[] BY_CODE = byCode();

        private final int code;
        private final String mnemonic;
        private final Unit unit;
        private final Layout layout;
        private final List<FieldSpec> fields;
        private final int[] slots;

        Opcode(
            int code,
            String mnemonic,
            Unit unit,
            Layout layout) {
          this.code = code;
          this.mnemonic = mnemonic;
          this.unit = unit;
          this.layout = layout;
          this.fields = layout.fields();
          this.slots = new int[Field.values().length];
          Arrays.fill(slots, -1);
          for (int i = 0; i < fields.size(); i++) {
            slots[fields.get(i).field().ordinal()] = i;
          }
        }

        /** The instruction of a code, or empty. */
        public static Optional<Opcode> ofCode(int code) {
          return code >= 0 && code < BY_CODE.length
              ? Optional.ofNullable(BY_CODE[code])
              : Optional.empty();
        }

        /** First byte of the word. */
        public int code() {
          return code;
        }

        /** Name in assembly, such as {@code v.bin}. */
        public String mnemonic() {
          return mnemonic;
        }

        /** Unit that executes it ({@link Unit#SEQ} for {@code nop}, whose unit is a field). */
        public Unit unit() {
          return unit;
        }

        /** Family of related instructions. */
        public String family() {
          return layout.family();
        }

        /** Timing model it follows. */
        public TimingClass timing() {
          return layout.timing();
        }

        /** Work per element, when the opcode alone decides it. */
        public Optional<OpClass> opClass() {
          return layout.opClass();
        }

        /** What it does, in a sentence or two. */
        public String summary() {
          return layout.summary();
        }

        /** What it computes, as a formula. */
        public String semantics() {
          return layout.semantics();
        }

        /** Fields in encoding order. */
        public List<FieldSpec> fields() {
          return fields;
        }

        /** Groups of fields that assembly writes as one. */
        public List<Operand> operands() {
          return layout.operands();
        }

        /** True when it has the field. */
        public boolean has(Field field) {
          return slots[field.ordinal()] >= 0;
        }

        /** Description of a field it has. */
        public FieldSpec spec(Field field) {
          return fields.get(slot(field));
        }

        /** Position of a field in {@link #fields()}; an exception for a field it does not have. */
        int slot(Field field) {
          int slot = slots[field.ordinal()];
          if (slot < 0) {
            throw new IllegalArgumentException(mnemonic + " has no field " + field.label());
          }
          return slot;
        }

        /** A fresh array with every field's default. */
        long[] defaults() {
          var values = new long[fields.size()];
          for (int i = 0; i < values.length; i++) {
            values[i] = fields.get(i).defaultValue();
          }
          return values;
        }

        private static Opcode[] byCode() {
          var table = new Opcode[256];
          for (Opcode op : values()) {
            table[op.code] = op;
          }
          return table;
        }
      }
      """;

  private IsaText() {}

  /** Elements of a list; none when it is absent. */
  static Iterable<JsonNode> list(JsonNode node, String name) {
    return node.has(name) ? node.get(name) : new ArrayNode(null);
  }

  static String upper(String name) {
    return name.toUpperCase(Locale.ROOT);
  }

  static String javadoc(String text) {
    return wrap(
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), 88, "\n   * ");
  }

  /** A string literal, in pieces short enough for the line length. */
  static String quote(String text) {
    return "\""
        + wrap(text.replace("\\", "\\\\").replace("\"", "\\\""), 60, " \"\n              + \"")
        + "\"";
  }

  private static String wrap(String text, int width, String separator) {
    var lines = new StringBuilder();
    int column = 0;
    for (String word : text.split(" ", -1)) {
      if (column > 0 && column + word.length() > width) {
        lines.append(separator);
        column = 0;
      } else if (column > 0) {
        lines.append(' ');
      }
      lines.append(word);
      column += word.length() + 1;
    }
    return lines.toString();
  }
}
