package npusim.compiler.ops;

import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;

/**
 * Context of a host evaluation: every given input has its value, every output its inferred type.
 */
public final class EvalContext extends OpContext {
  private final Tensor[] values;
  private final TensorType[] outputTypes;

  /**
   * A context of one node.
   *
   * @param values inputs, null where absent
   * @param outputTypes inferred types, fully known but for data-dependent extents
   */
  public EvalContext(Node node, Tensor[] values, TensorType[] outputTypes) {
    super(node);
    this.values = values;
    this.outputTypes = outputTypes;
  }

  @Override
  public TensorType type(int i) {
    return require(i).type();
  }

  @Override
  public Tensor value(int i) {
    return i < values.length ? values[i] : null;
  }

  @Override
  public Tensor require(int i) {
    Tensor t = value(i);
    if (t == null) {
      throw fail("input " + i + " is missing");
    }
    return t;
  }

  /** Value of input {@code i}. */
  public Tensor in(int i) {
    return require(i);
  }

  /** Inferred type of output {@code i}. */
  public TensorType outputType(int i) {
    return outputTypes[i];
  }

  /** Inferred shape of output {@code i}. */
  public long[] outputShape(int i) {
    return outputTypes[i].shape();
  }

  /** Zero tensor of the type and shape of output {@code i}. */
  public Tensor newOutput(int i) {
    return Tensor.zeros(outputTypes[i].dtype(), outputTypes[i].shape());
  }
}
