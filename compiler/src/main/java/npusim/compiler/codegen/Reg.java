package npusim.compiler.codegen;

/**
 * A scalar register that holds a value over the whole program or function: a launch parameter or
 * base address.
 */
public final class Reg extends Sym {
  private final int number;

  /** Register {@code number}, 1 to 31. */
  public Reg(String name, int number) {
    super(name);
    if (number < 1 || number > 31) {
      throw new IllegalArgumentException("register " + number);
    }
    this.number = number;
  }

  /** Register number. */
  public int number() {
    return number;
  }
}
