package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.host.Movement;
import npusim.compiler.host.Strides;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/** Data movement by indices: gathers, scatters and results whose size depends on data. */
final class IndexOps {
  private IndexOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    o.add(
        onnx("Gather", "rows of an axis by index", 1, 11, 13)
            .takes("data:any[_,..] indices:index | axis:int")
            .types(TypeSet.ANY)
            .eval(
                EvalRule.one(
                    c -> {
                      int axis = c.axis(c.attr("axis", 0L), c.rank(0));
                      return Movement.gather(c.in(0), c.in(1), axis, c.outputShape(0));
                    }))
            .infer(
                c -> {
                  int axis = c.axis(c.attr("axis", 0L), c.rank(0));
                  List<Dim> out = new ArrayList<>(c.dims(0).subList(0, axis));
                  out.addAll(c.dims(1));
                  out.addAll(c.dims(0).subList(axis + 1, c.rank(0)));
                  c.set(0, c.dtype(0), out);
                }));
    o.add(
        onnx("GatherElements", "one element per index along an axis", 11, 13)
            .takes("data:any[_,..] indices:index[_,..] | axis:int")
            .types(TypeSet.ANY)
            .eval(EvalRule.one(IndexOps::gatherElements))
            .infer(
                c -> {
                  int axis = c.axis(c.attr("axis", 0L), c.rank(0));
                  c.checkRank(1, c.rank(0), c.rank(0));
                  for (int i = 0; i < c.rank(0); i++) {
                    if (i != axis && c.known(1, i) > c.known(0, i)) {
                      throw c.fail(
                          "indices "
                              + c.type(1)
                              + " are larger than the data "
                              + c.type(0)
                              + " at dimension "
                              + i);
                    }
                  }
                  c.set(0, c.dtype(0), c.dims(1));
                }));
    o.add(
        onnx("GatherND", "slices by index tuples", 11, 12, 13)
            .takes("data:any[_,..] indices:i64[_,..] | batch_dims:int(0..)")
            .types(TypeSet.ANY)
            .eval(EvalRule.one(IndexOps::gatherNd))
            .infer(
                c -> {
                  int batch = (int) c.attr("batch_dims", 0L);
                  int q = c.rank(1);
                  long k = c.known(1, q - 1);
                  if (batch >= q || batch >= c.rank(0)) {
                    throw c.fail(
                        "attribute 'batch_dims' is "
                            + batch
                            + ", expected less than the ranks "
                            + c.rank(0)
                            + " and "
                            + q);
                  }
                  for (int i = 0; i < batch; i++) {
                    c.expectExtent(1, i, c.known(0, i), "batch extent of the data");
                  }
                  if (k < 1 || k > c.rank(0) - batch) {
                    throw c.fail(
                        "index tuples have "
                            + k
                            + " entries, expected 1 to "
                            + (c.rank(0) - batch));
                  }
                  List<Dim> out = new ArrayList<>(c.dims(1).subList(0, q - 1));
                  out.addAll(c.dims(0).subList(batch + (int) k, c.rank(0)));
                  c.set(0, c.dtype(0), out);
                }));
    o.add(
        onnx("Scatter", "as ScatterElements", 9, 11)
            .takes("data:T[_,..] indices:index[_,..] updates:T[_,..] | axis:int")
            .types(TypeSet.ANY)
            .eval(EvalRule.one(IndexOps::scatterElements))
            .infer(IndexOps::scatterShape));
    o.add(
        onnx("ScatterElements", "writes one element per index along an axis", 11, 13, 16, 18)
            .takes(
                "data:T[_,..] indices:index[_,..] updates:T[_,..] | axis:int "
                    + "reduction:{none,add,mul,max,min}")
            .types(TypeSet.ANY)
            .eval(EvalRule.one(IndexOps::scatterElements))
            .infer(IndexOps::scatterShape));
    o.add(
        onnx("ScatterND", "writes slices by index tuples", 11, 13, 16, 18)
            .takes(
                "data:T[_,..] indices:i64[_,..] updates:T | " + "reduction:{none,add,mul,max,min}")
            .types(TypeSet.ANY)
            .eval(EvalRule.one(IndexOps::scatterNd))
            .infer(IndexOps::scatterNdShape));
    o.add(
        onnx("TensorScatter", "writes into a cache at given positions", 24)
            .takes(
                "past:T[_,..] update:T[_,..] write_indices:i64[_]? | axis:int "
                    + "mode:{linear,circular}")
            .types(TypeSet.ANY)
            .infer(IndexOps::tensorScatterShape));
    o.add(
        onnx("OneHot", "one value at the index, another elsewhere", 9, 11, 28)
            .takes("indices:numeric depth:numeric[one] values:T[2] | axis:int")
            .types(TypeSet.NUMERIC)
            .eval(EvalRule.one(IndexOps::oneHot))
            .infer(
                c -> {
                  int axis = c.axis(c.attr("axis", -1L), c.rank(0) + 1);
                  List<Dim> out = c.copyDims(0);
                  out.add(axis, c.extent(c.require(1).longAt(0), "depth"));
                  c.set(0, c.dtype(2), out);
                }));
    o.add(
        onnx("NonZero", "indices of elements that aren't zero", 9, 13)
            .takes("X:any")
            .types(TypeSet.NUMERIC_OR_BOOL)
            .eval(EvalRule.one(IndexOps::nonZero))
            .infer(
                c -> {
                  Dim n = InferContext.product(c.dims(0));
                  c.set(
                      0,
                      DType.I64,
                      List.of(
                          Dim.of(c.rank(0)), Dim.bounded(c.node().output(0) + ".count", n.max())));
                }));
    o.add(
        onnx("Compress", "slices along an axis where a condition holds", 9, 11, 28)
            .takes("X:any[_,..] condition:bool[_] | axis:int")
            .types(TypeSet.ANY)
            .eval(EvalRule.one(IndexOps::compress))
            .infer(IndexOps::compressShape));
    o.add(
        onnx("NonMaxSuppression", "boxes kept by score and overlap", 10, 11)
            .takes(
                "boxes:f32[B,N,4] scores:f32[B,C,N] max_output_boxes_per_class:i64[one]? "
                    + "iou_threshold:f32[one]? score_threshold:f32[one]? | "
                    + "center_point_box:int(0..1)")
            .types(TypeSet.FLOAT)
            .infer(
                c -> {
                  long boxes = c.known(0, 1);
                  long perClass = Math.min(boxes, c.has(2) ? c.require(2).longAt(0) : 0);
                  long max = c.known(1, 0) * c.known(1, 1) * Math.max(perClass, 0);
                  c.set(
                      0,
                      DType.I64,
                      List.of(Dim.bounded(c.node().output(0) + ".count", max), Dim.of(3)));
                }));
    o.add(
        onnx("Unique", "distinct elements", 11)
            .takes("X:any | axis:int sorted:int(0..1)")
            .types(TypeSet.ANY)
            .infer(
                c -> {
                  Dim all = InferContext.product(c.dims(0));
                  String name = c.node().output(0) + ".count";
                  if (!c.node().has("axis")) {
                    Dim n = Dim.bounded(name, all.max());
                    c.set(0, c.dtype(0), List.of(n));
                    c.set(1, DType.I64, List.of(n));
                    c.set(2, DType.I64, List.of(all));
                    c.set(3, DType.I64, List.of(n));
                    return;
                  }
                  int axis = c.axis(c.attr("axis", 0L), c.rank(0));
                  Dim n = Dim.bounded(name, c.known(0, axis));
                  List<Dim> out = c.copyDims(0);
                  out.set(axis, n);
                  c.set(0, c.dtype(0), out);
                  c.set(1, DType.I64, List.of(n));
                  c.set(2, DType.I64, List.of(c.dim(0, axis)));
                  c.set(3, DType.I64, List.of(n));
                }));
    return o;
  }

  private static Tensor gatherElements(EvalContext c) {
    Tensor x = c.in(0);
    Tensor index = c.in(1);
    int axis = c.axis(c.attr("axis", 0L), x.rank());
    Tensor out = c.newOutput(0);
    long[] own = Strides.of(x.dims());
    long along = own[axis];
    own[axis] = 0;
    Strides.walk(
        index.dims(),
        new long[1],
        new long[][] {own},
        (i, at) ->
            out.setBits(i, x.bits(at[0] + Movement.wrap(index.longAt(i), x.dim(axis)) * along)));
    return out;
  }

  private static Tensor scatterElements(EvalContext c) {
    Tensor x = c.in(0);
    Tensor index = c.in(1);
    Tensor updates = c.in(2);
    int axis = c.axis(c.attr("axis", 0L), x.rank());
    String reduction = c.attr("reduction", "none");
    Tensor out = Tensor.of(x.dtype(), x.dims(), x.toBytes());
    long[] own = Strides.of(x.dims());
    long along = own[axis];
    own[axis] = 0;
    Strides.walk(
        index.dims(),
        new long[1],
        new long[][] {own},
        (i, at) ->
            combine(
                out,
                at[0] + Movement.wrap(index.longAt(i), x.dim(axis)) * along,
                updates,
                i,
                reduction));
    return out;
  }

  private static void combine(Tensor out, long at, Tensor updates, long i, String reduction) {
    if (reduction.equals("none")) {
      out.setBits(at, updates.bits(i));
    } else if (out.dtype().isFloat()) {
      double a = out.at(at);
      double b = updates.at(i);
      out.setDouble(
          at,
          switch (reduction) {
            case "add" -> a + b;
            case "mul" -> a * b;
            case "max" -> Math.max(a, b);
            default -> Math.min(a, b);
          });
    } else {
      long a = out.longAt(at);
      long b = updates.longAt(i);
      out.setLong(
          at,
          switch (reduction) {
            case "add" -> a + b;
            case "mul" -> a * b;
            case "max" -> Math.max(a, b);
            default -> Math.min(a, b);
          });
    }
  }

  private static long tuple(Tensor index, long row, int k, long[] dims, long[] strides, int from) {
    long at = 0;
    for (int j = 0; j < k; j++) {
      at += Movement.wrap(index.longAt(row * k + j), dims[from + j]) * strides[from + j];
    }
    return at;
  }

  private static Tensor gatherNd(EvalContext c) {
    Tensor x = c.in(0);
    Tensor index = c.in(1);
    int batch = (int) c.attr("batch_dims", 0L);
    int k = (int) index.dim(-1);
    long[] dims = x.dims();
    long[] strides = Strides.of(dims);
    Tensor out = c.newOutput(0);
    long rows = k == 0 ? 0 : index.size() / k;
    long batches = Strides.product(dims, 0, batch);
    long perBatch = batches == 0 ? 0 : rows / batches;
    long inner = Strides.product(dims, batch + k, dims.length);
    long batchSize = Strides.product(dims, batch, dims.length);
    for (long r = 0; r < rows; r++) {
      long at = r / perBatch * batchSize + tuple(index, r, k, dims, strides, batch);
      for (long i = 0; i < inner; i++) {
        out.setBits(r * inner + i, x.bits(at + i));
      }
    }
    return out;
  }

  private static Tensor scatterNd(EvalContext c) {
    Tensor x = c.in(0);
    Tensor index = c.in(1);
    String reduction = c.attr("reduction", "none");
    int k = (int) index.dim(-1);
    long[] dims = x.dims();
    long[] strides = Strides.of(dims);
    Tensor out = Tensor.of(x.dtype(), dims, x.toBytes());
    long inner = Strides.product(dims, k, dims.length);
    for (long r = 0; k > 0 && r < index.size() / k; r++) {
      long at = tuple(index, r, k, dims, strides, 0);
      for (long i = 0; i < inner; i++) {
        combine(out, at + i, c.in(2), r * inner + i, reduction);
      }
    }
    return out;
  }

  private static Tensor oneHot(EvalContext c) {
    Tensor index = c.in(0);
    int axis = c.axis(c.attr("axis", -1L), index.rank() + 1);
    Tensor out = c.newOutput(0);
    long depth = out.dim(axis);
    long inner = Strides.product(out.dims(), axis + 1, out.rank());
    for (long i = 0; i < out.size(); i++) {
      long d = i / inner % depth;
      long v = index.longAt(i / inner / depth * inner + i % inner);
      out.setBits(i, c.in(2).bits((v < 0 ? v + depth : v) == d ? 1 : 0));
    }
    return out;
  }

  private static Tensor nonZero(EvalContext c) {
    Tensor x = c.in(0);
    List<Long> hits = new ArrayList<>();
    for (long i = 0; i < x.size(); i++) {
      if (x.at(i) != 0) {
        hits.add(i);
      }
    }
    long[] s = Strides.of(x.dims());
    int n = hits.size();
    return Tensor.generateLongs(
        DType.I64,
        new long[] {x.rank(), n},
        i -> {
          int d = (int) (i / n);
          return hits.get((int) (i % n)) / s[d] % x.dim(d);
        });
  }

  private static void compressShape(InferContext c) {
    Tensor condition = c.value(1);
    String name = c.node().output(0) + ".count";
    Dim whole =
        c.node().has("axis")
            ? c.dim(0, c.axis(c.attr("axis", 0L), c.rank(0)))
            : InferContext.product(c.dims(0));
    Dim n = Dim.bounded(name, Math.min(whole.max(), c.dim(1, 0).max()));
    if (condition != null) {
      n = Dim.of(chosen(condition, whole.max()).size());
    }
    if (!c.node().has("axis")) {
      c.set(0, c.dtype(0), List.of(n));
      return;
    }
    List<Dim> out = c.copyDims(0);
    out.set(c.axis(c.attr("axis", 0L), c.rank(0)), n);
    c.set(0, c.dtype(0), out);
  }

  private static List<Long> chosen(Tensor condition, long extent) {
    List<Long> out = new ArrayList<>();
    for (long i = 0; i < Math.min(extent, condition.size()); i++) {
      if (condition.bits(i) != 0) {
        out.add(i);
      }
    }
    return out;
  }

  private static Tensor compress(EvalContext c) {
    Tensor x = c.node().has("axis") ? c.in(0) : c.in(0).reshaped(c.in(0).size());
    int axis = c.node().has("axis") ? c.axis(c.attr("axis", 0L), x.rank()) : 0;
    List<Long> rows = chosen(c.in(1), x.dim(axis));
    long[] shape = x.dims();
    shape[axis] = rows.size();
    Tensor index = Tensor.vector(rows.stream().mapToLong(Long::longValue).toArray());
    return Movement.gather(x, index, axis, shape);
  }

  private static void scatterShape(InferContext c) {
    int axis = c.axis(c.attr("axis", 0L), c.rank(0));
    c.checkRank(1, c.rank(0), c.rank(0));
    c.checkRank(2, c.rank(0), c.rank(0));
    for (int i = 0; i < c.rank(0); i++) {
      c.expectExtent(2, i, c.known(1, i), "extent of the indices");
      if (i != axis && c.known(1, i) > c.known(0, i)) {
        throw c.fail(
            "indices "
                + c.type(1)
                + " are larger than the data "
                + c.type(0)
                + " at dimension "
                + i);
      }
    }
    c.set(0, c.type(0));
  }

  private static void scatterNdShape(InferContext c) {
    int q = c.rank(1);
    long k = c.known(1, q - 1);
    if (k < 1 || k > c.rank(0)) {
      throw c.fail("index tuples have " + k + " entries, expected 1 to " + c.rank(0));
    }
    List<Dim> want = new ArrayList<>(c.dims(1).subList(0, q - 1));
    want.addAll(c.dims(0).subList((int) k, c.rank(0)));
    c.checkRank(2, want.size(), want.size());
    for (int i = 0; i < want.size(); i++) {
      if (want.get(i).known()) {
        c.expectExtent(2, i, want.get(i).value(), "a slice per index tuple");
      }
    }
    c.set(0, c.type(0));
  }

  private static void tensorScatterShape(InferContext c) {
    int rank = c.rank(0);
    int axis = c.axis(c.attr("axis", -2L), rank);
    if (axis == 0) {
      throw c.fail("axis is 0, the batch, expected another");
    }
    c.checkRank(1, rank, rank);
    for (int i = 0; i < rank; i++) {
      if (i != axis) {
        c.expectExtent(1, i, c.known(0, i), "extent of the cache");
      } else if (c.known(1, i) > c.known(0, i)) {
        throw c.fail("writes " + c.dim(1, i) + " steps into a cache of " + c.dim(0, i));
      }
    }
    c.expectExtent(2, 0, c.known(0, 0), "batch");
    c.set(0, c.type(0));
  }
}
