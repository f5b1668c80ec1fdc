package npusim.compiler.host;

import java.util.List;
import npusim.compiler.ir.Tensor;

/** Data movement kernels: bits are moved, never changed. */
public final class Movement {
  private Movement() {}

  /** Strided read: {@code out[index] = x[start + Σ index·stride]}. */
  public static Tensor strided(Tensor x, long[] shape, long start, long[] strides) {
    Tensor out = Tensor.zeros(x.dtype(), shape);
    Strides.walk(
        shape,
        new long[] {start},
        new long[][] {strides},
        (i, at) -> out.setBits(i, x.bits(at[0])));
    return out;
  }

  /** Transpose: output dimension {@code i} is input dimension {@code perm[i]}. */
  public static Tensor transpose(Tensor x, int[] perm) {
    long[] dims = x.dims();
    long[] own = Strides.of(dims);
    long[] shape = new long[perm.length];
    long[] strides = new long[perm.length];
    for (int i = 0; i < perm.length; i++) {
      shape[i] = dims[perm[i]];
      strides[i] = own[perm[i]];
    }
    return strided(x, shape, 0, strides);
  }

  /** Broadcast to a larger shape. */
  public static Tensor expand(Tensor x, long[] shape) {
    return strided(x, shape, 0, Strides.broadcast(x.dims(), shape));
  }

  /** Part of a tensor: first index and step per dimension. */
  public static Tensor slice(Tensor x, long[] starts, long[] steps, long[] shape) {
    long[] own = Strides.of(x.dims());
    long at = 0;
    long[] strides = new long[shape.length];
    for (int i = 0; i < shape.length; i++) {
      at += starts[i] * own[i];
      strides[i] = own[i] * steps[i];
    }
    return strided(x, shape, at, strides);
  }

  /** Joins tensors along an axis. */
  public static Tensor concat(List<Tensor> parts, int axis, long[] shape) {
    Tensor out = Tensor.zeros(parts.getFirst().dtype(), shape);
    long outer = Strides.product(shape, 0, axis);
    long rowOut = Strides.product(shape, axis, shape.length);
    long offset = 0;
    for (Tensor p : parts) {
      long row = Strides.product(p.dims(), axis, shape.length);
      for (long o = 0; o < outer; o++) {
        for (long k = 0; k < row; k++) {
          out.setBits(o * rowOut + offset + k, p.bits(o * row + k));
        }
      }
      offset += row;
    }
    return out;
  }

  /** Repeats a tensor along every dimension. */
  public static Tensor tile(Tensor x, long[] shape) {
    long[] dims = x.dims();
    long[] own = Strides.of(dims);
    Tensor out = Tensor.zeros(x.dtype(), shape);
    long[] os = Strides.of(shape);
    for (long i = 0; i < out.size(); i++) {
      long at = 0;
      for (int k = 0; k < dims.length; k++) {
        at += (i / os[k]) % shape[k] % dims[k] * own[k];
      }
      out.setBits(i, x.bits(at));
    }
    return out;
  }

  /** ONNX's Gather: rows of an axis by index, negative ones counted from the end. */
  public static Tensor gather(Tensor x, Tensor indices, int axis, long[] shape) {
    Tensor out = Tensor.zeros(x.dtype(), shape);
    long n = x.dim(axis);
    long inner = Strides.product(x.dims(), axis + 1, x.rank());
    long outer = Strides.product(x.dims(), 0, axis);
    long at = 0;
    for (long o = 0; o < outer; o++) {
      for (long j = 0; j < indices.size(); j++) {
        long row = wrap(indices.longAt(j), n);
        for (long k = 0; k < inner; k++) {
          out.setBits(at++, x.bits((o * n + row) * inner + k));
        }
      }
    }
    return out;
  }

  /** Index made non-negative. */
  public static long wrap(long index, long n) {
    long i = index < 0 ? index + n : index;
    if (i < 0 || i >= n) {
      throw new IndexOutOfBoundsException(
          "index " + index + " is out of range for " + n + " elements");
    }
    return i;
  }

  /** How Pad fills what is outside. */
  public enum PadMode {
    CONSTANT,
    EDGE,
    REFLECT,
    WRAP
  }

  /**
   * ONNX's Pad (negative pads crop).
   *
   * @param before elements added in front of each dimension
   * @param fill bits of the constant
   */
  public static Tensor pad(Tensor x, long[] before, long[] shape, PadMode mode, long fill) {
    long[] dims = x.dims();
    long[] own = Strides.of(dims);
    long[] os = Strides.of(shape);
    Tensor out = Tensor.zeros(x.dtype(), shape);
    for (long i = 0; i < out.size(); i++) {
      long at = 0;
      boolean outside = false;
      for (int k = 0; k < dims.length; k++) {
        long p = (i / os[k]) % shape[k] - before[k];
        if (p < 0 || p >= dims[k]) {
          outside |= mode == PadMode.CONSTANT;
          p = outside ? 0 : source(p, dims[k], mode);
        }
        at += p * own[k];
      }
      out.setBits(i, outside ? fill : x.bits(at));
    }
    return out;
  }

  private static long source(long p, long n, PadMode mode) {
    return switch (mode) {
      case EDGE, CONSTANT -> Math.clamp(p, 0, n - 1);
      case WRAP -> Math.floorMod(p, n);
      case REFLECT -> {
        if (n == 1) {
          yield 0;
        }
        long m = Math.floorMod(p, 2 * n - 2);
        yield m < n ? m : 2 * n - 2 - m;
      }
    };
  }

  /** Keeps the lower or upper triangle of the last two dimensions. */
  public static Tensor trilu(Tensor x, long k, boolean upper) {
    Tensor out = Tensor.zeros(x.dtype(), x.dims());
    long cols = x.dim(-1);
    long rows = x.dim(-2);
    for (long i = 0; i < x.size(); i++) {
      long c = i % cols;
      long r = i / cols % rows;
      if (upper ? c - r >= k : c - r <= k) {
        out.setBits(i, x.bits(i));
      }
    }
    return out;
  }

  /** Moves blocks of depth into space; {@code crd} selects ONNX's column-row-depth order. */
  public static Tensor depthToSpace(Tensor x, int b, boolean crd) {
    long[] d = x.dims();
    long c = d[1] / ((long) b * b);
    Tensor six =
        x.reshaped(
            crd ? new long[] {d[0], c, b, b, d[2], d[3]} : new long[] {d[0], b, b, c, d[2], d[3]});
    int[] perm = crd ? new int[] {0, 1, 4, 2, 5, 3} : new int[] {0, 3, 4, 1, 5, 2};
    return transpose(six, perm).reshaped(d[0], c, d[2] * b, d[3] * b);
  }

  /** Moves blocks of space into depth. */
  public static Tensor spaceToDepth(Tensor x, int b, boolean crd) {
    long[] d = x.dims();
    Tensor six = x.reshaped(d[0], d[1], d[2] / b, b, d[3] / b, b);
    int[] perm = crd ? new int[] {0, 1, 3, 5, 2, 4} : new int[] {0, 3, 5, 1, 2, 4};
    return transpose(six, perm).reshaped(d[0], d[1] * b * b, d[2] / b, d[3] / b);
  }
}
