package npusim.compiler.decompose;

import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/**
 * A value while nodes are being emitted: its name and its type, whose shape is known (a
 * data-dependent extent by its upper bound).
 *
 * @param name value name in the graph
 * @param type element type and shape
 */
public record Value(String name, TensorType type) {
  /** Element type. */
  public DType dtype() {
    return type.dtype();
  }

  /** Extents, outermost first. */
  public long[] shape() {
    return type.shape();
  }

  /** Number of dimensions. */
  public int rank() {
    return type.rank();
  }

  /** Extent of an axis, negative counted from the end. */
  public long dim(int axis) {
    return type.dim(axis).max();
  }

  /** Number of elements. */
  public long elements() {
    return type.elements();
  }
}
