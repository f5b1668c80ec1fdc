package npusim.isa;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/** The reference of the instruction set as one Markdown page. */
public final class IsaMarkdown {
  private final StringBuilder out = new StringBuilder();

  private IsaMarkdown() {}

  /** The page {@code docs/isa.md}. */
  public static String markdown() {
    var page = new IsaMarkdown();
    page.intro();
    page.overview();
    for (Opcode op : Opcode.values()) {
      page.instruction(op);
    }
    page.enumerations();
    return page.out.toString();
  }

  private void intro() {
    line("# Instruction set");
    line("");
    line("<!-- Generated from isa-spec/src/main/isa; run IsaDocsTest with -Dupdate=true. -->");
    line("");
    line(
        "An instruction is a little-endian word of %d bytes: opcode (8 bits), %d wait slots, %d"
            + " signal slots (%d bits of semaphore, %d bits of count each), and from bit %d on the"
            + " fields below. Unused bits are 0.",
        Word.BYTES,
        Word.WAIT_SLOTS,
        Word.SIGNAL_SLOTS,
        Word.SEMAPHORE_BITS,
        Word.COUNT_BITS,
        Word.HEADER_BITS);
    line("");
    line(
        "The sequencer executes instructions of unit `seq` itself, in program order, and dispatches"
            + " the others in program order to the queues of their units. A unit executes its"
            + " instructions in order; units are asynchronous to each other. Register operands are"
            + " read at dispatch.");
    line("");
    line(
        "Counting semaphores s1..s%d of a core are 0 at launch and must be 0 at `halt`. An"
            + " instruction at the head of its unit's queue starts when every semaphore it waits"
            + " for has at least the waited count, which is then taken off; its signals are added"
            + " when it completes. Waits of `seq` instructions hold up the sequencer.",
        Word.MAX_SEMAPHORE);
    line("");
    line(
        "Registers r0..r%d hold signed 64-bit integers; r0 is 0. A count, address or value operand"
            + " is a constant plus a register (`64+r5`). Addresses are in bytes, strides in"
            + " elements of the operand's type. Local addresses below `0x%x` are in the scratchpad,"
            + " those from there on in the accumulator memory. Two 4-bit elements share a byte, the"
            + " first in the low half. An instruction with an extent of 0 or less does nothing but"
            + " wait and signal.",
        Word.REGISTERS - 1, Word.ACC_BASE);
    line("");
    line(
        "**Vector arithmetic.** If a source is of a float type, an element is computed in binary64"
            + " and rounded once to binary32 (not for f64), then converted to the result type; to"
            + " an integer type toward zero unless the instruction says otherwise. Else it is"
            + " computed on 64-bit two's complement (unsigned where u64 needs it) and wrapped to"
            + " the result type. Comparisons give 0 or 1; integer division by 0 gives 0.");
    line("");
    line(
        "**Assembly.** `mnemonic FN operand=addr:type[strides] field=value flag wait(s1:2, s3)"
            + " signal(s4)`; what equals its default is left out, lists drop leading defaults, a"
            + " count of 1 is not written. Labels end in a colon, `//` begins a comment.");
    line("");
  }

  private void overview() {
    line("| Instruction | Unit | |");
    line("| --- | --- | --- |");
    for (Opcode op : Opcode.values()) {
      line(
          "| [`%s`](#%s) | %s | %s |",
          op.mnemonic(),
          anchor(op),
          IsaReference.unit(op),
          cell(IsaReference.firstSentence(op.summary())));
    }
    line("");
  }

  private void instruction(Opcode op) {
    line("## %s", op.mnemonic());
    line("");
    line("%s", op.summary());
    line("");
    line("```");
    line("%s", IsaReference.syntax(op));
    if (!op.semantics().isEmpty()) {
      line("");
      line("%s", op.semantics());
    }
    line("```");
    line("");
    String work = IsaReference.work(op);
    line(
        "Opcode 0x%02x, unit %s, timing class %s (%s)%s.",
        op.code(),
        IsaReference.unit(op),
        op.timing().mnemonic(),
        op.timing().meaning(),
        work.isEmpty() ? "" : ", work per element: " + work);
    line("");
    if (op.fields().isEmpty()) {
      return;
    }
    line("| Bits | Field | Kind | Default | Meaning |");
    line("| --- | --- | --- | --- | --- |");
    for (FieldSpec spec : op.fields()) {
      String types =
          spec.types()
              .map(
                  t ->
                      " ("
                          + String.join(", ", t.types().stream().map(DType::shortName).toList())
                          + ")")
              .orElse("");
      String names =
          spec.enumeration()
              .map(
                  e ->
                      " (["
                          + e.getSimpleName()
                          + "](#"
                          + e.getSimpleName().toLowerCase(Locale.ROOT)
                          + "))")
              .orElse("");
      line(
          "| %s | `%s` | %s | %s | %s%s%s |",
          IsaReference.bits(spec),
          spec.label(),
          IsaReference.kind(spec),
          IsaReference.defaultValue(spec),
          cell(spec.meaning()),
          types,
          names);
    }
    line("");
  }

  private void enumerations() {
    Set<Class<? extends Enum<?>>> types = new LinkedHashSet<>();
    for (Opcode op : Opcode.values()) {
      op.fields().forEach(f -> f.enumeration().ifPresent(types::add));
    }
    for (Class<? extends Enum<?>> type : types) {
      line("## %s", type.getSimpleName());
      line("");
      if (type == Unit.class) {
        line(
            "%s",
            String.join(", ", java.util.Arrays.stream(Unit.values()).map(Unit::label).toList()));
        line("");
        continue;
      }
      line("| Code | Name | Work | Meaning |");
      line("| --- | --- | --- | --- |");
      for (Enum<?> c : type.getEnumConstants()) {
        line(
            "| %d | `%s` | %s | %s |",
            c.ordinal(),
            IsaReference.name(c),
            IsaReference.workOf(c),
            cell(IsaReference.meaning(c)));
      }
      line("");
    }
  }

  private static String anchor(Opcode op) {
    return op.mnemonic().replace(".", "");
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  private void line(String format, Object... arguments) {
    out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}
