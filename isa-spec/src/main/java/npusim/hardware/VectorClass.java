package npusim.hardware;

/** Classes of vector operations that cost alike. */
public enum VectorClass {
  /** Add, subtract, multiply, min, max, compare, select, logic, shift, convert, quantise. */
  SIMPLE("simple"),
  /** Divide, reciprocal, modulo. */
  DIV("div"),
  /** Square root and its reciprocal. */
  SQRT("sqrt"),
  /** Exponential. */
  EXP("exp"),
  /** erf, tanh, sigmoid, log, sin, cos, power and the like. */
  TRANSCENDENTAL("transcendental"),
  /** Sum, max, min, product, arg-max along an axis. */
  REDUCE("reduce"),
  /** On-chip transpose and permutation. */
  PERMUTE("permute"),
  /** Indexed read or write of elements in scratchpad. */
  GATHER("gather"),
  /** Sort and top-k steps. */
  SORT("sort");

  private final String label;

  VectorClass(String label) {
    this.label = label;
  }

  /** The key in YAML. */
  public String label() {
    return label;
  }
}
