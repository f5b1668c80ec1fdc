package npusim.compiler.codegen;

/** A quantity known only while the program runs, or per iteration of a tile loop. */
public abstract sealed class Sym permits Var, Extent, Cursor, Reg {
  private final String name;

  Sym(String name) {
    this.name = name;
  }

  /** Name for listings. */
  public final String name() {
    return name;
  }

  @Override
  public final String toString() {
    return name;
  }
}
