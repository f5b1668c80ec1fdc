// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

import java.util.Optional;

/** Functions of two operands of v.bin and v.bini. */
public enum BinFn implements Fn {
  ADD("add", OpClass.SIMPLE, "a + b"),
  SUB("sub", OpClass.SIMPLE, "a - b"),
  MUL("mul", OpClass.SIMPLE, "a * b"),
  DIV("div", OpClass.DIV, "a / b; integers truncate toward zero and give 0 when b = 0"),
  MAX("max", OpClass.SIMPLE, "larger of a and b; NaN if either is"),
  MIN("min", OpClass.SIMPLE, "smaller of a and b; NaN if either is"),
  POW("pow", OpClass.TRANS, "a^b"),
  MOD("mod", OpClass.DIV, "a - floor(a / b) * b: the sign of b"),
  FMOD("fmod", OpClass.DIV, "a - trunc(a / b) * b: the sign of a"),
  AND("and", OpClass.SIMPLE, "1 if a ≠ 0 and b ≠ 0 else 0"),
  OR("or", OpClass.SIMPLE, "1 if a ≠ 0 or b ≠ 0 else 0"),
  XOR("xor", OpClass.SIMPLE, "1 if (a ≠ 0) ≠ (b ≠ 0) else 0"),
  BITAND("bitand", OpClass.SIMPLE, "a & b"),
  BITOR("bitor", OpClass.SIMPLE, "a | b"),
  BITXOR("bitxor", OpClass.SIMPLE, "a ^ b"),
  SHL("shl", OpClass.SIMPLE, "a << b; 0 when b is not below the width of a"),
  SHR(
      "shr",
      OpClass.SIMPLE,
      "a >> b by the signedness of a; 0 or the sign when b is not " + "below the width of a"),
  EQ("eq", OpClass.SIMPLE, "1 if a = b else 0"),
  NE("ne", OpClass.SIMPLE, "1 if a ≠ b else 0"),
  LT("lt", OpClass.SIMPLE, "1 if a < b else 0"),
  LE("le", OpClass.SIMPLE, "1 if a ≤ b else 0"),
  GT("gt", OpClass.SIMPLE, "1 if a > b else 0"),
  GE("ge", OpClass.SIMPLE, "1 if a ≥ b else 0"),
  PRELU("prelu", OpClass.SIMPLE, "a if a ≥ 0 else a * b"),
  ATAN2("atan2", OpClass.TRANS, "angle of the point (b, a)");

  private final String mnemonic;
  private final Optional<OpClass> opClass;
  private final String meaning;

  BinFn(String mnemonic, OpClass opClass, String meaning) {
    this.mnemonic = mnemonic;
    this.opClass = Optional.of(opClass);
    this.meaning = meaning;
  }

  @Override
  public String mnemonic() {
    return mnemonic;
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public Optional<OpClass> opClass() {
    return opClass;
  }
}
