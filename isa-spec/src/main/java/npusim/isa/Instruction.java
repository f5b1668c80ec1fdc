package npusim.isa;

import java.util.Arrays;
import java.util.Optional;

/**
 * One instruction: opcode, semaphore slots and operand fields. Immutable; {@link #get} is two array
 * loads.
 *
 * <p>A count, address or value operand is {@code get(f) + r[reg(f)]}, where register 0 is always 0.
 */
public final class Instruction {
  private static final DType[] TYPES = DType.values();
  private static final int SLOT_BITS = Word.SEMAPHORE_BITS + Word.COUNT_BITS;

  private final Opcode op;
  private final long[] values;
  private final byte[] registers;
  private final long waits;
  private final long signals;

  Instruction(Opcode op, long[] values, byte[] registers, long waits, long signals) {
    this.op = op;
    this.values = values;
    this.registers = registers;
    this.waits = waits;
    this.signals = signals;
  }

  /** A builder with every field at its default. */
  public static Builder builder(Opcode op) {
    return new Builder(op);
  }

  /** The opcode. */
  public Opcode op() {
    return op;
  }

  /** The constant part of a field; an ordinal for element types and enumerations. */
  public long get(Field field) {
    return values[op.slot(field)];
  }

  /** As {@link #get} for fields known to fit an int. */
  public int getInt(Field field) {
    return Math.toIntExact(values[op.slot(field)]);
  }

  /** True when a flag (or any number) is not 0. */
  public boolean flag(Field field) {
    return values[op.slot(field)] != 0;
  }

  /** Register that is added to a count, address or value operand; 0 for none. */
  public int reg(Field field) {
    return registers[op.slot(field)];
  }

  /** Constant plus register of a field. */
  public long resolve(Field field, long[] regs) {
    int slot = op.slot(field);
    return values[slot] + regs[registers[slot]];
  }

  /** Element type in a field such as {@link Field#DST_T}. */
  public DType dtype(Field field) {
    return TYPES[(int) values[op.slot(field)]];
  }

  /** Enumeration constant in a field, such as a {@link UnFn} in {@link Field#FN}. */
  public <E extends Enum<E>> E choice(Field field, Class<E> type) {
    return type.getEnumConstants()[(int) get(field)];
  }

  /** True when a value field holds the bits of a binary64 instead of an integer. */
  public boolean isReal(Field field) {
    return reg(field) == 0
        && op.spec(field).realWhen().map(this::dtype).filter(DType::isFloat).isPresent();
  }

  /** The function in {@link Field#FN}, when the opcode has one. */
  public Optional<Fn> fn() {
    if (!op.has(Field.FN)) {
      return Optional.empty();
    }
    Class<?> type = op.spec(Field.FN).enumeration().orElseThrow();
    return Optional.of((Fn) type.getEnumConstants()[(int) get(Field.FN)]);
  }

  /** The unit that executes it: the opcode's, or the one a {@code nop} names. */
  public Unit unit() {
    return op == Opcode.NOP ? Unit.values()[(int) get(Field.UNIT)] : op.unit();
  }

  /** Load queue; 0 for instructions without one. */
  public int queue() {
    return op.has(Field.Q) ? (int) get(Field.Q) : 0;
  }

  /** Work per element for a vector instruction: fixed by the opcode or by its function. */
  public Optional<OpClass> opClass() {
    return op.opClass().or(() -> fn().flatMap(Fn::opClass));
  }

  /** Semaphore of wait slot 0..2; 0 for an unused slot. */
  public int waitSem(int slot) {
    return sem(waits, slot);
  }

  /** Count of wait slot 0..2; 0 for an unused slot. */
  public int waitCount(int slot) {
    return count(waits, slot);
  }

  /** Tokens of a wait slot's semaphore that all slots which name it take together. */
  public int waitTotal(int slot) {
    int total = 0;
    for (int i = 0; i < Word.WAIT_SLOTS; i++) {
      total += waitSem(i) == waitSem(slot) ? waitCount(i) : 0;
    }
    return total;
  }

  /** Whether a wait slot is the first one that names its semaphore. */
  public boolean isFirstWait(int slot) {
    for (int i = 0; i < slot; i++) {
      if (waitSem(i) == waitSem(slot)) {
        return false;
      }
    }
    return waitSem(slot) != 0;
  }

  /** Semaphore of signal slot 0..2; 0 for an unused slot. */
  public int signalSem(int slot) {
    return sem(signals, slot);
  }

  /** Count of signal slot 0..2; 0 for an unused slot. */
  public int signalCount(int slot) {
    return count(signals, slot);
  }

  /** True when any wait slot is used. */
  public boolean hasWaits() {
    return waits != 0;
  }

  /** True when any signal slot is used. */
  public boolean hasSignals() {
    return signals != 0;
  }

  long packedWaits() {
    return waits;
  }

  long packedSignals() {
    return signals;
  }

  /** A builder that starts from this instruction. */
  public Builder toBuilder() {
    var builder = new Builder(op);
    System.arraycopy(values, 0, builder.values, 0, values.length);
    System.arraycopy(registers, 0, builder.registers, 0, registers.length);
    builder.waits = waits;
    builder.signals = signals;
    return builder;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Instruction that
        && op == that.op
        && waits == that.waits
        && signals == that.signals
        && Arrays.equals(values, that.values)
        && Arrays.equals(registers, that.registers);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(values)
        + Arrays.hashCode(registers)
        + op.code()
        + Long.hashCode(waits);
  }

  /** Mnemonic and the fields that differ from their defaults, for messages and debugging. */
  @Override
  public String toString() {
    var text = new StringBuilder(op.mnemonic());
    for (FieldSpec spec : op.fields()) {
      int slot = op.slot(spec.field());
      if (values[slot] != spec.defaultValue() || registers[slot] != 0) {
        text.append(' ').append(spec.label()).append('=').append(values[slot]);
        if (registers[slot] != 0) {
          text.append("+r").append(registers[slot]);
        }
      }
    }
    return text.toString();
  }

  private static int sem(long packed, int slot) {
    return (int) (packed >>> (slot * SLOT_BITS)) & Word.MAX_SEMAPHORE;
  }

  private static int count(long packed, int slot) {
    return (int) (packed >>> (slot * SLOT_BITS + Word.SEMAPHORE_BITS)) & Word.MAX_COUNT;
  }

  /**
   * Builds an instruction; every setter checks the range at once and names field and legal range.
   */
  public static final class Builder {
    private final Opcode op;
    private final long[] values;
    private final byte[] registers;
    private long waits;
    private long signals;

    private Builder(Opcode op) {
      this.op = op;
      this.values = op.defaults();
      this.registers = new byte[values.length];
    }

    /** Sets a constant. */
    public Builder set(Field field, long value) {
      return set(field, value, 0);
    }

    /** Sets a flag. */
    public Builder set(Field field, boolean value) {
      return set(field, value ? 1 : 0, 0);
    }

    /** Sets an element type or enumeration constant. */
    public Builder set(Field field, Enum<?> value) {
      FieldSpec spec = op.spec(field);
      Class<?> expected =
          switch (spec.kind()) {
            case DTYPE -> DType.class;
            case ENUM -> spec.enumeration().orElseThrow();
            default -> throw bad(field, "does not take a name such as " + value);
          };
      if (value.getDeclaringClass() != expected) {
        throw bad(field, "takes a " + expected.getSimpleName() + ", not " + value);
      }
      return set(field, value.ordinal(), 0);
    }

    /** Sets the bits of a binary64 constant ({@code IMM}, {@code START}, {@code STEP}). */
    public Builder setDouble(Field field, double value) {
      return set(field, Double.doubleToRawLongBits(value), 0);
    }

    /** Sets a constant and the register added to it. */
    public Builder set(Field field, long value, int register) {
      FieldSpec spec = op.spec(field);
      if (value < spec.min() || value > spec.max()) {
        throw bad(field, "= " + value + " is outside " + spec.min() + ".." + spec.max());
      }
      if (register != 0 && !spec.kind().plusRegister()) {
        throw bad(field, "takes no register");
      }
      if (register < 0 || register >= Word.REGISTERS) {
        throw bad(field, "register " + register + " is outside 0.." + (Word.REGISTERS - 1));
      }
      if (spec.kind() == FieldKind.DTYPE
          && !spec.types().orElseThrow().contains(TYPES[(int) value])) {
        throw bad(
            field, "= " + TYPES[(int) value] + " is not one of " + spec.types().get().types());
      }
      int slot = op.slot(field);
      values[slot] = value;
      registers[slot] = (byte) register;
      return this;
    }

    /**
     * Adds a wait: the instruction starts when the semaphore has at least {@code count}, which is
     * then taken off.
     */
    public Builder wait(int semaphore, int count) {
      waits = pack(waits, Word.WAIT_SLOTS, semaphore, count, "wait");
      return this;
    }

    /** Adds a signal: {@code count} is added to the semaphore when the instruction completes. */
    public Builder signal(int semaphore, int count) {
      signals = pack(signals, Word.SIGNAL_SLOTS, semaphore, count, "signal");
      return this;
    }

    /** Free wait slots. */
    public int freeWaits() {
      return free(waits, Word.WAIT_SLOTS);
    }

    /** Free signal slots. */
    public int freeSignals() {
      return free(signals, Word.SIGNAL_SLOTS);
    }

    /** The instruction. The builder may be used further. */
    public Instruction build() {
      return new Instruction(op, values.clone(), registers.clone(), waits, signals);
    }

    private static int free(long packed, int slots) {
      int free = 0;
      for (int i = 0; i < slots; i++) {
        free += sem(packed, i) == 0 ? 1 : 0;
      }
      return free;
    }

    private long pack(long packed, int slots, int semaphore, int count, String what) {
      if (semaphore < 1 || semaphore > Word.MAX_SEMAPHORE) {
        throw new IllegalArgumentException(
            op.mnemonic()
                + ": "
                + what
                + " semaphore "
                + semaphore
                + " is outside 1.."
                + Word.MAX_SEMAPHORE);
      }
      if (count < 1 || count > Word.MAX_COUNT) {
        throw new IllegalArgumentException(
            op.mnemonic() + ": " + what + " count " + count + " is outside 1.." + Word.MAX_COUNT);
      }
      int used = slots - free(packed, slots);
      if (used == slots) {
        throw new IllegalArgumentException(
            op.mnemonic() + ": more than " + slots + " " + what + " slots");
      }
      return packed
          | ((long) semaphore | (long) count << Word.SEMAPHORE_BITS) << (used * SLOT_BITS);
    }

    private IllegalArgumentException bad(Field field, String problem) {
      return new IllegalArgumentException(op.mnemonic() + ": " + field.label() + " " + problem);
    }
  }
}
