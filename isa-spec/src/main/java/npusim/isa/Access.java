package npusim.isa;

/** How an instruction uses the memory an operand names. */
public enum Access {
  /** Names no memory: an extent group. */
  NONE,
  /** Reads every element over the extents. */
  READ,
  /** Writes every element over the extents. */
  WRITE,
  /** Writes; reads first when the instruction's accumulate field is not 0. */
  ACCUMULATE,
  /** Writes k elements of each row instead of the innermost extent. */
  WRITE_K,
  /** Writes at most {@code limit} elements. */
  WRITE_LIMIT,
  /** Reads elements at places given by an index operand. */
  INDEXED_READ,
  /** Writes elements at places given by an index operand; may read them first. */
  INDEXED_WRITE,
  /** Reads another core's local memory. */
  REMOTE_READ,
  /** Writes other cores' local memory. */
  REMOTE_WRITE;
}
