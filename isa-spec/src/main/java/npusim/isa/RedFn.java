// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

import java.util.Optional;

/** Reductions of v.red. */
public enum RedFn implements Fn {
  SUM("sum", OpClass.REDUCE, "Σ a, in f32 in iteration order"),
  MAX("max", OpClass.REDUCE, "largest a; NaN if any is"),
  MIN("min", OpClass.REDUCE, "smallest a; NaN if any is"),
  PROD("prod", OpClass.REDUCE, "Π a"),
  SUMSQ("sumsq", OpClass.REDUCE, "Σ a²"),
  SUMABS("sumabs", OpClass.REDUCE, "Σ |a|"),
  ARGMAX("argmax", OpClass.REDUCE, "index of the largest a along d3"),
  ARGMIN("argmin", OpClass.REDUCE, "index of the smallest a along d3"),
  ANY("any", OpClass.REDUCE, "1 if any a ≠ 0 else 0");

  private final String mnemonic;
  private final Optional<OpClass> opClass;
  private final String meaning;

  RedFn(String mnemonic, OpClass opClass, String meaning) {
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
