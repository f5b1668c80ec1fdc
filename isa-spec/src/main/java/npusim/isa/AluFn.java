// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

import java.util.Optional;

/** Scalar functions of s.alu on signed 64-bit integers. */
public enum AluFn implements Fn {
  ADD("add", "a + b"),
  SUB("sub", "a - b"),
  MUL("mul", "a * b"),
  DIV("div", "floor(a / b); error when b = 0"),
  REM("rem", "a - floor(a / b) * b; error when b = 0"),
  MIN("min", "min(a, b)"),
  MAX("max", "max(a, b)"),
  AND("and", "a & b"),
  OR("or", "a | b"),
  XOR("xor", "a ^ b"),
  SHL("shl", "a << (b & 63)"),
  SHR("shr", "a >> (b & 63), sign kept"),
  EQ("eq", "1 if a = b else 0"),
  LT("lt", "1 if a < b else 0");

  private final String mnemonic;
  private final String meaning;

  AluFn(String mnemonic, String meaning) {
    this.mnemonic = mnemonic;
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
    return Optional.empty();
  }
}
