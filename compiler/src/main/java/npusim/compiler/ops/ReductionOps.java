package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import npusim.compiler.host.Reduce;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/** Reductions, index of extremes, running sums and top-k. */
final class ReductionOps {
  private ReductionOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    o.add(reduce("ReduceSum", "sum", Reduce.Kind.SUM, 1, 11, 13));
    o.add(reduce("ReduceMean", "mean", Reduce.Kind.MEAN, 1, 11, 13, 18));
    o.add(reduce("ReduceProd", "product", Reduce.Kind.PROD, 1, 11, 13, 18));
    o.add(reduce("ReduceMax", "largest element", Reduce.Kind.MAX, 1, 11, 12, 13, 18, 20));
    o.add(reduce("ReduceMin", "smallest element", Reduce.Kind.MIN, 1, 11, 12, 13, 18, 20));
    o.add(reduce("ReduceL1", "sum of absolute values", Reduce.Kind.L1, 1, 11, 13, 18));
    o.add(reduce("ReduceL2", "root of the sum of squares", Reduce.Kind.L2, 1, 11, 13, 18));
    o.add(reduce("ReduceLogSum", "logarithm of the sum", Reduce.Kind.LOG_SUM, 1, 11, 13, 18));
    o.add(
        reduce(
            "ReduceLogSumExp",
            "logarithm of the sum of exponentials",
            Reduce.Kind.LOG_SUM_EXP,
            1,
            11,
            13,
            18));
    o.add(reduce("ReduceSumSquare", "sum of squares", Reduce.Kind.SUM_SQUARE, 1, 11, 13, 18));
    o.add(
        new Operator.Builder("npusim", "ReduceSumInteger", "int32 sum of 8-bit integers", 1)
            .internal()
            .types(TypeSet.BYTE)
            .eval(EvalRule.one(ReductionOps::sumInteger))
            .infer(
                c -> {
                  int[] axes = c.axes(c.attrs("axes", new long[0]), c.rank(0));
                  boolean keep = c.attr("keepdims", 1L) != 0;
                  c.set(0, DType.I32, Rules.reduced(c.dims(0), axes, keep));
                }));
    o.add(arg("ArgMax", "index of the largest element", true));
    o.add(arg("ArgMin", "index of the smallest element", false));
    o.add(cumulate("CumSum", "running sum along an axis", false, 11, 14));
    o.add(cumulate("CumProd", "running product along an axis", true, 26));
    o.add(
        onnx(
                "TopK",
                "the k largest or smallest elements along an axis and their indices",
                1,
                10,
                11,
                24)
            .takes("X:T[_,..] | axis:int k:int(0..)!")
            .takes(10, "X:T[_,..] K:i64[one] | axis:int largest:int(0..1) sorted:int(0..1)")
            .types(TypeSet.NUMERIC)
            .eval(ReductionOps::topK)
            .infer(ReductionOps::topKShape));
    return o;
  }

  /** Axes of a Reduce operator, sorted; null when nothing is reduced. */
  static int[] reduceAxes(OpContext c) {
    boolean input = c.opset() >= 18 || (c.node().opType().equals("ReduceSum") && c.opset() >= 13);
    long[] axes = input ? (c.has(1) ? c.longs(1) : null) : c.attrs("axes", (long[]) null);
    if (axes == null || axes.length == 0) {
      if (input && c.attr("noop_with_empty_axes", 0L) != 0) {
        return null;
      }
      return IntStream.range(0, c.rank(0)).toArray();
    }
    return c.axes(axes, c.rank(0));
  }

  private static Operator reduce(String name, String summary, Reduce.Kind kind, int... since) {
    return onnx(name, summary + " over axes", since)
        .takes("X:T | axes:ints keepdims:int(0..1)")
        .takes(
            kind == Reduce.Kind.SUM ? 13 : 18,
            "X:T axes:i64[list]? | keepdims:int(0..1) noop_with_empty_axes:int(0..1)")
        .types(
            kind == Reduce.Kind.MAX || kind == Reduce.Kind.MIN
                ? TypeSet.NUMERIC_OR_BOOL
                : TypeSet.NUMERIC)
        .eval(
            EvalRule.one(
                c -> {
                  int[] axes = reduceAxes(c);
                  // Without axes only the reduction's elementwise part remains.
                  return Reduce.reduce(
                      c.in(0), kind, axes == null ? new int[0] : axes, c.outputShape(0));
                }))
        .infer(
            c -> {
              int[] axes = reduceAxes(c);
              c.set(
                  0,
                  c.dtype(0),
                  axes == null
                      ? c.dims(0)
                      : Rules.reduced(c.dims(0), axes, c.attr("keepdims", 1L) != 0));
            });
  }

  private static Tensor sumInteger(EvalContext c) {
    int[] axes = c.axes(c.attrs("axes", new long[0]), c.rank(0));
    Tensor x = c.in(0);
    Tensor wide = Tensor.generateLongs(DType.I32, x.dims(), x::longAt);
    return Reduce.reduce(wide, Reduce.Kind.SUM, axes, c.outputShape(0));
  }

  private static Operator arg(String name, String summary, boolean max) {
    return onnx(name, summary + " along an axis", 1, 11, 12, 13)
        .takes("X:T[_,..] | axis:int keepdims:int(0..1) select_last_index:int(0..1)")
        .types(TypeSet.NUMERIC)
        .eval(
            EvalRule.one(
                c ->
                    Reduce.arg(
                        c.in(0),
                        c.axis(c.attr("axis", 0L), c.rank(0)),
                        c.outputShape(0),
                        max,
                        c.attr("select_last_index", 0L) != 0)))
        .infer(
            c -> {
              int axis = c.axis(c.attr("axis", 0L), c.rank(0));
              c.set(
                  0,
                  DType.I64,
                  Rules.reduced(c.dims(0), new int[] {axis}, c.attr("keepdims", 1L) != 0));
            });
  }

  private static Operator cumulate(String name, String summary, boolean product, int... since) {
    return onnx(name, summary, since)
        .takes("X:T[_,..] axis:index[one] | exclusive:int(0..1) reverse:int(0..1)")
        .types(TypeSet.NUMERIC)
        .eval(
            EvalRule.one(
                c ->
                    Reduce.cumulate(
                        c.in(0),
                        c.axis(c.longOr(1, 0), c.rank(0)),
                        c.attr("exclusive", 0L) != 0,
                        c.attr("reverse", 0L) != 0,
                        product)))
        .infer(
            c -> {
              c.axis(c.longOr(1, 0), c.rank(0));
              c.set(0, c.type(0));
            });
  }

  private static void topKShape(InferContext c) {
    int axis = c.axis(c.attr("axis", -1L), c.rank(0));
    long k = c.opset() < 10 ? c.attr("k", 0L) : c.longOr(1, 0);
    Dim d = c.dim(0, axis);
    if (k < 0 || (d.known() && k > d.value())) {
      throw c.fail("k is " + k + ", expected 0 to " + d);
    }
    List<Dim> dims = c.copyDims(0);
    dims.set(axis, Dim.of(k));
    c.set(0, c.dtype(0), dims);
    c.set(1, DType.I64, dims);
  }

  private static Tensor[] topK(EvalContext c) {
    Tensor x = c.in(0);
    int axis = c.axis(c.attr("axis", -1L), c.rank(0));
    boolean largest = c.attr("largest", 1L) != 0;
    Tensor values = c.newOutput(0);
    Tensor indices = Tensor.zeros(DType.I64, values.dims());
    long n = x.dim(axis);
    long k = values.dim(axis);
    long inner = npusim.compiler.host.Strides.product(x.dims(), axis + 1, x.rank());
    for (long o = 0; n > 0 && o < x.size() / n; o++) {
      long base = o / inner * n * inner + o % inner;
      long target = o / inner * k * inner + o % inner;
      List<Integer> order = new ArrayList<>(IntStream.range(0, (int) n).boxed().toList());
      order.sort(
          (i, j) -> {
            int s = Reduce.compare(x, base + i * inner, base + j * inner);
            return largest ? -s : s;
          });
      for (int r = 0; r < k; r++) {
        values.setBits(target + r * inner, x.bits(base + order.get(r) * inner));
        indices.setLong(target + r * inner, order.get(r));
      }
    }
    return new Tensor[] {values, indices};
  }
}
