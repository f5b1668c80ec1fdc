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
 * @param ops cost of each operation class; every class is present
 */
public record VectorUnit(
    int lanes,
    Map<DType, Double> throughput,
    int latencyCycles,
    int issueCycles,
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
    throughput = Maps.immutable(throughput);
    ops = Maps.immutable(ops);
    for (var c : VectorClass.values()) {
      if (!ops.containsKey(c)) {
        throw new IllegalArgumentException("vector.ops lacks " + c.label());
      }
    }
  }

  /** Whether the unit computes on this type natively. */
  public boolean supports(DType type) {
    return throughput.containsKey(type);
  }

  /** Cost of a class; never null. */
  public OpCost cost(VectorClass c) {
    return ops.get(c);
  }

  /**
   * Elements per cycle of all lanes for one class and type.
   *
   * @throws IllegalArgumentException if the type has no native path
   */
  public double elementsPerCycle(VectorClass c, DType type) {
    var rate = throughput.get(type);
    if (rate == null) {
      throw new IllegalArgumentException("vector unit has no native " + type);
    }
    return lanes * rate / ops.get(c).cyclesPerElement();
  }
}
