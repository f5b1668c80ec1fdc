package npusim.compiler.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import npusim.isa.DType;

/**
 * Element type and shape of a tensor.
 *
 * @param dtype element type
 * @param dims dimensions, outermost first; null when even the rank is unknown
 */
public record TensorType(DType dtype, List<Dim> dims) implements ValueType {
  /** Copies the dimensions. */
  public TensorType {
    Objects.requireNonNull(dtype);
    dims = dims == null ? null : List.copyOf(dims);
  }

  /** Type with a fully known shape; -1 stands for an unknown extent. */
  public static TensorType of(DType dtype, long... shape) {
    List<Dim> dims = new ArrayList<>(shape.length);
    for (long d : shape) {
      dims.add(Dim.of(d));
    }
    return new TensorType(dtype, dims);
  }

  /** Type with an unknown rank. */
  public static TensorType unranked(DType dtype) {
    return new TensorType(dtype, null);
  }

  /** True when the rank is known. */
  public boolean ranked() {
    return dims != null;
  }

  /**
   * Number of dimensions.
   *
   * @throws IllegalStateException when unknown
   */
  public int rank() {
    if (dims == null) {
      throw new IllegalStateException("rank unknown");
    }
    return dims.size();
  }

  /** Dimension {@code axis}, negative counted from the end. */
  public Dim dim(int axis) {
    return dims.get(axis < 0 ? axis + rank() : axis);
  }

  /** True when every extent is a known number. */
  public boolean isStatic() {
    if (dims == null) {
      return false;
    }
    for (Dim d : dims) {
      if (!d.known()) {
        return false;
      }
    }
    return true;
  }

  /** True when every extent is known or has an upper bound. */
  public boolean isBounded() {
    if (dims == null) {
      return false;
    }
    for (Dim d : dims) {
      if (d.max() < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * The extents; a data-dependent one is given by its upper bound.
   *
   * @throws IllegalStateException when one is unknown
   */
  public long[] shape() {
    if (!isBounded()) {
      throw new IllegalStateException("shape unknown: " + this);
    }
    long[] shape = new long[dims.size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = dims.get(i).max();
    }
    return shape;
  }

  /**
   * Number of elements (at most, with data-dependent extents).
   *
   * @throws IllegalStateException when an extent is unknown
   */
  public long elements() {
    return count(shape());
  }

  /** Bytes of the packed contiguous tensor; see {@link DType#bytesFor}. */
  public long bytes() {
    return dtype.bytesFor(elements());
  }

  /** The same shape with another element type. */
  public TensorType withDtype(DType other) {
    return new TensorType(other, dims);
  }

  /** The same element type with other dimensions (null: rank unknown). */
  public TensorType withDims(List<Dim> other) {
    return new TensorType(dtype, other);
  }

  /** Product of extents, overflow refused. */
  public static long count(long... shape) {
    long n = 1;
    for (long d : shape) {
      n = Math.multiplyExact(n, d);
    }
    return n;
  }

  /**
   * ONNX's textual syntax: {@code float[N, 3]}, {@code float[]} for unknown rank, {@code float} for
   * a scalar.
   */
  @Override
  public String toString() {
    if (dims == null) {
      return dtype.onnxName() + "[]";
    }
    if (dims.isEmpty()) {
      return dtype.onnxName();
    }
    StringBuilder s = new StringBuilder(dtype.onnxName()).append('[');
    for (int i = 0; i < dims.size(); i++) {
      s.append(i == 0 ? "" : ", ").append(dims.get(i));
    }
    return s.append(']').toString();
  }
}
