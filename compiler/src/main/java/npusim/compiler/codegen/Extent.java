package npusim.compiler.codegen;

/**
 * Extent of a tile that may be cut by the end of its dimension: min(tile, total - tile * index).
 */
public final class Extent extends Sym {
  private final Var var;
  private final long tile;
  private final Aff total;

  /**
   * Extent of the tile at loop index {@code var}.
   *
   * @param total elements of the dimension: a constant or a register plus a constant
   */
  public Extent(Var var, long tile, Aff total) {
    super("min(" + tile + ", " + total + " - " + tile + "*" + var.name() + ")");
    this.var = var;
    this.tile = tile;
    this.total = total;
  }

  /** Loop index. */
  public Var var() {
    return var;
  }

  /** Full tile. */
  public long tile() {
    return tile;
  }

  /** Elements of the dimension. */
  public Aff total() {
    return total;
  }

  /** Value at a known index; the total must be constant. */
  long at(long index) {
    return Math.min(tile, total.value() - tile * index);
  }
}
