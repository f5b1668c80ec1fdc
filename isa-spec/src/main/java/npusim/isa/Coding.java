// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

import java.util.Optional;

/** How dma.ldz finds the elements of a compressed block that are not zero. */
public enum Coding implements Fn {
  NM(
      "nm",
      "of every group of `of` elements `keep` are stored: the "
          + "values of all groups, then their places in the group, ⌈log2 "
          + "of⌉ bits each"),
  BITMAP("bitmap", "a bit per element, 1 where a value is stored, then the " + "values"),
  RLE(
      "rle",
      "pairs of a 4-bit number of zeros and the value behind them, " + "until the block is full");

  private final String mnemonic;
  private final String meaning;

  Coding(String mnemonic, String meaning) {
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
