package npusim.program;

/**
 * What became of the nodes of the model as read. Mapped, fused, folded and alias nodes sum to them.
 *
 * @param graphNodes nodes of the model as read
 * @param mapped nodes with instructions of their own
 * @param fused nodes done by the instructions of another one
 * @param folded nodes computed at compile time or of no effect
 * @param alias nodes that only rename memory
 * @param operations operations with instructions that the nodes became, fused ones included, each
 *     run of a repeated layer counted
 * @param macs multiply-accumulates of the graph in one run
 * @param weightBytes bytes of weights in DRAM
 */
public record Coverage(
    int graphNodes,
    int mapped,
    int fused,
    int folded,
    int alias,
    int operations,
    long macs,
    long weightBytes) {
  /** No graph behind the program, such as hand-written assembly. */
  public static final Coverage NONE = new Coverage(0, 0, 0, 0, 0, 0, 0, 0);
}
