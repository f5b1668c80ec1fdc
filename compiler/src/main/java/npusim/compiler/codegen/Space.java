package npusim.compiler.codegen;

/** What an address counts in. */
public enum Space {
  /** Scratchpad of a core, bytes. */
  SPM,
  /** Accumulator memory of a core, bytes from its start. */
  ACC,
  /** Memory of the chip, bytes. */
  DRAM,
  /**
   * Semaphores of a core, by number: reuse of a semaphore needs the same order as reuse of memory.
   */
  SEM;

  /** Where the accumulator memory begins in a core's local address space. */
  public static final long ACC_BASE = 0x8000_0000L;
}
