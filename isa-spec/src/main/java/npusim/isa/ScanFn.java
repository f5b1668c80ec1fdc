// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

import java.util.Optional;

/** Running combinations of v.scan. */
public enum ScanFn implements Fn {
  SUM("sum", OpClass.REDUCE, "running sum"),
  PROD("prod", OpClass.REDUCE, "running product"),
  MAX("max", OpClass.REDUCE, "running maximum"),
  MIN("min", OpClass.REDUCE, "running minimum");

  private final String mnemonic;
  private final Optional<OpClass> opClass;
  private final String meaning;

  ScanFn(String mnemonic, OpClass opClass, String meaning) {
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
