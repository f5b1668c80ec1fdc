package npusim.compiler.codegen;

/**
 * An interval of memory, the grain at which order between kernels is kept.
 *
 * @param lo first address
 * @param hi address after the last
 * @param shared other cores read or write it too (DRAM, replicated tensors)
 * @param readOnly never written by the program: needs no order
 */
public record Area(Space space, long lo, long hi, boolean shared, boolean readOnly) {
  /** Memory of one core, written and read by itself only. */
  public static Area local(Space space, long lo, long bytes) {
    return new Area(space, lo, lo + bytes, false, false);
  }

  /** True when both have an address in common. */
  public boolean overlaps(Area o) {
    return space == o.space && lo < o.hi && o.lo < hi;
  }

  /** Size. */
  public long bytes() {
    return hi - lo;
  }
}
