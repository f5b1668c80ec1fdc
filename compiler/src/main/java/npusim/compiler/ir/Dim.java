package npusim.compiler.ir;

/**
 * One dimension of a shape: a known extent, a named (symbolic) one, a data-dependent one with an
 * upper bound, or an unknown one.
 *
 * @param value extent in elements, or -1 when it isn't known
 * @param symbol name, or null
 * @param bound largest extent possible when the extent is decided by data at run time, or -1
 */
public record Dim(long value, String symbol, long bound) {
  /** The dimension of which nothing is known. */
  public static final Dim UNKNOWN = new Dim(-1, null, -1);

  /** Checks that the extent is not negative but for the -1 that means unknown. */
  public Dim {
    if (value < -1) {
      throw new IllegalArgumentException("negative dimension " + value);
    }
  }

  /** A known extent. */
  public static Dim of(long value) {
    return value == -1 ? UNKNOWN : new Dim(value, null, -1);
  }

  /** A named extent, to be bound by {@code --dim name=value}. */
  public static Dim symbol(String name) {
    return new Dim(-1, name, -1);
  }

  /**
   * An extent decided by data at run time, between 0 and {@code bound}; equal names mean equal
   * extents.
   */
  public static Dim bounded(String name, long bound) {
    return new Dim(-1, name, bound);
  }

  /** True when the extent is known at compile time. */
  public boolean known() {
    return value >= 0;
  }

  /** True when the extent is decided by data but its largest value is known. */
  public boolean isBounded() {
    return bound >= 0;
  }

  /** The known extent, or the upper bound; -1 when there is neither. */
  public long max() {
    return known() ? value : bound;
  }

  /** True when both certainly have the same extent. */
  public boolean sameAs(Dim other) {
    return known()
        ? value == other.value
        : symbol != null && !other.known() && symbol.equals(other.symbol);
  }

  /** As in ONNX's textual syntax: a number, a name or {@code ?}. */
  @Override
  public String toString() {
    return known() ? Long.toString(value) : symbol != null ? symbol : "?";
  }
}
