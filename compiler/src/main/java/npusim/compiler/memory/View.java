package npusim.compiler.memory;

import java.util.Arrays;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Loc;
import npusim.isa.DType;

/**
 * A tensor as a strided walk over a {@link Storage}. Reshape, Transpose, Slice, Expand and the like
 * only change the view.
 *
 * @param offset element of the storage at the origin
 * @param dims extents
 * @param strides elements of the storage per step, 0 for a broadcast dimension
 */
public record View(Storage storage, long offset, long[] dims, long[] strides) {

  /** The whole storage, row-major, in a shape of as many elements. */
  public static View of(Storage s, long... dims) {
    return new View(s, 0, dims.clone(), rowMajor(dims));
  }

  /** Row-major strides. */
  public static long[] rowMajor(long... dims) {
    long[] s = new long[dims.length];
    long n = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      s[i] = n;
      n *= Math.max(1, dims[i]);
    }
    return s;
  }

  /** Element type. */
  public DType type() {
    return storage.type();
  }

  /** Number of dimensions. */
  public int rank() {
    return dims.length;
  }

  /** Number of elements. */
  public long size() {
    return Arrays.stream(dims).reduce(1, Math::multiplyExact);
  }

  /** True when the elements lie one after the other in row-major order. */
  public boolean contiguous() {
    long n = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      if (dims[i] != 1 && strides[i] != n) {
        return false;
      }
      n *= dims[i];
    }
    return true;
  }

  /** True when it is the whole storage in order. */
  public boolean whole() {
    return offset == 0 && contiguous() && storage.type().bytesFor(size()) == storage.bytes();
  }

  /**
   * The dimension to divide among cores so that each has an equal share of the storage's outermost
   * dimension, whole; -1 when there is none.
   */
  public int outermost() {
    long n = storage.outer();
    long elements = 1;
    for (long d : storage.dims()) {
      elements *= d;
    }
    if (n <= 1 || elements == 0) {
      return -1;
    }
    int found = -1;
    long inside = offset;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] > 1 && strides[i] * dims[i] == elements) {
        found = i;
      } else if (strides[i] != 0) {
        inside += Math.abs(strides[i]) * (dims[i] - 1);
      }
    }
    // Whatever else varies stays within one of its steps.
    boolean whole = found >= 0 && elements / n % strides[found] == 0 && inside < strides[found];
    return whole ? found : -1;
  }

  /** The operand. */
  public Loc loc() {
    Aff start = storage.start().plus(Loc.bytes(Aff.of(offset), type()));
    return new Loc(storage.area(), start, strides, type());
  }

  /** The same with the margins around its places; null when it has none or isn't of all places. */
  public View withMargins() {
    return storage.margins() == null ? null : storage.margins().with(this);
  }

  /** Dimensions in another order. */
  public View transpose(int... perm) {
    long[] d = new long[perm.length];
    long[] s = new long[perm.length];
    for (int i = 0; i < perm.length; i++) {
      d[i] = dims[perm[i]];
      s[i] = strides[perm[i]];
    }
    return new View(storage, offset, d, s);
  }

  /** Every {@code step}-th of {@code count} elements from {@code start} on along a dimension. */
  public View slice(int axis, long start, long count, long step) {
    long[] d = dims.clone();
    long[] s = strides.clone();
    d[axis] = count;
    s[axis] *= step;
    return new View(storage, offset + start * strides[axis], d, s);
  }

  /**
   * Broadcast to a shape as ONNX does (aligned at the last dimension).
   *
   * @throws IllegalArgumentException when the shapes don't fit
   */
  public View broadcast(long... shape) {
    long[] s = new long[shape.length];
    int shift = shape.length - dims.length;
    if (shift < 0) {
      throw new IllegalArgumentException(
          Arrays.toString(dims) + " does not broadcast to " + Arrays.toString(shape));
    }
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == shape[shift + i]) {
        s[shift + i] = dims[i] == 1 ? 0 : strides[i];
      } else if (dims[i] != 1) {
        throw new IllegalArgumentException(
            Arrays.toString(dims) + " does not broadcast to " + Arrays.toString(shape));
      }
    }
    return new View(storage, offset, shape.clone(), s);
  }

  /** A dimension of extent 1 inserted before {@code axis}. */
  public View unsqueeze(int axis) {
    long[] d = new long[dims.length + 1];
    long[] s = new long[d.length];
    for (int i = 0, j = 0; i < d.length; i++) {
      if (i == axis) {
        d[i] = 1;
      } else {
        d[i] = dims[j];
        s[i] = strides[j++];
      }
    }
    return new View(storage, offset, d, s);
  }

  /** The same elements in another shape, or null when that isn't a strided walk. */
  public View reshape(long... shape) {
    if (size() == 0 || contiguous()) {
      return new View(storage, offset, shape.clone(), rowMajor(shape));
    }
    // Match groups of old and new dimensions with equal products.
    long[] s = new long[shape.length];
    int i = 0;
    int j = 0;
    while (i < dims.length || j < shape.length) {
      int i0 = i;
      int j0 = j;
      long a = i < dims.length ? dims[i++] : 1;
      long b = j < shape.length ? shape[j++] : 1;
      while (a != b) {
        if (a < b) {
          a *= dims[i++];
        } else {
          b *= shape[j++];
        }
      }
      // Of the innermost axis that has an extent; negative for elements taken back to front.
      boolean found = false;
      long stride = 0;
      long n = 1;
      for (int k = i - 1; k >= i0; k--) {
        if (dims[k] == 1) {
          continue;
        }
        if (!found) {
          found = true;
          stride = strides[k];
        } else if (strides[k] != stride * n) {
          return null;
        }
        n *= dims[k];
      }
      n = 1;
      for (int k = j - 1; k >= j0; k--) {
        s[k] = stride * n;
        n *= shape[k];
      }
    }
    return new View(storage, offset, shape.clone(), s);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof View v
        && v.storage == storage
        && v.offset == offset
        && Arrays.equals(v.dims, dims)
        && Arrays.equals(v.strides, strides);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(dims) + Long.hashCode(offset);
  }

  @Override
  public String toString() {
    return storage + "+" + offset + Arrays.toString(dims) + "/" + Arrays.toString(strides);
  }
}
