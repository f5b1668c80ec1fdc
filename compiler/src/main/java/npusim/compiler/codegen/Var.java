package npusim.compiler.codegen;

/** Index of a tile loop: 0, 1, … count-1. */
public final class Var extends Sym {
  private final Aff count;

  /**
   * A loop index.
   *
   * @param count iterations; a constant, or an expression of registers
   */
  public Var(String name, Aff count) {
    super(name);
    this.count = count;
  }

  /** Iterations. */
  public Aff count() {
    return count;
  }
}
