package npusim.compiler.codegen;

/**
 * Memory in the chip's shared SRAM through which a group of cores passes the tiles of an operand
 * that all of them need: {@link #SLOTS} tiles, of each of which every core loads an equal part from
 * DRAM.
 *
 * @param share the group
 * @param area the memory
 * @param first byte of the group's first slot
 */
public record Staging(Share share, Area area, Aff first) {
  /** Tiles that the group keeps in the shared SRAM at once. */
  public static final int SLOTS = 4;

  /** Parts of tiles in a core's scratchpad on their way to the shared SRAM. */
  public static final int PARTS = 2;

  /** Tiles that cores may store before the first of them has come from all. */
  public static final int AHEAD = 2;

  /** Bytes of a group's slots. */
  public static long bytes(long tileBytes) {
    return SLOTS * WorkMemory.aligned(tileBytes);
  }
}
