package npusim.asm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import npusim.diag.Names;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.FieldKind;
import npusim.isa.FieldSpec;
import npusim.isa.Instruction;
import npusim.isa.IsaReference;
import npusim.isa.Opcode;
import npusim.isa.Operand;
import npusim.isa.Word;
import org.antlr.v4.runtime.ParserRuleContext;

/**
 * Turns one parsed instruction into an {@link Instruction}; every fault is reported at its place.
 */
final class InstructionAssembler {
  private static final Map<String, Opcode> MNEMONICS = mnemonics();
  private static final String SUM_HINT =
      "write a constant, a register r1..r31, or constant+register";

  /** A constant plus register, with the place it was written at. */
  private record Sum(long value, int register, boolean real, ParserRuleContext at) {}

  private final AsmErrors errors;
  private final Opcode op;
  private final Instruction.Builder builder;
  private final Map<Field, Sum> reals = new LinkedHashMap<>();
  private final List<Field> set = new ArrayList<>();
  private Optional<NpuAsmParser.ItemContext> target = Optional.empty();

  private InstructionAssembler(AsmErrors errors, Opcode op) {
    this.errors = errors;
    this.op = op;
    this.builder = Instruction.builder(op);
  }

  /**
   * An assembled instruction.
   *
   * @param instruction the instruction; a call by label has target 0 still
   * @param label where the label of a call is written
   */
  record Result(Instruction instruction, Optional<NpuAsmParser.ItemContext> label) {}

  /**
   * The instruction, or empty when its mnemonic is unknown; other errors are reported and a default
   * used.
   */
  static Optional<Result> assemble(AsmErrors errors, NpuAsmParser.InstructionContext context) {
    String mnemonic = context.mnemonic.getText();
    Opcode op = MNEMONICS.get(mnemonic.toLowerCase(Locale.ROOT));
    if (op == null) {
      errors.add(
          context.mnemonic,
          "asm-mnemonic",
          "unknown instruction " + mnemonic,
          Names.suggest(mnemonic, MNEMONICS.keySet()));
      return Optional.empty();
    }
    var assembler = new InstructionAssembler(errors, op);
    context.item().forEach(assembler::item);
    assembler.setReals();
    return Optional.of(new Result(assembler.builder.build(), assembler.target));
  }

  /** Label named by a call. */
  static String labelName(NpuAsmParser.ItemContext item) {
    return item instanceof NpuAsmParser.LabelItemContext quoted
        ? AsmStrings.unquote(quoted.STRING().getText())
        : item.getText();
  }

  private void item(NpuAsmParser.ItemContext item) {
    switch (item) {
      case NpuAsmParser.NamedItemContext named -> named(named);
      case NpuAsmParser.SyncItemContext sync -> sync(sync);
      case NpuAsmParser.LabelItemContext label -> label(label);
      case NpuAsmParser.PlainItemContext plain -> plain(plain);
      default -> throw new IllegalStateException("unknown item " + item.getText());
    }
  }

  private void named(NpuAsmParser.NamedItemContext item) {
    String name = item.ID().getText().toLowerCase(Locale.ROOT);
    for (Operand operand : op.operands()) {
      if (operand.name().equals(name)) {
        operand(operand, item.operand());
        return;
      }
    }
    for (FieldSpec spec : op.fields()) {
      if (spec.label().equals(name)) {
        field(spec, item);
        return;
      }
    }
    var names = new ArrayList<String>();
    op.operands().forEach(o -> names.add(o.name()));
    op.fields().forEach(f -> names.add(f.label()));
    String hint = names.isEmpty() ? op.mnemonic() + " has no fields" : Names.suggest(name, names);
    errors.add(item, "asm-field", op.mnemonic() + " has no field " + name, hint);
  }

  private void operand(Operand operand, NpuAsmParser.OperandContext value) {
    if (value.sum() != null) {
      if (operand.address().isPresent()) {
        sum(value.sum()).ifPresent(s -> number(op.spec(operand.address().get()), s));
      } else {
        errors.add(
            value,
            "asm-operand",
            operand.name() + " is a list",
            "write " + operand.name() + "=[…]");
      }
    }
    if (value.type != null) {
      if (operand.type().isPresent()) {
        type(op.spec(operand.type().get()), value.type.getText(), value);
      } else {
        String hint = operand.typeOf().isEmpty() ? "" : "its type is that of " + operand.typeOf();
        errors.add(value.type, "asm-operand", operand.name() + " takes no type", hint);
      }
    }
    if (value.list() != null) {
      List<NpuAsmParser.SumContext> numbers = value.list().sum();
      List<Field> fields = operand.numbers();
      if (numbers.size() > fields.size()) {
        errors.add(
            value.list(),
            "asm-operand",
            operand.name() + " has " + numbers.size() + " numbers, at most " + fields.size(),
            "from the outermost to the innermost dimension");
        return;
      }
      int skip = fields.size() - numbers.size();
      for (int i = 0; i < numbers.size(); i++) {
        FieldSpec spec = op.spec(fields.get(skip + i));
        sum(numbers.get(i)).ifPresent(s -> number(spec, s));
      }
    }
  }

  private void field(FieldSpec spec, NpuAsmParser.NamedItemContext item) {
    NpuAsmParser.OperandContext value = item.operand();
    if (value.sum() == null || value.type != null || value.list() != null) {
      errors.add(value, "asm-operand", spec.label() + " takes a single value", "");
      return;
    }
    String text = value.sum().getText();
    switch (spec.kind()) {
      case DTYPE -> type(spec, text, value);
      case ENUM -> choice(spec, text, value);
      case REGISTER ->
          numbered(spec, AsmNumbers.register(text), "register r0..r" + (Word.REGISTERS - 1), value);
      case SEM ->
          numbered(spec, AsmNumbers.semaphore(text), "semaphore s1..s" + Word.MAX_SEMAPHORE, value);
      default -> {
        if (spec.field() == Field.TARGET
            && value.sum().term().size() == 1
            && value.sum().term(0).NUMBER() == null) {
          markSet(spec, item);
          target = Optional.of(item);
        } else {
          sum(value.sum()).ifPresent(s -> number(spec, s));
        }
      }
    }
  }

  private void plain(NpuAsmParser.PlainItemContext item) {
    String text = item.getText();
    boolean name =
        item.sum().term().size() == 1
            && item.sum().term(0).ID() != null
            && item.sum().term(0).NUMBER() == null;
    for (FieldSpec spec : op.fields()) {
      if (name && spec.kind() == FieldKind.FLAG && spec.label().equals(text)) {
        number(spec, new Sum(1, 0, false, item));
        return;
      }
    }
    for (FieldSpec spec : op.fields()) {
      if (IsaReference.isBare(spec)) {
        if (spec.kind() == FieldKind.ENUM) {
          choice(spec, text, item);
        } else if (spec.field() == Field.TARGET && name) {
          markSet(spec, item);
          target = Optional.of(item);
        } else {
          sum(item.sum()).ifPresent(s -> number(spec, s));
        }
        return;
      }
    }
    errors.add(item, "asm-field", op.mnemonic() + " takes no bare " + text, "write name=value");
  }

  private void label(NpuAsmParser.LabelItemContext item) {
    if (op.has(Field.TARGET)) {
      markSet(op.spec(Field.TARGET), item);
      target = Optional.of(item);
    } else {
      errors.add(item, "asm-field", op.mnemonic() + " takes no string", "");
    }
  }

  private void sync(NpuAsmParser.SyncItemContext item) {
    String what = item.ID().getText();
    if (!what.equals("wait") && !what.equals("signal")) {
      errors.add(
          item,
          "asm-sync",
          "unknown clause " + what,
          Names.suggest(what, List.of("wait", "signal")));
      return;
    }
    for (NpuAsmParser.SemaphoreContext s : item.semaphore()) {
      int semaphore = AsmNumbers.semaphore(s.ID().getText());
      if (semaphore < 0) {
        errors.add(
            s,
            "asm-semaphore",
            s.ID().getText() + " is no semaphore",
            "semaphores are s1..s" + Word.MAX_SEMAPHORE);
        continue;
      }
      try {
        long count = s.NUMBER() == null ? 1 : AsmNumbers.parse(s.NUMBER().getText());
        int small = count < 0 || count > Integer.MAX_VALUE ? -1 : (int) count;
        if (what.equals("wait")) {
          builder.wait(semaphore, small);
        } else {
          builder.signal(semaphore, small);
        }
      } catch (IllegalArgumentException e) {
        errors.add(
            s,
            "asm-semaphore",
            e.getMessage(),
            "write " + what + "(s1:2, s3) with at most 3 semaphores");
      }
    }
  }

  private void type(FieldSpec spec, String name, ParserRuleContext at) {
    var legal = spec.types().orElseThrow();
    var names = legal.types().stream().map(DType::shortName).toList();
    Optional<DType> type = DType.ofName(name).filter(legal::contains);
    if (type.isPresent()) {
      number(spec, new Sum(type.get().ordinal(), 0, false, at));
    } else {
      errors.add(
          at,
          "asm-type",
          op.mnemonic() + ": " + spec.label() + " cannot be " + name,
          "legal: " + String.join(", ", names));
    }
  }

  private void choice(FieldSpec spec, String name, ParserRuleContext at) {
    var names = new ArrayList<String>();
    for (Enum<?> constant : spec.enumeration().orElseThrow().getEnumConstants()) {
      names.add(constant.name().toLowerCase(Locale.ROOT));
    }
    int index = names.indexOf(name.toLowerCase(Locale.ROOT));
    if (index < 0) {
      errors.add(
          at,
          "asm-function",
          op.mnemonic() + " has no " + spec.label() + " " + name,
          Names.suggest(name, names));
    } else {
      number(spec, new Sum(index, 0, false, at));
    }
  }

  private void numbered(FieldSpec spec, int number, String expected, ParserRuleContext at) {
    if (number < 0) {
      errors.add(at, "asm-operand", spec.label() + " needs a " + expected, "");
    } else {
      number(spec, new Sum(number, 0, false, at));
    }
  }

  private void number(FieldSpec spec, Sum sum) {
    markSet(spec, sum.at());
    if (spec.realWhen().isPresent() && sum.register() == 0) {
      reals.put(spec.field(), sum);
      return;
    }
    if (sum.real()) {
      errors.add(sum.at(), "asm-operand", spec.label() + " takes an integer", SUM_HINT);
      return;
    }
    store(spec, sum);
  }

  /** Real-or-integer constants are stored once the element type that decides is known. */
  private void setReals() {
    reals.forEach(
        (field, sum) -> {
          FieldSpec spec = op.spec(field);
          DType type = builder.build().dtype(spec.realWhen().orElseThrow());
          String text = sum.at().getText();
          if (type.isFloat() && !sum.real()) {
            store(spec, new Sum(Double.doubleToRawLongBits(sum.value()), 0, true, sum.at()));
          } else if (!type.isFloat() && sum.real() && !text.startsWith("bits")) {
            errors.add(
                sum.at(),
                "asm-operand",
                spec.label() + " = " + text + " is real but the element type is " + type,
                "write an integer");
          } else {
            store(spec, sum);
          }
        });
  }

  private void store(FieldSpec spec, Sum sum) {
    try {
      builder.set(spec.field(), sum.value(), sum.register());
    } catch (IllegalArgumentException e) {
      errors.add(sum.at(), "asm-range", e.getMessage(), "");
    }
  }

  private void markSet(FieldSpec spec, ParserRuleContext at) {
    if (set.contains(spec.field())) {
      errors.add(at, "asm-field", spec.label() + " is given twice", "");
    }
    set.add(spec.field());
  }

  private Optional<Sum> sum(NpuAsmParser.SumContext sum) {
    long value = 0;
    boolean constant = false;
    boolean real = false;
    int register = 0;
    boolean hasRegister = false;
    for (NpuAsmParser.TermContext term : sum.term()) {
      int number = term.ID() == null ? -1 : AsmNumbers.register(term.ID().getText());
      boolean bits = term.ID() != null && term.NUMBER() != null;
      boolean infinity = term.getText().equals("inf");
      if (term.ID() != null && !bits && !infinity) {
        if (number < 0 || hasRegister) {
          errors.add(
              term,
              "asm-operand",
              hasRegister ? "more than one register" : term.getText() + " is no register",
              SUM_HINT);
          return Optional.empty();
        }
        register = number;
        hasRegister = true;
        continue;
      }
      if (constant || bits && !term.ID().getText().equals("bits")) {
        errors.add(
            term,
            "asm-operand",
            constant ? "more than one constant" : "unknown function " + term.ID().getText(),
            SUM_HINT);
        return Optional.empty();
      }
      constant = true;
      real = bits || infinity || term.REAL() != null;
      try {
        value =
            term.NUMBER() != null
                ? AsmNumbers.parse(term.NUMBER().getText())
                : Double.doubleToRawLongBits(AsmNumbers.parseReal(term.getText()));
      } catch (NumberFormatException e) {
        errors.add(term, "asm-range", e.getMessage(), "");
        return Optional.empty();
      }
    }
    if (real && register != 0) {
      errors.add(sum, "asm-operand", "a real constant cannot have a register added", SUM_HINT);
      return Optional.empty();
    }
    return Optional.of(new Sum(value, register, real, sum));
  }

  private static Map<String, Opcode> mnemonics() {
    var map = new LinkedHashMap<String, Opcode>();
    for (Opcode op : Opcode.values()) {
      map.put(op.mnemonic(), op);
    }
    return map;
  }
}
