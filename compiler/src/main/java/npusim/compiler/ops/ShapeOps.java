package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/** Constants, shapes as values, and views: operators that move no data. */
final class ShapeOps {
  /** A larger constant of one repeated value is made only when its bytes are asked for. */
  private static final long LAZY_FROM = 1L << 10;

  private ShapeOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    o.add(
        onnx("Constant", "a constant", 1, 9, 11, 12, 13, 19, 21, 23, 24, 25)
            .takes(
                "| value:tensor value_float:float value_floats:floats value_int:int "
                    + "value_ints:ints value_string:str value_strings:strs")
            .types(TypeSet.ANY)
            .eval(EvalRule.one(ShapeOps::constant))
            .infer(c -> c.set(0, constant(c).type())));
    o.add(
        onnx("Shape", "the shape as int64", 1, 13, 15, 19, 21, 23, 24, 25)
            .takes("X:any | start:int end:int")
            .types(TypeSet.ANY)
            .typeEval(ShapeOps::shapeValue)
            .infer(
                c -> {
                  int[] r = shapeRange(c);
                  c.set(0, DType.I64, Rules.dims(r[1] - r[0]));
                }));
    o.add(
        onnx("Size", "the number of elements as int64", 1, 13, 19, 21, 23, 24, 25)
            .takes("X:any")
            .types(TypeSet.ANY)
            .typeEval(c -> c.type(0).isStatic() ? Tensor.scalar(c.type(0).elements()) : null)
            .infer(c -> c.set(0, DType.I64, List.of())));
    o.add(
        onnx("ConstantOfShape", "one value repeated over a shape", 9, 20, 21, 23, 24, 25)
            .takes("shape:i64[_] | value:tensor")
            .types(TypeSet.ANY)
            .eval(EvalRule.one(ShapeOps::constantOfShape))
            .infer(
                c -> {
                  Tensor v = c.node().tensorAttr("value");
                  if (v != null && v.size() != 1) {
                    throw c.fail("attribute 'value' has " + v.size() + " elements, expected 1");
                  }
                  c.set(0, v == null ? DType.F32 : v.dtype(), checked(c, c.extents(0)));
                }));
    o.add(
        onnx("Range", "values from start to limit by delta", 11, 27)
            .takes("start:T[one] limit:T[one] delta:T[one]")
            .types(TypeSet.NUMERIC)
            .eval(EvalRule.one(ShapeOps::range))
            .infer(
                c -> {
                  double start = c.require(0).at(0);
                  double limit = c.require(1).at(0);
                  double delta = c.require(2).at(0);
                  if (delta == 0) {
                    throw c.fail("delta is 0");
                  }
                  c.set(
                      0,
                      c.dtype(0),
                      List.of(
                          c.extent(
                              (long) Math.max(Math.ceil((limit - start) / delta), 0),
                              "the number of values")));
                }));
    o.add(
        view(
            onnx("Reshape", "the same elements in another shape", 5, 13, 14, 19, 21, 23, 24, 25)
                .takes("X:any shape:i64[_] | allowzero:int(0..1)"),
            ShapeOps::reshape));
    o.add(
        view(
            onnx("Flatten", "the same elements as a matrix", 1, 9, 11, 13, 21, 23, 24, 25)
                .takes("X:any | axis:int"),
            ShapeOps::flatten));
    o.add(
        view(
            onnx("Squeeze", "dimensions of extent 1 removed", 1, 11, 13, 21, 23, 24, 25)
                .takes("X:any | axes:ints")
                .takes(13, "X:any axes:i64[list]?"),
            ShapeOps::squeeze));
    o.add(
        view(
            onnx("Unsqueeze", "dimensions of extent 1 inserted", 1, 11, 13, 21, 23, 24, 25)
                .takes("X:any | axes:ints!")
                .takes(13, "X:any axes:i64[list]"),
            ShapeOps::unsqueeze));
    o.add(
        onnx("EyeLike", "ones on a diagonal", 9, 22)
            .takes("X:any[_,_] | dtype:int k:int")
            .types(TypeSet.NUMERIC_OR_BOOL)
            .typeEval(ShapeOps::eye)
            .infer(c -> c.set(0, Rules.dtypeAttr(c, "dtype", c.dtype(0)), c.dims(0))));
    return o;
  }

  private static Operator view(Operator.Builder b, InferRule rule) {
    return b.types(TypeSet.ANY)
        .eval(EvalRule.one(c -> c.in(0).reshaped(c.outputShape(0))))
        .infer(rule);
  }

  private static Tensor constant(OpContext c) {
    List<Attribute> given =
        c.node().attributes().entrySet().stream()
            .filter(e -> e.getKey().startsWith("value"))
            .map(java.util.Map.Entry::getValue)
            .toList();
    if (given.size() != 1) {
      throw c.fail("has " + given.size() + " values, expected one attribute value, value_int, …");
    }
    Attribute a = given.getFirst();
    return switch (a) {
      case Attribute.TensorAttr(Tensor t) -> t;
      case Attribute.Float(float v) -> Tensor.ofFloats(new long[0], v);
      case Attribute.Int(long v) -> Tensor.scalar(v);
      case Attribute.Floats(float[] v) -> Tensor.ofFloats(new long[] {v.length}, v);
      case Attribute.Ints(long[] v) -> Tensor.vector(v);
      case Attribute.Str s -> Tensor.absent(DType.STRING);
      case Attribute.Strs s -> Tensor.absent(DType.STRING, s.values().size());
      default -> throw c.fail("has a value of an unknown kind");
    };
  }

  /** First and last (exclusive) dimension that Shape gives. */
  static int[] shapeRange(OpContext c) {
    int rank = c.rank(0);
    int start = clampAxis(c.attr("start", 0L), rank);
    int end = clampAxis(c.attr("end", (long) rank), rank);
    return new int[] {start, Math.max(start, end)};
  }

  private static Tensor shapeValue(InferContext c) {
    int[] r = shapeRange(c);
    List<Dim> d = c.dims(0).subList(r[0], r[1]);
    return d.stream().allMatch(Dim::known)
        ? Tensor.vector(d.stream().mapToLong(Dim::value).toArray())
        : null;
  }

  private static Tensor eye(InferContext c) {
    if (!c.type(0).isStatic() || c.rank(0) != 2) {
      return null;
    }
    long k = c.attr("k", 0L);
    long[] shape = c.type(0).shape();
    DType t = Rules.dtypeAttr(c, "dtype", c.dtype(0));
    return Tensor.generate(t, shape, i -> i % shape[1] - i / shape[1] == k ? 1 : 0);
  }

  private static int clampAxis(long axis, int rank) {
    return Math.clamp(axis < 0 ? axis + rank : axis, 0, rank);
  }

  private static List<Dim> checked(InferContext c, List<Dim> shape) {
    if (shape.contains(Dim.UNKNOWN)) {
      throw c.fail("shape has a negative dimension -1");
    }
    return shape;
  }

  private static Tensor constantOfShape(EvalContext c) {
    Tensor v = c.node().tensorAttr("value");
    DType t = c.outputType(0).dtype();
    long[] shape = c.outputShape(0);
    long n = TensorType.count(shape);
    if (n > LAZY_FROM) {
      return Tensor.lazy(t, shape, () -> fill(t, n, v));
    }
    return Tensor.of(t, shape, fill(t, n, v));
  }

  private static MemorySegment fill(DType t, long n, Tensor v) {
    byte[] bytes = new byte[Math.toIntExact(t.bytesFor(n))];
    if (v == null || v.bits(0) == 0 || n == 0) {
      return MemorySegment.ofArray(bytes);
    }
    int unit = Math.toIntExact(t.isPacked() ? Math.min(n, 8 / t.bits()) : 1);
    Tensor pattern = Tensor.zeros(t, unit);
    for (int i = 0; i < unit; i++) {
      pattern.setBits(i, v.bits(0));
    }
    byte[] one = pattern.toBytes();
    System.arraycopy(one, 0, bytes, 0, one.length);
    // Each copy doubles what is filled.
    for (int done = one.length; done < bytes.length; done *= 2) {
      System.arraycopy(bytes, 0, bytes, done, Math.min(done, bytes.length - done));
    }
    return MemorySegment.ofArray(bytes);
  }

  private static Tensor range(EvalContext c) {
    DType t = c.dtype(0);
    long[] shape = c.outputShape(0);
    if (t.isFloat()) {
      double start = c.in(0).at(0);
      double delta = c.in(2).at(0);
      return Tensor.generate(t, shape, i -> start + i * delta);
    }
    long start = c.in(0).longAt(0);
    long delta = c.in(2).longAt(0);
    return Tensor.generateLongs(t, shape, i -> start + i * delta);
  }

  private static void reshape(InferContext c) {
    List<Dim> target = c.extents(1);
    boolean allowZero = c.attr("allowzero", 0L) != 0;
    List<Dim> in = c.dims(0);
    List<Dim> out = new ArrayList<>();
    int free = -1;
    for (int i = 0; i < target.size(); i++) {
      Dim d = target.get(i);
      if (d.equals(Dim.UNKNOWN)) {
        if (free >= 0) {
          throw c.fail("shape " + target + " has two -1");
        }
        free = i;
        out.add(d);
      } else if (d.known() && d.value() == 0 && !allowZero) {
        if (i >= in.size()) {
          throw c.fail("shape " + target + " copies dimension " + i + " of " + c.type(0));
        }
        out.add(in.get(i));
      } else {
        out.add(d);
      }
    }
    Dim total = InferContext.product(in);
    if (free >= 0) {
      out.set(free, quotient(c, total, out, free, target));
    } else {
      Dim got = InferContext.product(out);
      if (total.known() && got.known() && total.value() != got.value()) {
        throw c.fail("can't reshape " + c.type(0) + " to " + target);
      }
    }
    c.set(0, c.dtype(0), out);
  }

  private static Dim quotient(
      InferContext c, Dim total, List<Dim> out, int free, List<Dim> target) {
    List<Dim> others = new ArrayList<>(out);
    others.remove(free);
    Dim rest = InferContext.product(others);
    if (total.known() && rest.known()) {
      if (rest.value() == 0 ? total.value() != 0 : total.value() % rest.value() != 0) {
        throw c.fail("can't reshape " + c.type(0) + " to " + target);
      }
      return Dim.of(rest.value() == 0 ? 0 : total.value() / rest.value());
    }
    // One extent that isn't known may move to the free place, or stay while the others regroup.
    Dim open = null;
    long known = 1;
    for (Dim d : c.dims(0)) {
      if (d.known()) {
        known *= d.value();
      } else if (open == null) {
        open = d;
      } else {
        return Dim.UNKNOWN;
      }
    }
    Dim moved = open;
    long[] kept =
        others.stream()
            .filter(d -> !d.sameAs(moved))
            .mapToLong(d -> Math.max(d.value(), 0))
            .toArray();
    if (open != null && kept.length == others.size() - 1) {
      long product = TensorType.count(kept);
      return product > 0 && known % product == 0 ? Dim.of(known / product) : Dim.UNKNOWN;
    }
    if (open != null && rest.known() && rest.value() == known) {
      return open;
    }
    if (open != null && rest.known() && rest.value() > 0 && open.isBounded()) {
      return Dim.bounded(
          open.symbol() + "*" + known + "/" + rest.value(), open.bound() * known / rest.value());
    }
    return Dim.UNKNOWN;
  }

  private static void flatten(InferContext c) {
    int rank = c.rank(0);
    long axis = c.attr("axis", 1L);
    int a = axis == rank ? rank : c.axis(axis, rank);
    List<Dim> d = c.dims(0);
    c.set(
        0,
        c.dtype(0),
        List.of(InferContext.product(d.subList(0, a)), InferContext.product(d.subList(a, rank))));
  }

  private static void squeeze(InferContext c) {
    long[] given =
        c.opset() >= 13 ? (c.has(1) ? c.longs(1) : null) : c.attrs("axes", (long[]) null);
    List<Dim> d = c.dims(0);
    if (given == null) {
      c.set(0, c.dtype(0), d.stream().filter(x -> !x.known() || x.value() != 1).toList());
      return;
    }
    int[] axes = c.axes(given, c.rank(0));
    for (int a : axes) {
      if (d.get(a).known() && d.get(a).value() != 1) {
        throw c.fail("dimension " + a + " of " + c.type(0) + " is not 1");
      }
    }
    c.set(0, c.dtype(0), Rules.reduced(d, axes, false));
  }

  private static void unsqueeze(InferContext c) {
    long[] given = c.opset() >= 13 ? c.longs(1) : c.attrs("axes", (long[]) null);
    if (given == null) {
      throw c.fail("has no axes");
    }
    int[] axes = c.axes(given, c.rank(0) + given.length);
    List<Dim> d = c.copyDims(0);
    for (int a : axes) {
      d.add(a, Dim.of(1));
    }
    c.set(0, c.dtype(0), d);
  }
}
