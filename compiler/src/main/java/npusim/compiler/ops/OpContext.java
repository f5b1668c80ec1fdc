package npusim.compiler.ops;

import java.util.Arrays;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.diag.Diagnostic;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import npusim.isa.DType;

/** What rules of an operator see of a node: attributes, input types and constant inputs. */
public abstract class OpContext {
  private final Node node;

  OpContext(Node node) {
    this.node = node;
  }

  /** The node. */
  public final Node node() {
    return node;
  }

  /** Version of the node's operator set. */
  public final int opset() {
    return node.opset();
  }

  /** Number of input slots, absent ones included. */
  public final int inputs() {
    return node.inputs().size();
  }

  /** Number of output slots. */
  public final int outputs() {
    return node.outputs().size();
  }

  /** True when input {@code i} is given. */
  public final boolean has(int i) {
    return node.hasInput(i);
  }

  /** Element type and shape of input {@code i}. */
  public abstract TensorType type(int i);

  /** Constant value of input {@code i}, or null when it is not known. */
  public abstract Tensor value(int i);

  /** Value of input {@code i}, which the rule can't do without. */
  public abstract Tensor require(int i);

  /** Element type of input {@code i}. */
  public final DType dtype(int i) {
    return type(i).dtype();
  }

  /** Rank of input {@code i}. */
  public final int rank(int i) {
    return type(i).rank();
  }

  /** Integers of input {@code i}, which the rule can't do without. */
  public final long[] longs(int i) {
    return require(i).toLongs();
  }

  /** The only element of input {@code i}, or the fallback when absent. */
  public final long longOr(int i, long fallback) {
    return has(i) ? require(i).longAt(0) : fallback;
  }

  /** Integer attribute. */
  public final long attr(String key, long fallback) {
    return node.intAttr(key, fallback);
  }

  /** String attribute. */
  public final String attr(String key, String fallback) {
    return node.stringAttr(key, fallback);
  }

  /** Float attribute. */
  public final float attr(String key, float fallback) {
    return node.floatAttr(key, fallback);
  }

  /** Integers attribute or the fallback, which may be null. */
  public final long[] attrs(String key, long... fallback) {
    return node.intsAttr(key, fallback);
  }

  /** Axis made non-negative and checked against a rank. */
  public final int axis(long axis, int rank) {
    if (axis < -rank || axis >= rank) {
      throw fail(
          "axis "
              + axis
              + " is out of range for rank "
              + rank
              + ", expected "
              + -rank
              + " to "
              + (rank - 1));
    }
    return (int) (axis < 0 ? axis + rank : axis);
  }

  /** Axes made non-negative, checked and sorted. */
  public final int[] axes(long[] axes, int rank) {
    int[] out = Arrays.stream(axes).mapToInt(a -> axis(a, rank)).sorted().toArray();
    for (int i = 1; i < out.length; i++) {
      if (out[i] == out[i - 1]) {
        throw fail("axis " + out[i] + " is named twice");
      }
    }
    return out;
  }

  /** An error of the model at this node: exit code 2. */
  public final NpusimException fail(String message) {
    return new NpusimException(
        ExitCode.USAGE,
        java.util.List.of(
            Diagnostic.error("onnx-node", "node " + node.describe() + ": " + message)));
  }

  /** A refusal at this node: exit code 3. */
  public final NpusimException refuse(String message) {
    return NpusimException.infeasible(
        "onnx-unsupported",
        "node "
            + node.describe()
            + ", domain '"
            + (node.domain().isEmpty() ? "ai.onnx" : node.domain())
            + "', opset "
            + node.opset()
            + ": "
            + message,
        "");
  }
}
