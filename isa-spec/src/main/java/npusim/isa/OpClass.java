// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

/** How much work one element is for the vector unit. */
public enum OpClass {
  SIMPLE("simple", "one pass through a lane: add, multiply, compare, select, " + "move"),
  DIV("div", "division and reciprocal"),
  SQRT("sqrt", "square root and its reciprocal"),
  EXP("exp", "exponential and functions made of one exponential"),
  TRANS("trans", "other transcendental functions"),
  REDUCE("reduce", "reduction or scan step"),
  PERMUTE("permute", "movement with a change of order"),
  GATHER("gather", "data-dependent address per element"),
  SORT("sort", "comparison network step");

  private final String mnemonic;
  private final String meaning;

  OpClass(String mnemonic, String meaning) {
    this.mnemonic = mnemonic;
    this.meaning = meaning;
  }

  /** Name in assembly and configuration. */
  public String mnemonic() {
    return mnemonic;
  }

  /** What it stands for. */
  public String meaning() {
    return meaning;
  }
}
