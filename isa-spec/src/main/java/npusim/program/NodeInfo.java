package npusim.program;

/**
 * What a graph node contributed, for reports.
 *
 * @param id number that {@link CoreCode#nodeOf} refers to
 * @param name node name in the graph
 * @param opType operator, such as {@code MatMul}
 * @param layer node of the model that it was made for, with functions expanded; a star stands for
 *     what differs between the runs of a repeated layer; empty when it is not known
 * @param macs multiply-accumulates of one execution
 * @param flops floating-point or integer operations of one execution, multiply-accumulates counted
 *     twice
 * @param note how it was treated when not by instructions of its own: {@code alias}, {@code
 *     folded}, or empty
 * @param runs times it is executed in one launch: the runs of a repeated layer, otherwise 1
 * @param scratchpadBytes scratchpad of one core that is taken while it runs: what it touches and
 *     what is kept for others
 */
public record NodeInfo(
    int id,
    String name,
    String opType,
    String layer,
    long macs,
    long flops,
    String note,
    long runs,
    long scratchpadBytes) {
  /** The same, executed so many times. */
  public NodeInfo withRuns(long times) {
    return new NodeInfo(id, name, opType, layer, macs, flops, note, times, scratchpadBytes);
  }

  /** The same, executed on so many chips that work on it together. */
  public NodeInfo onChips(int chips) {
    return new NodeInfo(
        id, name, opType, layer, macs * chips, flops * chips, note, runs, scratchpadBytes);
  }

  /** The same, with the scratchpad it takes. */
  public NodeInfo withScratchpad(long bytes) {
    return new NodeInfo(id, name, opType, layer, macs, flops, note, runs, bytes);
  }
}
