package npusim.isa;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import npusim.diag.Names;
import npusim.diag.NpusimException;

/** The reference of the instruction set as plain text, from the instruction tables. */
public final class IsaReference {
  private IsaReference() {}

  /** Every mnemonic, in the order of the opcodes. */
  public static List<String> mnemonics() {
    var names = new ArrayList<String>();
    for (Opcode op : Opcode.values()) {
      names.add(op.mnemonic());
    }
    return names;
  }

  /** One line per instruction: mnemonic, unit, summary. */
  public static String overview() {
    var text = new StringBuilder();
    for (Opcode op : Opcode.values()) {
      text.append(line("%-12s %-4s %s", op.mnemonic(), unit(op), firstSentence(op.summary())));
    }
    return text.toString();
  }

  /**
   * All about one instruction: summary, formula, syntax, operands, fields with their bits and
   * ranges, functions.
   *
   * @throws NpusimException for an unknown mnemonic, with the nearest one
   */
  public static String render(String mnemonic) {
    return render(find(mnemonic));
  }

  /**
   * The instruction of a mnemonic in any case; an unknown one is a usage error with the nearest
   * name.
   */
  public static Opcode find(String mnemonic) {
    for (Opcode op : Opcode.values()) {
      if (op.mnemonic().equals(mnemonic.toLowerCase(Locale.ROOT))) {
        return op;
      }
    }
    throw NpusimException.usage(
        "isa-mnemonic", "unknown instruction " + mnemonic, Names.suggest(mnemonic, mnemonics()));
  }

  private static String render(Opcode op) {
    var text = new StringBuilder();
    text.append(line("%s — %s", op.mnemonic(), op.summary()));
    text.append('\n').append(line("  %s", op.semantics().isEmpty() ? "no effect" : op.semantics()));
    text.append('\n').append(line("  syntax   %s", syntax(op)));
    text.append(line("  unit     %s", unit(op)));
    text.append(line("  opcode   0x%02x", op.code()));
    text.append(line("  timing   %s: %s", op.timing().mnemonic(), op.timing().meaning()));
    String work = work(op);
    text.append(work.isEmpty() ? "" : line("  work     %s per element", work));
    if (!op.operands().isEmpty()) {
      text.append("\noperands\n");
      for (Operand operand : op.operands()) {
        text.append(line("  %-6s %-34s %s", operand.name(), form(op, operand), operand.meaning()));
      }
    }
    text.append("\nfields\n");
    text.append(line("  %-9s %-12s %-9s %-10s %s", "bits", "name", "kind", "default", "meaning"));
    for (FieldSpec spec : op.fields()) {
      text.append(
          line(
              "  %-9s %-12s %-9s %-10s %s",
              bits(spec), spec.label(), kind(spec), defaultValue(spec), spec.meaning()));
    }
    for (FieldSpec spec : op.fields()) {
      spec.enumeration().ifPresent(e -> text.append(constants(spec, e)));
    }
    return text.toString();
  }

  /** Syntax with every operand and field in its place. */
  static String syntax(Opcode op) {
    var text = new StringBuilder(op.mnemonic());
    var inOperands = new ArrayList<Field>();
    for (Operand operand : op.operands()) {
      operand.address().ifPresent(inOperands::add);
      operand.type().ifPresent(inOperands::add);
      inOperands.addAll(operand.numbers());
    }
    for (FieldSpec spec : op.fields()) {
      if (isBare(spec)) {
        text.append(' ').append(spec.label().toUpperCase(Locale.ROOT));
      }
    }
    for (Operand operand : op.operands()) {
      text.append(' ').append(operand.name()).append('=').append(form(op, operand));
    }
    for (FieldSpec spec : op.fields()) {
      if (!inOperands.contains(spec.field()) && !isBare(spec)) {
        text.append(
            spec.kind() == FieldKind.FLAG ? " [" + spec.label() + "]" : " " + spec.label() + "=…");
      }
    }
    return text.append(" wait(…) signal(…)").toString();
  }

  /**
   * Fields written without their name right after the mnemonic: the function, unit, loop count and
   * call target.
   */
  public static boolean isBare(FieldSpec spec) {
    return switch (spec.field()) {
      case FN, UNIT, COUNT, TARGET -> true;
      default -> false;
    };
  }

  private static String form(Opcode op, Operand operand) {
    var text = new StringBuilder();
    operand.address().ifPresent(f -> text.append("addr"));
    operand.type().ifPresent(f -> text.append(":type"));
    if (!operand.numbers().isEmpty()) {
      var names = new ArrayList<String>();
      String prefix = operand.address().map(f -> f.label() + "_").orElse("");
      for (Field f : operand.numbers()) {
        names.add(op.spec(f).label().substring(prefix.length()));
      }
      text.append('[').append(String.join(",", names)).append(']');
    }
    return text.toString();
  }

  /** Units that execute it. */
  static String unit(Opcode op) {
    return op == Opcode.NOP ? "any" : op.unit().label();
  }

  /** Work class per element, {@code by fn} when the function decides, empty off the vector unit. */
  static String work(Opcode op) {
    if (op.opClass().isPresent()) {
      return op.opClass().get().mnemonic();
    }
    return op.unit() == Unit.VEC ? "by fn" : "";
  }

  /** Bit range of a field, register number included. */
  static String bits(FieldSpec spec) {
    return spec.offset() + ".." + (spec.offset() + spec.totalBits() - 1);
  }

  /** Kind of a field, with the register that may be added. */
  static String kind(FieldSpec spec) {
    return spec.kind().name().toLowerCase(Locale.ROOT) + (spec.kind().plusRegister() ? "+r" : "");
  }

  /** Default as assembly writes it. */
  static String defaultValue(FieldSpec spec) {
    return switch (spec.kind()) {
      case DTYPE -> DType.values()[(int) spec.defaultValue()].shortName();
      case ENUM ->
          name(spec.enumeration().orElseThrow().getEnumConstants()[(int) spec.defaultValue()]);
      case REGISTER -> "r" + spec.defaultValue();
      case SEM -> "s" + spec.defaultValue();
      case ADDRESS -> "0x" + Long.toHexString(spec.defaultValue());
      case COUNT, VALUE, IMM, STRIDE, UNSIGNED, SIGNED, FLAG -> Long.toString(spec.defaultValue());
    };
  }

  /** Name of a constant in assembly. */
  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static String constants(FieldSpec spec, Class<? extends Enum<?>> type) {
    var text = new StringBuilder("\n" + spec.label() + "\n");
    for (Enum<?> constant : type.getEnumConstants()) {
      text.append(line("  %-11s %-8s %s", name(constant), workOf(constant), meaning(constant)));
    }
    return text.toString();
  }

  /** Work class of a function, empty when it has none. */
  static String workOf(Enum<?> constant) {
    return constant instanceof Fn fn ? fn.opClass().map(OpClass::mnemonic).orElse("") : "";
  }

  /** What a constant of a field means. */
  static String meaning(Enum<?> constant) {
    return switch (constant) {
      case Fn fn -> fn.meaning();
      case Round round -> round.meaning();
      default -> "";
    };
  }

  static String firstSentence(String text) {
    int end = text.indexOf(". ");
    return end < 0 ? text : text.substring(0, end + 1);
  }

  private static String line(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments).stripTrailing() + "\n";
  }
}
