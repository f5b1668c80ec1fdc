package npusim.program;

/**
 * What a graph node contributed, for reports.
 *
 * @param id number that {@link CoreCode#nodeOf} refers to
 * @param name node name in the graph
 * @param opType operator, such as {@code MatMul}
 * @param layer layer path, such as {@code layers.3/attention}
 * @param macs multiply-accumulates of one execution
 * @param flops floating-point or integer operations of one execution, multiply-accumulates counted
 *     twice
 * @param note how it was treated when not by instructions of its own: {@code alias}, {@code
 *     folded}, or empty
 */
public record NodeInfo(
    int id, String name, String opType, String layer, long macs, long flops, String note) {}
