package npusim.compiler.ops;

import npusim.compiler.ir.Tensor;

/** Host evaluation of an operator on constants, by the exact meaning of ONNX. */
@FunctionalInterface
public interface EvalRule {
  /**
   * The value of every output, in order; entries of outputs that aren't wanted may be left out at
   * the end.
   */
  Tensor[] eval(EvalContext c);

  /** Rule of an operator with one output. */
  static EvalRule one(java.util.function.Function<EvalContext, Tensor> f) {
    return c -> new Tensor[] {f.apply(c)};
  }
}
