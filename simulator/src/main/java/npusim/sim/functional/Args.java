package npusim.sim.functional;

import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;

/** An instruction with the register values its operands are resolved with. */
final class Args {
  private Instruction instruction;
  private long[] registers;

  /** Points at another instruction; the registers are not copied. */
  Args set(Instruction newInstruction, long[] newRegisters) {
    instruction = newInstruction;
    registers = newRegisters;
    return this;
  }

  Instruction instruction() {
    return instruction;
  }

  /** An address or value: constant plus register. */
  long get(Field f) {
    return instruction.resolve(f, registers);
  }

  /** A count that must fit an int. */
  int count(Field f) {
    long v = instruction.resolve(f, registers);
    if (v > Integer.MAX_VALUE) {
      throw Fault.program("exec-count", f.label() + " = " + v + " is too large");
    }
    return (int) v;
  }

  /** A constant field: stride, function, flag. */
  long constant(Field f) {
    return instruction.get(f);
  }

  boolean flag(Field f) {
    return instruction.flag(f);
  }

  DType type(Field f) {
    return instruction.dtype(f);
  }

  <E extends Enum<E>> E choice(Field f, Class<E> type) {
    return instruction.choice(f, type);
  }

  /** The iteration extents D0..D3. */
  long[] extents() {
    return new long[] {get(Field.D0), get(Field.D1), get(Field.D2), get(Field.D3)};
  }

  /**
   * A scalar operand of a float computation: the bits of a binary64, or with a register the integer
   * constant plus register.
   */
  double floatScalar(Field f) {
    return instruction.reg(f) == 0 ? Double.longBitsToDouble(instruction.get(f)) : (double) get(f);
  }
}
