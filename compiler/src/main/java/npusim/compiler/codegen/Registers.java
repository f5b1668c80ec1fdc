package npusim.compiler.codegen;

/** Scalar registers free for loops and addresses. */
final class Registers {
  private int free;

  /** All registers from {@code first} to 31. */
  Registers(int first) {
    for (int r = first; r < 32; r++) {
      free |= 1 << r;
    }
  }

  int take() {
    if (free == 0) {
      throw new RegisterPressureException();
    }
    int r = Integer.numberOfTrailingZeros(free);
    free &= ~(1 << r);
    return r;
  }

  void give(int r) {
    free |= 1 << r;
  }

  int mark() {
    return free;
  }

  void reset(int mark) {
    free = mark;
  }
}
