package npusim.compiler.eval;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.ops.EvalContext;
import npusim.compiler.ops.InferContext;
import npusim.compiler.ops.Operator;
import npusim.compiler.ops.Operators;
import npusim.diag.NpusimException;

/** Computes operators on constants by their exact ONNX meaning. */
public final class Evaluator {
  /** Multiply-accumulates of a constant matrix product that folding still does. */
  private static final long MAX_PRODUCT_WORK = 1L << 27;

  /**
   * Operators through which a constant without values stays one: its shape is all there is to
   * compute.
   */
  private static final Set<String> SHAPE_ONLY =
      Set.of(
          "Reshape",
          "Transpose",
          "Squeeze",
          "Unsqueeze",
          "Flatten",
          "Identity",
          "Cast",
          "Slice",
          "Concat",
          "Split",
          "Expand",
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Sqrt",
          "Reciprocal",
          "ReduceSum");

  private Evaluator() {}

  /** True when the operator can be computed here. */
  public static boolean supports(Node n) {
    Operator op = Operators.find(n);
    return op != null
        && (op.evalRule() != null || n.is("Shape") || n.is("Size") || n.is("EyeLike"));
  }

  /**
   * Computes a node.
   *
   * @param inputs one per input slot, null where absent
   * @return one per output; entries at the end may be missing when not wanted
   * @throws NpusimException when the operator isn't known, can't be computed here or the inputs
   *     don't fit
   */
  public static Tensor[] evaluate(Node n, Tensor... inputs) {
    Operator op = Operators.require(n);
    TensorType[] types = new TensorType[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      types[i] = inputs[i] == null ? null : inputs[i].type();
    }
    InferContext c = new InferContext(n, types, inputs);
    op.inferRule().infer(c);
    Tensor fromTypes = op.evaluateTypes(c);
    if (fromTypes != null) {
      return new Tensor[] {fromTypes};
    }
    if (op.evalRule() == null) {
      throw c.refuse("can't be computed on the host");
    }
    return compute(n, op, inputs, c.results());
  }

  /** Computes a graph; every value by name. Nested graphs are not entered. */
  public static Map<String, Tensor> run(Graph g, Map<String, Tensor> inputs) {
    Map<String, Tensor> env = new LinkedHashMap<>(g.initializers());
    env.putAll(inputs);
    for (Node n : g.nodes()) {
      Tensor[] args = new Tensor[n.inputs().size()];
      for (int i = 0; i < args.length; i++) {
        args[i] = n.hasInput(i) ? env.get(n.input(i)) : null;
      }
      Tensor[] out = evaluate(n, args);
      for (int i = 0; i < out.length && i < n.outputs().size(); i++) {
        if (n.hasOutput(i)) {
          env.put(n.output(i), out[i]);
        }
      }
    }
    return env;
  }

  /**
   * Computes a node for constant folding.
   *
   * @param inputs constants, maybe without values; null where absent or not constant
   * @param types inferred output types
   * @param limit largest output, in elements, computed at once. A larger one is computed at first
   *     use when it is no larger than the inputs, and not at all otherwise.
   * @return null when the node stays
   */
  public static Tensor[] fold(
      Node n, Operator op, Tensor[] inputs, TensorType[] types, long limit) {
    if (op.folding() != Operator.Folding.ALWAYS) {
      return null;
    }
    boolean values = true;
    long inputBytes = 0;
    for (int i = 0; i < inputs.length; i++) {
      if (n.hasInput(i)) {
        if (inputs[i] == null) {
          return null;
        }
        values &= inputs[i].hasData();
        inputBytes += inputs[i].byteSize();
      }
    }
    long largest = 0;
    long bytes = 0;
    for (TensorType t : types) {
      if (t == null || !t.isBounded()) {
        continue;
      }
      largest = Math.max(largest, t.elements());
      bytes += t.bytes();
    }
    if (!values) {
      return SHAPE_ONLY.contains(n.opType()) && n.domain().isEmpty() ? absent(types) : null;
    }
    boolean reinterprets =
        n.is("ConstantOfShape")
            || n.is("Constant")
            || n.is("Reshape")
            || n.is("Squeeze")
            || n.is("Unsqueeze")
            || n.is("Flatten")
            || n.is("Identity");
    if (largest <= limit || reinterprets) {
      return tooMuchWork(n, inputs, largest) ? null : compute(n, op, inputs, types);
    }
    if (bytes <= inputBytes
        && types.length == 1
        && types[0].isStatic()
        && !tooMuchWork(n, inputs, largest)) {
      Tensor late =
          Tensor.lazy(
              types[0].dtype(), types[0].shape(), () -> compute(n, op, inputs, types)[0].data());
      return new Tensor[] {late};
    }
    return null;
  }

  private static boolean tooMuchWork(Node n, Tensor[] inputs, long outputElements) {
    boolean product = n.is("MatMul") || n.is("Gemm");
    return product && outputElements * inputs[0].dim(-1) > MAX_PRODUCT_WORK;
  }

  private static Tensor[] absent(TensorType[] types) {
    Tensor[] out = new Tensor[types.length];
    for (int i = 0; i < types.length; i++) {
      out[i] = types[i] == null ? null : Tensor.absent(types[i].dtype(), types[i].shape());
    }
    return out;
  }

  private static Tensor[] compute(Node n, Operator op, Tensor[] inputs, TensorType[] types) {
    EvalContext c = new EvalContext(n, inputs, types);
    try {
      return op.evalRule().eval(c);
    } catch (IndexOutOfBoundsException e) {
      throw c.fail(e.getMessage());
    }
  }
}
