package npusim.compiler.codegen;

/**
 * The chips that run one program together, all the same code. What a chip is to itself and the
 * others is in registers set at launch, so that code needn't know: a chip's {@code k}-th peer is
 * the one whose number differs from its own in the bits of {@code k}, which makes the two each
 * other's.
 *
 * @param chips chips of the system, a power of two
 * @param first first of the registers
 */
public record Peers(int chips, int first) {
  /** Most chips that there are registers for. */
  public static final int MOST = 8;

  /** Registers that hold numbers of chips and cores. */
  public int registers() {
    return chips == 1 ? 0 : 2 * chips - 1;
  }

  /** Holds the number of the {@code k}-th peer, for 0 of the chip itself. */
  public Reg chip(int k) {
    return new Reg("chip" + k, first + k);
  }

  /** Holds the number in the system of the core's counterpart on the {@code k}-th peer, k ≥ 1. */
  public Reg core(int k) {
    return new Reg("core" + k, first + chips + k - 1);
  }

  /**
   * Sets the registers of a core.
   *
   * @param chip its chip
   * @param core its number within the chip
   * @param coresPerChip cores of a chip
   */
  public void launch(long[] registers, int chip, int core, int coresPerChip) {
    for (int k = 0; k < chips && chips > 1; k++) {
      int peer = chip ^ k;
      registers[chip(k).number()] = peer;
      if (k > 0) {
        registers[core(k).number()] = (long) peer * coresPerChip + core;
      }
    }
  }
}
