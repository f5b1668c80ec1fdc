package npusim.asm;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;
import npusim.isa.Field;
import npusim.isa.FieldKind;
import npusim.isa.FieldSpec;
import npusim.isa.Instruction;
import npusim.isa.IsaReference;
import npusim.isa.Opcode;
import npusim.isa.Operand;
import npusim.isa.Word;

/**
 * Writes one instruction: mnemonic, function, operands and fields that differ from their defaults,
 * semaphores.
 */
public final class InstructionPrinter {
  private InstructionPrinter() {}

  /** The instruction as text, call targets as numbers. */
  public static String print(Instruction instruction) {
    return print(instruction, Integer::toString);
  }

  /**
   * The instruction as text.
   *
   * @param target writes the target of a call
   */
  public static String print(Instruction instruction, IntFunction<String> target) {
    Opcode op = instruction.op();
    var text = new StringBuilder(op.mnemonic());
    Set<Field> done = new HashSet<>();
    for (FieldSpec spec : op.fields()) {
      if (IsaReference.isBare(spec)) {
        text.append(' ').append(bare(instruction, spec, target));
        done.add(spec.field());
      }
    }
    for (Operand operand : op.operands()) {
      appendOperand(text, instruction, operand);
      operand.address().ifPresent(done::add);
      operand.type().ifPresent(done::add);
      done.addAll(operand.numbers());
    }
    for (FieldSpec spec : op.fields()) {
      if (done.contains(spec.field()) || isDefault(instruction, spec.field())) {
        continue;
      }
      text.append(' ').append(spec.label());
      if (spec.kind() != FieldKind.FLAG) {
        text.append('=').append(value(instruction, spec));
      }
    }
    appendSlots(text, instruction, true);
    appendSlots(text, instruction, false);
    return text.toString();
  }

  private static String bare(Instruction instruction, FieldSpec spec, IntFunction<String> target) {
    return spec.field() == Field.TARGET
        ? target.apply((int) instruction.get(Field.TARGET))
        : value(instruction, spec);
  }

  private static void appendOperand(StringBuilder text, Instruction instruction, Operand operand) {
    boolean address = operand.address().filter(f -> !isDefault(instruction, f)).isPresent();
    boolean type = operand.type().filter(f -> !isDefault(instruction, f)).isPresent();
    List<Field> numbers = operand.numbers();
    int first = 0;
    while (first < numbers.size() && isDefault(instruction, numbers.get(first))) {
      first++;
    }
    boolean list = first < numbers.size();
    if (!address && !type && !list) {
      return;
    }
    text.append(' ').append(operand.name()).append('=');
    operand.address().ifPresent(f -> text.append(value(instruction, instruction.op().spec(f))));
    if (type) {
      text.append(':').append(instruction.dtype(operand.type().get()).shortName());
    }
    if (list) {
      text.append('[');
      for (int i = first; i < numbers.size(); i++) {
        text.append(i == first ? "" : ",")
            .append(value(instruction, instruction.op().spec(numbers.get(i))));
      }
      text.append(']');
    }
  }

  private static boolean isDefault(Instruction instruction, Field field) {
    return instruction.get(field) == instruction.op().spec(field).defaultValue()
        && instruction.reg(field) == 0;
  }

  private static String value(Instruction instruction, FieldSpec spec) {
    long value = instruction.get(spec.field());
    String constant =
        switch (spec.kind()) {
          case ADDRESS -> AsmNumbers.hex(value);
          case DTYPE -> instruction.dtype(spec.field()).shortName();
          case ENUM ->
              spec.enumeration()
                  .orElseThrow()
                  .getEnumConstants()[(int) value]
                  .name()
                  .toLowerCase(Locale.ROOT);
          case REGISTER -> "r" + value;
          case SEM -> "s" + value;
          case VALUE ->
              instruction.isReal(spec.field())
                  ? AsmNumbers.real(value)
                  : spec.field() == Field.CORES
                      ? "0x" + Long.toHexString(value)
                      : Long.toString(value);
          case IMM, COUNT, STRIDE, UNSIGNED, SIGNED, FLAG -> Long.toString(value);
        };
    int register = instruction.reg(spec.field());
    if (register == 0) {
      return constant;
    }
    return value == 0 ? "r" + register : constant + "+r" + register;
  }

  private static void appendSlots(StringBuilder text, Instruction instruction, boolean waits) {
    int slots = waits ? Word.WAIT_SLOTS : Word.SIGNAL_SLOTS;
    String separator = waits ? " wait(" : " signal(";
    for (int i = 0; i < slots; i++) {
      int semaphore = waits ? instruction.waitSem(i) : instruction.signalSem(i);
      int count = waits ? instruction.waitCount(i) : instruction.signalCount(i);
      if (semaphore != 0) {
        text.append(separator).append('s').append(semaphore);
        text.append(count == 1 ? "" : ":" + count);
        separator = ", ";
      }
    }
    text.append(separator.equals(", ") ? ")" : "");
  }
}
