package npusim.hardware;

import java.util.Map;
import npusim.isa.DType;

/**
 * Vector unit of one core.
 *
 * @param lanes elements processed side by side
 * @param throughput elements per lane per cycle for a {@link VectorClass#SIMPLE} operation, per
 *     natively supported type
 * @param latencyCycles pipeline depth every instruction pays once
 * @param issueCycles cycles one instruction occupies the unit beyond its elements
 * @param rowsOnChip whether a softmax or a normalisation keeps its rows in the scratchpad; if not,
 *     every reduction and every use of its result is a kernel of its own over memory, as compilers
 *     make that fuse elementwise loops only
 * @param remakesValues whether those kernels make elementwise values again instead of storing them
 * @param rowTreeCycles lane cycles that a row reduced across the lanes takes beyond its elements:
 *     its partial results meet in a tree of steps across the lanes
 * @param chain instructions in a row that one pass over the elements computes when each hands its
 *     result on; 1 when every result is stored
 * @param ops cost of each operation class; every class is present
 */
public record VectorUnit(
    int lanes,
    Map<DType, Double> throughput,
    int latencyCycles,
    int issueCycles,
    boolean rowsOnChip,
    boolean remakesValues,
    double rowTreeCycles,
    int chain,
    Map<VectorClass, OpCost> ops) {

  /**
   * Cost of one class of operations.
   *
   * @param cyclesPerElement lane cycles per element, relative to a simple operation's 1; divided by
   *     the type's throughput
   * @param latencyCycles cycles added to the pipeline depth (the tree of a reduction, iterations of
   *     a divide)
   */
  public record OpCost(double cyclesPerElement, int latencyCycles) {
    public OpCost {
      Checks.positive(cyclesPerElement, "vector.ops.cycles");
      Checks.notNegative(latencyCycles, "vector.ops.latency_cycles");
    }
  }

  public VectorUnit {
    Checks.positive(lanes, "vector.lanes");
    Checks.notNegative(latencyCycles, "vector.latency_cycles");
    Checks.notNegative(issueCycles, "vector.issue_cycles");
    Checks.notNegative(rowTreeCycles, "vector.row_tree_cycles");
    Checks.positive(chain, "vector.chain");
    throughput = Maps.immutable(throughput);
    ops = Maps.immutable(ops);
    if (!throughput.containsKey(DType.F32) || !throughput.containsKey(DType.I32)) {
      throw new IllegalArgumentException("vector.throughput lacks f32 or i32");
    }
    for (var c : VectorClass.values()) {
      if (!ops.containsKey(c)) {
        throw new IllegalArgumentException("vector.ops lacks " + c.label());
      }
    }
  }

  /** Whether the description gives this type a rate of its own. */
  public boolean supports(DType type) {
    return throughput.containsKey(type);
  }

  /** Cost of a class; never null. */
  public OpCost cost(VectorClass c) {
    return ops.get(c);
  }

  /**
   * Elements per lane per cycle of a simple operation. A type without a rate of its own runs at
   * that of f32 or i32, in proportion when it is wider than 32 bits.
   */
  public double lanesPerCycle(DType type) {
    var rate = throughput.get(type);
    if (rate != null) {
      return rate;
    }
    double base = throughput.get(type.isFloat() ? DType.F32 : DType.I32);
    return type.bits() > 32 ? base * 32 / type.bits() : base;
  }
}
