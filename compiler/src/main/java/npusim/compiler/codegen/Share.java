package npusim.compiler.codegen;

/**
 * A group of cores that need the same tiles of an operand in the same order: each loads an equal
 * part of a tile from DRAM and sends it to the others, or the first loads all, so that DRAM is read
 * once.
 *
 * @param cores mask of the group, the own core included
 * @param index place of the own core within the group
 * @param size cores in the group
 * @param dim dimension of the tile along which it is divided; at least {@code size} long
 * @param operand number of the operand among those a kernel shares, 0 or 1
 * @param first whether the first core loads all of a tile
 */
public record Share(long cores, int index, int size, int dim, int operand, boolean first) {

  /** A group whose cores load equal parts. */
  public Share(long cores, int index, int size, int dim, int operand) {
    this(cores, index, size, dim, operand, false);
  }

  /** Whether this core loads any of a tile. */
  boolean loads() {
    return !first || index == 0;
  }

  /** Cores that load and send. */
  int senders() {
    return first ? 1 : size;
  }

  /** Mask of the cores that load and send. */
  long sending() {
    return first ? Long.lowestOneBit(cores) : cores;
  }

  /** First element of the own part of a tile. */
  long from(long extent) {
    return first ? 0 : extent * index / size;
  }

  /** Most elements of a tile that one core loads. */
  long largest(long extent) {
    return Math.ceilDiv(extent, (long) size);
  }

  /** Element after the last of the own part of a tile. */
  long to(long extent) {
    return first ? extent : extent * (index + 1) / size;
  }
}
