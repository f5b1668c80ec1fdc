package npusim.isa;

/** What a field holds, which decides its legal range, its encoding and its text form. */
public enum FieldKind {
  /** Signed constant plus scalar register: extents, loop counts, positions. */
  COUNT(true, true),
  /** Byte address: signed constant plus scalar register. */
  ADDRESS(true, true),
  /** 64-bit constant plus scalar register. */
  VALUE(true, true),
  /** 64-bit constant. */
  IMM(true, false),
  /** Signed number of elements. */
  STRIDE(true, false),
  /** Unsigned constant. */
  UNSIGNED(false, false),
  /** Signed constant. */
  SIGNED(true, false),
  /** Element type; the value is the ordinal of {@link DType}, the bits are its ONNX code. */
  DTYPE(false, false),
  /** Constant of an enumeration; the value and the bits are its ordinal. */
  ENUM(false, false),
  /** 0 or 1. */
  FLAG(false, false),
  /** Semaphore number 1..63. */
  SEM(false, false),
  /** Scalar register number. */
  REGISTER(false, false);

  private final boolean signed;
  private final boolean plusRegister;

  FieldKind(boolean signed, boolean plusRegister) {
    this.signed = signed;
    this.plusRegister = plusRegister;
  }

  /** True when the constant is stored as two's complement. */
  public boolean signed() {
    return signed;
  }

  /** True when a 5-bit register number follows the constant and the operand is their sum. */
  public boolean plusRegister() {
    return plusRegister;
  }
}
