package npusim.compiler.decompose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;
import npusim.compiler.ops.InferContext;
import npusim.isa.DType;

/**
 * Emits the nodes that take the place of one node, in the form of the core operators: types are set
 * on the way, shape parameters are constants. Arithmetic follows ONNX's multidirectional
 * broadcasting.
 */
public final class Emit extends Emission {
  /** An expansion of a node of a graph. */
  public Emit(Graph graph, Node origin) {
    super(graph, origin);
  }

  /** Shape of the multidirectional broadcast of shapes. */
  public static long[] broadcast(long[] a, long[] b) {
    long[] out = new long[Math.max(a.length, b.length)];
    for (int i = 1; i <= out.length; i++) {
      long x = i <= a.length ? a[a.length - i] : 1;
      long y = i <= b.length ? b[b.length - i] : 1;
      if (x != y && x != 1 && y != 1) {
        throw new IllegalArgumentException(
            "shapes " + Arrays.toString(a) + " and " + Arrays.toString(b) + " do not broadcast");
      }
      out[out.length - i] = x == 1 ? y : x;
    }
    return out;
  }

  private static TensorType broadcast(DType dtype, Value a, Value b) {
    if (a.type().dims().equals(b.type().dims())) {
      return a.type().withDtype(dtype);
    }
    List<Dim> x = a.type().dims();
    List<Dim> y = b.type().dims();
    if (!a.type().isStatic() || !b.type().isStatic()) {
      // A data-dependent extent keeps its name.
      int n = Math.max(x.size(), y.size());
      List<Dim> out = new ArrayList<>();
      for (int i = n; i >= 1; i--) {
        Dim p = i <= x.size() ? x.get(x.size() - i) : Dim.of(1);
        Dim q = i <= y.size() ? y.get(y.size() - i) : Dim.of(1);
        out.add(p.known() && p.value() == 1 ? q : p);
      }
      return new TensorType(dtype, out);
    }
    return TensorType.of(dtype, broadcast(a.shape(), b.shape()));
  }

  /** Elementwise operator of one input, same type. */
  public Value unary(String op, Value a) {
    return op(op, a.type(), a);
  }

  /** Elementwise operator of two inputs of one type. */
  public Value binary(String op, Value a, Value b) {
    return op(op, broadcast(a.dtype(), a, b), a, b);
  }

  /** Elementwise comparison or logical operator of two inputs. */
  public Value compare(String op, Value a, Value b) {
    return op(op, broadcast(DType.BOOL, a, b), a, b);
  }

  /** a + b. */
  public Value add(Value a, Value b) {
    return binary("Add", a, b);
  }

  /** a + constant. */
  public Value add(Value a, double b) {
    return b == 0 ? a : add(a, scalar(a.dtype(), b));
  }

  /** a - b. */
  public Value sub(Value a, Value b) {
    return binary("Sub", a, b);
  }

  /** a · b. */
  public Value mul(Value a, Value b) {
    return binary("Mul", a, b);
  }

  /** a · constant. */
  public Value mul(Value a, double b) {
    return b == 1 ? a : mul(a, scalar(a.dtype(), b));
  }

  /** a / b. */
  public Value div(Value a, Value b) {
    return binary("Div", a, b);
  }

  /** Larger of a and b. */
  public Value max(Value a, Value b) {
    return binary("Max", a, b);
  }

  /** Smaller of a and b. */
  public Value min(Value a, Value b) {
    return binary("Min", a, b);
  }

  /** -a. */
  public Value neg(Value a) {
    return unary("Neg", a);
  }

  /** e^a. */
  public Value exp(Value a) {
    return unary("Exp", a);
  }

  /** Square root. */
  public Value sqrt(Value a) {
    return unary("Sqrt", a);
  }

  /** a where the condition holds, else b. */
  public Value where(Value condition, Value a, Value b) {
    TensorType ab = broadcast(a.dtype(), a, b);
    return op("Where", broadcast(a.dtype(), condition, new Value("", ab)), condition, a, b);
  }

  /** Value limited to a range; null for no limit. */
  public Value clip(Value a, Double low, Double high) {
    return op(
        "Clip",
        a.type(),
        a,
        low == null ? null : scalar(a.dtype(), low),
        high == null ? null : scalar(a.dtype(), high));
  }

  /** Conversion to another element type; the value itself when it has it. */
  public Value cast(Value a, DType to) {
    if (a.dtype() == to) {
      return a;
    }
    Value v = op("Cast", a.type().withDtype(to), a);
    last().set("to", to.onnxCode());
    return v;
  }

  /** The same elements in another shape. */
  public Value reshape(Value a, long... shape) {
    return a.type().isStatic() && Arrays.equals(a.shape(), shape)
        ? a
        : reshape(a, TensorType.of(a.dtype(), shape));
  }

  /** The same elements in the shape of a type, which may have data-dependent extents. */
  public Value reshape(Value a, TensorType type) {
    if (a.type().dims().equals(type.dims())) {
      return a;
    }
    Value v = op("Reshape", type.withDtype(a.dtype()), a, vector(type.shape()));
    last().set("allowzero", 1);
    return v;
  }

  /**
   * The same elements with extents of 1 inserted so that the rank is {@code rank} and a's dims
   * start at {@code at}.
   */
  public Value alignTo(Value a, int rank, int at) {
    long[] s = new long[rank];
    Arrays.fill(s, 1);
    System.arraycopy(a.shape(), 0, s, at, a.rank());
    return reshape(a, s);
  }

  /** Axes permuted: output axis {@code i} is input axis {@code perm[i]}. */
  public Value transpose(Value a, int... perm) {
    boolean identity = true;
    List<Dim> dims = new ArrayList<>();
    long[] p = new long[perm.length];
    for (int i = 0; i < perm.length; i++) {
      identity &= perm[i] == i;
      dims.add(a.type().dim(perm[i]));
      p[i] = perm[i];
    }
    if (identity) {
      return a;
    }
    Value v = op("Transpose", a.type().withDims(dims), a);
    last().set("perm", p);
    return v;
  }

  /** The last two axes exchanged. */
  public Value transposeLast(Value a) {
    int[] perm = IntStream.range(0, a.rank()).toArray();
    perm[a.rank() - 1] = a.rank() - 2;
    perm[a.rank() - 2] = a.rank() - 1;
    return transpose(a, perm);
  }

  /** Matrix product with batch broadcast, both of rank 2 or more. */
  public Value matmul(Value a, Value b) {
    return op("MatMul", TensorType.of(a.dtype(), matmulShape(a, b)), a, b);
  }

  /**
   * x [*, K] times weights stored in few bits [N, K], with scales and maybe zero points [K / block,
   * N].
   */
  public Value scaledMatmul(Value x, Value q, Value scale, Value zero, long block) {
    long[] shape = x.shape();
    shape[shape.length - 1] = q.dim(0);
    Value y =
        op(CoreOps.DOMAIN, "ScaledMatMul", TensorType.of(x.dtype(), shape), x, q, scale, zero);
    last().set("block", block);
    return y;
  }

  /** Matrix product of 8-bit floating-point numbers with its sums as binary32. */
  public Value matmulWide(Value a, Value b) {
    Value y = op("MatMul", TensorType.of(DType.F32, matmulShape(a, b)), a, b);
    last().set(InferContext.OUTPUT_TYPE, DType.F32.onnxCode());
    return y;
  }

  /** Matrix product of 8-bit integers summed in int32, no zero points. */
  public Value matmulInteger(Value a, Value b) {
    return op("MatMulInteger", TensorType.of(DType.I32, matmulShape(a, b)), a, b);
  }

  private static long[] matmulShape(Value a, Value b) {
    long[] x = a.shape();
    long[] y = b.shape();
    long[] batch = broadcast(Arrays.copyOf(x, x.length - 2), Arrays.copyOf(y, y.length - 2));
    long[] out = Arrays.copyOf(batch, batch.length + 2);
    out[batch.length] = x[x.length - 2];
    out[batch.length + 1] = y[y.length - 1];
    return out;
  }

  /** Reduction ({@code ReduceSum}, …) over axes; over none it is the value itself. */
  public Value reduce(String op, Value a, boolean keep, int... axes) {
    List<Dim> dims = new ArrayList<>();
    boolean[] gone = new boolean[a.rank()];
    for (int x : axes) {
      gone[x < 0 ? x + a.rank() : x] = true;
    }
    for (int i = 0; i < a.rank(); i++) {
      if (!gone[i]) {
        dims.add(a.type().dim(i));
      } else if (keep) {
        dims.add(Dim.of(1));
      }
    }
    long[] sorted = IntStream.range(0, a.rank()).filter(i -> gone[i]).asLongStream().toArray();
    if (sorted.length == 0) {
      return a;
    }
    Value v = op(op, a.type().withDims(dims), a, vector(sorted));
    last().set("keepdims", keep ? 1 : 0);
    return v;
  }

  /** int32 sum of 8-bit integers over axes. */
  public Value sumInteger(Value a, boolean keep, long... axes) {
    List<Dim> dims = new ArrayList<>(a.type().dims());
    boolean[] gone = new boolean[a.rank()];
    for (long x : axes) {
      gone[(int) (x < 0 ? x + a.rank() : x)] = true;
    }
    for (int i = a.rank() - 1; i >= 0; i--) {
      if (gone[i]) {
        dims.remove(i);
        if (keep) {
          dims.add(i, Dim.of(1));
        }
      }
    }
    Value v =
        op(CoreOps.DOMAIN, "ReduceSumInteger", a.type().withDtype(DType.I32).withDims(dims), a);
    last().set("axes", axes).set("keepdims", keep ? 1 : 0);
    return v;
  }

  /**
   * Index (int64) of the largest or smallest element along an axis, the first of equals, axis kept
   * with extent 1.
   */
  public Value argReduce(String op, Value a, int axis) {
    long[] s = a.shape();
    s[axis] = 1;
    Value v = op(op, TensorType.of(DType.I64, s), a);
    last().set("axis", axis).set("keepdims", 1);
    return v;
  }

  /** Elements {@code from … to-1} along an axis. */
  public Value slice(Value a, int axis, long from, long to) {
    return slice(a, axis, from, to, 1);
  }

  /**
   * Elements from, from+step, … before {@code to} along an axis; a negative step ends after {@code
   * to}.
   */
  public Value slice(Value a, int axis, long from, long to, long step) {
    int x = axis < 0 ? axis + a.rank() : axis;
    if (from == 0 && to == a.dim(x) && step == 1) {
      return a;
    }
    long[] s = a.shape();
    s[x] = Math.max(0, step > 0 ? Math.ceilDiv(to - from, step) : Math.ceilDiv(from - to, -step));
    // -1 would count from the end: past the beginning is written as the smallest number.
    long end = step < 0 && to < 0 ? Long.MIN_VALUE + 1 : to;
    return op(
        "Slice",
        TensorType.of(a.dtype(), s),
        a,
        vector(from),
        vector(end),
        vector(x),
        vector(step));
  }

  /** One position of an axis, which disappears. */
  public Value at(Value a, int axis, long index) {
    Value v = slice(a, axis, index, index + 1);
    long[] s = v.shape();
    long[] out = new long[s.length - 1];
    for (int i = 0, j = 0; i < s.length; i++) {
      if (i != axis) {
        out[j++] = s[i];
      }
    }
    return reshape(v, out);
  }

  /** Values side by side along an axis; one value is itself. */
  public Value concat(int axis, List<Value> parts) {
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    Value first = parts.getFirst();
    int x = axis < 0 ? axis + first.rank() : axis;
    long[] s = first.shape();
    s[x] = parts.stream().mapToLong(p -> p.dim(x)).sum();
    Value v = op("Concat", TensorType.of(first.dtype(), s), parts.toArray(Value[]::new));
    last().set("axis", x);
    return v;
  }

  /** Values stacked along a new axis. */
  public Value stack(int axis, List<Value> parts) {
    List<Value> with = new ArrayList<>();
    for (Value p : parts) {
      long[] s = new long[p.rank() + 1];
      for (int i = 0, j = 0; i < s.length; i++) {
        s[i] = i == axis ? 1 : p.dim(j++);
      }
      with.add(reshape(p, s));
    }
    return concat(axis, with);
  }

  /** Elements of an axis picked by int indices of any shape, which takes the axis' place. */
  public Value gather(Value a, Value indices, int axis) {
    int x = axis < 0 ? axis + a.rank() : axis;
    List<Dim> dims = new ArrayList<>(a.type().dims().subList(0, x));
    dims.addAll(indices.type().dims());
    dims.addAll(a.type().dims().subList(x + 1, a.rank()));
    Value v = op("Gather", a.type().withDims(dims), a, indices);
    last().set("axis", x);
    return v;
  }

  /** out[i…] = a[…, indices[i…], …] along an axis, shapes of indices. */
  public Value gatherElements(Value a, Value indices, int axis) {
    Value v = op("GatherElements", indices.type().withDtype(a.dtype()), a, indices);
    last().set("axis", axis);
    return v;
  }

  /** Slices picked by index tuples in the last axis of {@code indices}. */
  public Value gatherNd(Value a, Value indices, int batchDims) {
    int k = Math.toIntExact(indices.dim(-1));
    List<Dim> dims = new ArrayList<>(indices.type().dims().subList(0, indices.rank() - 1));
    dims.addAll(a.type().dims().subList(batchDims + k, a.rank()));
    Value v = op("GatherND", a.type().withDims(dims), a, indices);
    last().set("batch_dims", batchDims);
    return v;
  }

  /** Repetition along axes of extent 1 until the shape is reached. */
  public Value expand(Value a, long... shape) {
    return Arrays.equals(a.shape(), shape)
        ? a
        : op("Expand", TensorType.of(a.dtype(), broadcast(a.shape(), shape)), a, vector(shape));
  }

  /**
   * Constant elements around: {@code before[i]} and {@code after[i]} of them along axis i, none
   * negative.
   */
  public Value pad(Value a, long[] before, long[] after, Value fill) {
    long[] s = a.shape();
    boolean none = true;
    for (int i = 0; i < s.length; i++) {
      s[i] += before[i] + after[i];
      none &= before[i] == 0 && after[i] == 0;
    }
    if (none) {
      return a;
    }
    long[] pads = Arrays.copyOf(before, 2 * before.length);
    System.arraycopy(after, 0, pads, before.length, after.length);
    return op("Pad", TensorType.of(a.dtype(), s), a, vector(pads), fill);
  }

  /** Softmax along an axis. */
  public Value softmax(Value a, int axis) {
    Value v = unary("Softmax", a);
    last().set("axis", axis < 0 ? axis + a.rank() : axis);
    return v;
  }

  /** True where a is positive or negative infinity. */
  public Value isInf(Value a) {
    return op("IsInf", a.type().withDtype(DType.BOOL), a);
  }

  /** A convolution over the spatial axes, stride 1 unless attributes are set on {@link #last}. */
  public Value conv(
      Value x, Value w, Value bias, long groups, long[] strides, long[] dilations, long[] pads) {
    int r = x.rank() - 2;
    long[] s = x.shape();
    s[1] = w.dim(0);
    long[] kernel = new long[r];
    for (int i = 0; i < r; i++) {
      kernel[i] = w.dim(i + 2);
      long extent = (kernel[i] - 1) * dilations[i] + 1;
      s[i + 2] = (s[i + 2] + pads[i] + pads[i + r] - extent) / strides[i] + 1;
    }
    boolean integer = x.dtype().isInteger();
    boolean byteFloat = x.dtype().isFloat() && x.dtype().bits() == 8;
    Value v =
        op(
            integer ? "ConvInteger" : "Conv",
            TensorType.of(integer ? DType.I32 : byteFloat ? DType.F32 : x.dtype(), s),
            integer ? new Value[] {x, w} : new Value[] {x, w, bias});
    if (byteFloat) {
      last().set(InferContext.OUTPUT_TYPE, DType.F32.onnxCode());
    }
    last()
        .set("kernel_shape", kernel)
        .set("strides", strides)
        .set("dilations", dilations)
        .set("pads", pads)
        .set("group", groups);
    return v;
  }
}
