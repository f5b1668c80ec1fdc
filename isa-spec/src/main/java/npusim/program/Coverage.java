package npusim.program;

/**
 * What became of the graph's nodes. Mapped, folded, alias and fused nodes sum to the graph's.
 *
 * @param graphNodes nodes of the model as read
 * @param mapped nodes with instructions of their own, fused ones included
 * @param folded nodes computed at compile time
 * @param alias nodes that only rename memory
 * @param macs multiply-accumulates of the graph in one run
 * @param weightBytes bytes of weights in DRAM
 */
public record Coverage(
    int graphNodes, int mapped, int folded, int alias, long macs, long weightBytes) {
  /** No graph behind the program, such as hand-written assembly. */
  public static final Coverage NONE = new Coverage(0, 0, 0, 0, 0, 0);
}
