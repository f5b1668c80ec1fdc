// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

/** Rounding of v.cvt from a float to an integer type. */
public enum Round {
  TRUNC("trunc", "toward zero"),
  RNE("rne", "to nearest, ties to even"),
  FLOOR("floor", "toward negative infinity"),
  CEIL("ceil", "toward positive infinity"),
  HALF_AWAY("half_away", "to nearest, ties away from zero");

  private final String mnemonic;
  private final String meaning;

  Round(String mnemonic, String meaning) {
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
