// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

import java.util.Optional;

/** How v.scatter combines a value with what is there. */
public enum ScatterFn implements Fn {
  NONE("none", OpClass.GATHER, "replace; the last in iteration order stays"),
  ADD("add", OpClass.GATHER, "dst + a"),
  MUL("mul", OpClass.GATHER, "dst * a"),
  MAX("max", OpClass.GATHER, "max(dst, a)"),
  MIN("min", OpClass.GATHER, "min(dst, a)");

  private final String mnemonic;
  private final Optional<OpClass> opClass;
  private final String meaning;

  ScatterFn(String mnemonic, OpClass opClass, String meaning) {
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
