package npusim.compiler.codegen;

/**
 * A group of cores that need the same tiles of an operand in the same order: each loads an equal
 * part of a tile from DRAM and sends it to the others, so that DRAM is read once.
 *
 * @param cores mask of the group, the own core included
 * @param index place of the own core within the group
 * @param size cores in the group
 * @param dim dimension of the tile along which it is divided; at least {@code size} long
 * @param operand number of the operand among those a kernel shares, 0 or 1
 */
public record Share(long cores, int index, int size, int dim, int operand) {

  /** First element of the own part of a tile. */
  long from(long extent) {
    return extent * index / size;
  }

  /** Most elements of a tile that one core loads. */
  long largest(long extent) {
    return Math.ceilDiv(extent, (long) size);
  }

  /** Element after the last of the own part of a tile. */
  long to(long extent) {
    return extent * (index + 1) / size;
  }
}
