package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import npusim.compiler.host.Elementwise;
import npusim.compiler.host.Movement;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/** Regular data movement: transposes, slices, joins, repeats and padding. */
final class MovementOps {
  private MovementOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    o.add(
        onnx("Transpose", "permutes dimensions", 1, 13, 21, 23, 24, 25)
            .takes("X:any | perm:ints")
            .types(TypeSet.ANY)
            .eval(EvalRule.one(c -> Movement.transpose(c.in(0), perm(c))))
            .infer(
                c -> {
                  List<Dim> out = new ArrayList<>();
                  for (int p : perm(c)) {
                    out.add(c.dim(0, p));
                  }
                  c.set(0, c.dtype(0), out);
                }));
    o.add(
        onnx("Concat", "joins along an axis", 4, 11, 13)
            .takes("X:T[_,..]+ | axis:int")
            .types(TypeSet.ANY)
            .eval(
                EvalRule.one(
                    c -> {
                      List<Tensor> parts = IntStream.range(0, c.inputs()).mapToObj(c::in).toList();
                      return Movement.concat(
                          parts, c.axis(c.attr("axis", 0L), c.rank(0)), c.outputShape(0));
                    }))
            .infer(MovementOps::concat));
    o.add(
        onnx("Split", "cuts along an axis", 2, 11, 13, 18)
            .takes("X:any[_,..] | axis:int split:ints(0..)")
            .takes(13, "X:any[_,..] split:i64[_]? | axis:int")
            .takes(18, "X:any[_,..] split:i64[_]? | axis:int num_outputs:int(1..)")
            .types(TypeSet.ANY)
            .eval(MovementOps::splitEval)
            .infer(MovementOps::split));
    o.add(
        onnx("Slice", "part of a tensor by start, end and step", 1, 10, 11, 13)
            .takes("X:any | starts:ints! ends:ints! axes:ints")
            .takes(
                10,
                "X:any starts:index[list] ends:index[list] axes:index[list]? "
                    + "steps:index[list]?")
            .types(TypeSet.ANY)
            .eval(
                EvalRule.one(
                    c -> {
                      long[][] s = sliceRanges(c, c.in(0).dims());
                      return Movement.slice(c.in(0), s[0], s[1], s[2]);
                    }))
            .infer(MovementOps::slice));
    o.add(
        onnx("Expand", "repeats by broadcasting to a shape", 8, 13)
            .takes("X:any shape:i64[_]")
            .types(TypeSet.ANY)
            .eval(EvalRule.one(c -> Movement.expand(c.in(0), c.outputShape(0))))
            .infer(
                c -> {
                  List<Dim> to = c.extents(1);
                  if (to.contains(Dim.UNKNOWN)) {
                    throw c.fail("shape " + to + " holds -1, expected extents");
                  }
                  c.set(0, c.dtype(0), c.broadcast(c.dims(0), to));
                }));
    o.add(
        onnx("Tile", "repeats along every dimension", 6, 13)
            .takes("X:any repeats:i64[_]")
            .types(TypeSet.ANY)
            .eval(EvalRule.one(c -> Movement.tile(c.in(0), c.outputShape(0))))
            .infer(
                c -> {
                  long[] reps = c.longs(1);
                  if (reps.length != c.rank(0)) {
                    throw c.fail("has " + reps.length + " repeats for rank " + c.rank(0));
                  }
                  List<Dim> out = c.copyDims(0);
                  for (int i = 0; i < reps.length; i++) {
                    Dim d = out.get(i);
                    out.set(
                        i,
                        d.known()
                            ? c.extent(d.value() * reps[i], "a repeated dimension")
                            : reps[i] == 1 ? d : Dim.UNKNOWN);
                  }
                  c.set(0, c.dtype(0), out);
                }));
    o.add(
        onnx(
                "Pad",
                "adds a border (or crops with negative pads)",
                2,
                11,
                13,
                18,
                19,
                21,
                23,
                24,
                25)
            .takes("X:T | pads:ints! mode:{constant,reflect,edge} value:float")
            .takes(11, "X:T pads:i64[_/1,_] value:T[one]? | mode:{constant,reflect,edge}")
            .takes(
                18,
                "X:T pads:i64[_/1,_] value:T[one]? axes:index[_]? | "
                    + "mode:{constant,reflect,edge,wrap}")
            .types(TypeSet.ANY)
            .eval(EvalRule.one(MovementOps::padEval))
            .infer(MovementOps::pad));
    o.add(
        onnx("Trilu", "upper or lower triangle", 14)
            .takes("X:any[..,_,_] k:i64[one]? | upper:int(0..1)")
            .types(TypeSet.ANY)
            .eval(
                EvalRule.one(
                    c -> Movement.trilu(c.in(0), c.longOr(1, 0), c.attr("upper", 1L) != 0)))
            .infer(
                c -> {
                  c.checkRank(0, 2, Integer.MAX_VALUE);
                  c.longOr(1, 0);
                  c.set(0, c.type(0));
                }));
    o.add(
        onnx("DepthToSpace", "moves blocks of channels into height and width", 1, 11, 13)
            .takes("X:any[N,C,H,W] | blocksize:int(1..1048576)! mode:{DCR,CRD}")
            .types(TypeSet.ANY)
            .eval(
                EvalRule.one(
                    c ->
                        Movement.depthToSpace(
                            c.in(0),
                            (int) c.attr("blocksize", 1L),
                            c.attr("mode", "DCR").equals("CRD"))))
            .infer(
                c -> {
                  long b = c.attr("blocksize", 1L);
                  c.checkRank(0, 4, 4);
                  c.expectMultiple(c.known(0, 1), b * b, "channels in blocks");
                  c.set(0, c.dtype(0), scaled(c, c.known(0, 1) / (b * b), b, 1));
                }));
    o.add(
        onnx("SpaceToDepth", "moves blocks of height and width into channels", 1, 13, 28)
            .takes("X:any[N,C,H,W] | blocksize:int(1..1048576)! mode:{DCR,CRD}")
            .types(TypeSet.ANY)
            .eval(
                EvalRule.one(
                    c ->
                        Movement.spaceToDepth(
                            c.in(0),
                            (int) c.attr("blocksize", 1L),
                            c.attr("mode", "DCR").equals("CRD"))))
            .infer(
                c -> {
                  long b = c.attr("blocksize", 1L);
                  c.checkRank(0, 4, 4);
                  c.expectMultiple(c.known(0, 2), b, "height in blocks");
                  c.expectMultiple(c.known(0, 3), b, "width in blocks");
                  c.set(0, c.dtype(0), scaled(c, c.known(0, 1) * b * b, 1, b));
                }));
    o.add(
        onnx("ReverseSequence", "reverses a leading part along the time axis", 10)
            .takes(
                "X:any[_,_,..] sequence_lens:i64[_] | batch_axis:int(0..1) "
                    + "time_axis:int(0..1)")
            .types(TypeSet.ANY)
            .infer(
                c -> {
                  int batch = (int) c.attr("batch_axis", 1L);
                  if (batch == c.attr("time_axis", 0L)) {
                    throw c.fail("batch_axis and time_axis are both " + batch);
                  }
                  c.expectExtent(1, 0, c.known(0, batch), "batch");
                  c.set(0, c.type(0));
                }));
    o.add(
        onnx("CenterCropPad", "crops or pads around the middle", 18)
            .takes("X:any shape:index[_] | axes:ints")
            .types(TypeSet.ANY)
            .infer(MovementOps::crop));
    return o;
  }

  private static List<Dim> scaled(InferContext c, long channels, long times, long divided) {
    return List.of(
        c.dim(0, 0),
        Dim.of(channels),
        Dim.of(c.known(0, 2) * times / divided),
        Dim.of(c.known(0, 3) * times / divided));
  }

  /** Permutation of a Transpose. */
  static int[] perm(OpContext c) {
    int rank = c.rank(0);
    long[] given = c.attrs("perm", (long[]) null);
    if (given == null) {
      return IntStream.range(0, rank).map(i -> rank - 1 - i).toArray();
    }
    int[] p = Arrays.stream(given).mapToInt(a -> c.axis(a, rank)).toArray();
    if (p.length != rank || Arrays.stream(p).distinct().count() != rank) {
      throw c.fail(
          "perm " + Arrays.toString(given) + " is no permutation of " + rank + " dimensions");
    }
    return p;
  }

  private static void concat(InferContext c) {
    int axis = c.axis(c.node().has("axis") ? c.attr("axis", 0L) : 1L, c.rank(0));
    List<Dim> out = c.copyDims(0);
    List<Dim> along = new ArrayList<>();
    for (int i = 0; i < c.inputs(); i++) {
      if (c.rank(i) != out.size()) {
        throw c.fail("joins ranks " + out.size() + " and " + c.rank(i));
      }
      if (c.dtype(i) != c.dtype(0)) {
        throw c.fail("joins " + c.dtype(0).onnxName() + " and " + c.dtype(i).onnxName());
      }
      along.add(c.dim(i, axis));
      for (int k = 0; k < out.size(); k++) {
        Dim d = c.dim(i, k);
        if (k != axis && d.known()) {
          if (out.get(k).known() && out.get(k).value() != d.value()) {
            throw c.fail("joins " + c.type(0) + " and " + c.type(i) + " along axis " + axis);
          }
          out.set(k, d);
        }
      }
    }
    out.set(axis, sum(along));
    c.set(0, c.dtype(0), out);
  }

  private static Dim sum(List<Dim> dims) {
    if (dims.stream().allMatch(Dim::known)) {
      return Dim.of(dims.stream().mapToLong(Dim::value).sum());
    }
    if (dims.stream().allMatch(d -> d.max() >= 0)) {
      return Dim.bounded(
          String.join("+", dims.stream().map(Dim::toString).toList()),
          dims.stream().mapToLong(Dim::max).sum());
    }
    return Dim.UNKNOWN;
  }

  private static long[] splitSizes(OpContext c, long extent) {
    long[] sizes =
        c.opset() >= 13 ? (c.has(1) ? c.longs(1) : null) : c.attrs("split", (long[]) null);
    if (sizes != null) {
      if (Arrays.stream(sizes).sum() != extent || sizes.length != c.outputs()) {
        throw c.fail(
            "splits "
                + extent
                + " into "
                + Arrays.toString(sizes)
                + " for "
                + c.outputs()
                + " outputs");
      }
      return sizes;
    }
    int n = c.outputs();
    long each = (extent + n - 1) / n;
    long[] out = new long[n];
    for (int i = 0; i < n; i++) {
      out[i] = Math.max(0, Math.min(each, extent - i * each));
    }
    if (c.opset() < 18 && extent % n != 0) {
      throw c.fail("can't split " + extent + " into " + n + " equal parts");
    }
    return out;
  }

  private static void split(InferContext c) {
    int axis = c.axis(c.attr("axis", 0L), c.rank(0));
    long[] sizes = splitSizes(c, c.known(0, axis));
    for (int i = 0; i < sizes.length; i++) {
      List<Dim> d = c.copyDims(0);
      d.set(axis, Dim.of(sizes[i]));
      c.set(i, c.dtype(0), d);
    }
  }

  private static Tensor[] splitEval(EvalContext c) {
    int axis = c.axis(c.attr("axis", 0L), c.rank(0));
    long[] sizes = splitSizes(c, c.in(0).dim(axis));
    Tensor[] out = new Tensor[sizes.length];
    long[] start = new long[c.rank(0)];
    long[] steps = new long[c.rank(0)];
    Arrays.fill(steps, 1);
    for (int i = 0; i < sizes.length; i++) {
      long[] shape = c.in(0).dims();
      shape[axis] = sizes[i];
      out[i] = Movement.slice(c.in(0), start, steps, shape);
      start[axis] += sizes[i];
    }
    return out;
  }

  /**
   * Resolves a Slice against a shape: first index, step and extent of every dimension. A dimension
   * that isn't sliced may have any extent, -1 included.
   */
  static long[][] sliceRanges(OpContext c, long[] dims) {
    boolean input = c.opset() >= 10;
    long[] starts = input ? c.longs(1) : c.attrs("starts");
    long[] ends = input ? c.longs(2) : c.attrs("ends");
    long[] axes = input ? (c.has(3) ? c.longs(3) : null) : c.attrs("axes", (long[]) null);
    long[] steps = input && c.has(4) ? c.longs(4) : null;
    if (starts.length != ends.length
        || (axes != null && axes.length != starts.length)
        || (steps != null && steps.length != starts.length)) {
      throw c.fail("starts, ends, axes and steps differ in length");
    }
    long[] first = new long[dims.length];
    long[] step = new long[dims.length];
    Arrays.fill(step, 1);
    long[] extent = dims.clone();
    for (int i = 0; i < starts.length; i++) {
      int a = c.axis(axes == null ? i : axes[i], dims.length);
      long s = steps == null ? 1 : steps[i];
      if (s == 0) {
        throw c.fail("step is 0");
      }
      long n = dims[a];
      if (n < 0) {
        boolean whole = starts[i] == 0 && ends[i] >= Integer.MAX_VALUE && s == 1;
        extent[a] = whole ? n : -2;
        continue;
      }
      long from = starts[i] < 0 ? starts[i] + n : starts[i];
      long to = ends[i] < 0 ? Math.max(ends[i], Long.MIN_VALUE + n) + n : ends[i];
      from = s > 0 ? Math.clamp(from, 0, n) : Math.clamp(from, 0, Math.max(n - 1, 0));
      to = s > 0 ? Math.clamp(to, 0, n) : Math.clamp(to, -1, n - 1);
      first[a] = from;
      step[a] = s;
      extent[a] = Math.max(0, s > 0 ? (to - from + s - 1) / s : (from - to - s - 1) / -s);
    }
    return new long[][] {first, step, extent};
  }

  private static void slice(InferContext c) {
    List<Dim> in = c.dims(0);
    long[] dims = in.stream().mapToLong(d -> d.known() ? d.value() : -1).toArray();
    long[] extent = sliceRanges(c, dims)[2];
    List<Dim> out = new ArrayList<>();
    for (int i = 0; i < dims.length; i++) {
      Dim d = in.get(i);
      out.add(
          extent[i] >= 0
              ? Dim.of(extent[i])
              : extent[i] == -1
                  ? d
                  : d.isBounded() ? Dim.bounded("slice(" + d + ")", d.bound()) : Dim.UNKNOWN);
    }
    c.set(0, c.dtype(0), out);
  }

  /** Pads of every dimension: elements before, then elements after. */
  static long[][] pads(OpContext c) {
    int rank = c.rank(0);
    long[] given = c.opset() >= 11 ? c.longs(1) : c.attrs("pads");
    long[][] out = new long[2][rank];
    int[] axes = IntStream.range(0, rank).toArray();
    if (c.opset() >= 18 && c.has(3)) {
      axes = Arrays.stream(c.longs(3)).mapToInt(a -> c.axis(a, rank)).toArray();
    }
    if (given.length != 2 * axes.length) {
      throw c.fail("has " + given.length + " pads for " + axes.length + " dimensions");
    }
    for (int i = 0; i < axes.length; i++) {
      out[0][axes[i]] = given[i];
      out[1][axes[i]] = given[i + axes.length];
    }
    return out;
  }

  private static void pad(InferContext c) {
    long[][] p = pads(c);
    List<Dim> out = c.copyDims(0);
    for (int i = 0; i < out.size(); i++) {
      long add = p[0][i] + p[1][i];
      Dim d = out.get(i);
      if (d.known() && d.value() + add < 0) {
        throw c.fail("crops dimension " + i + " of " + c.type(0) + " by " + -add);
      }
      out.set(
          i,
          d.known()
              ? Dim.of(d.value() + add)
              : p[0][i] == 0 && p[1][i] == 0
                  ? d
                  : d.isBounded()
                      ? Dim.bounded(d.symbol() + "+" + add, d.bound() + add)
                      : Dim.UNKNOWN);
    }
    c.set(0, c.dtype(0), out);
  }

  private static Tensor padEval(EvalContext c) {
    Movement.PadMode mode =
        switch (c.attr("mode", "constant")) {
          case "constant" -> Movement.PadMode.CONSTANT;
          case "edge" -> Movement.PadMode.EDGE;
          case "reflect" -> Movement.PadMode.REFLECT;
          case "wrap" -> Movement.PadMode.WRAP;
          default -> throw c.fail("unknown mode '" + c.attr("mode", "") + "'");
        };
    DType t = c.dtype(0);
    Tensor fill =
        c.opset() < 11
            ? Tensor.scalar(t, c.attr("value", 0f))
            : c.has(2) ? Elementwise.cast(c.in(2), t, true) : Tensor.zeros(t);
    return Movement.pad(c.in(0), pads(c)[0], c.outputShape(0), mode, fill.bits(0));
  }

  private static void crop(InferContext c) {
    long[] shape = c.longs(1);
    List<Dim> out = c.copyDims(0);
    long[] axes = c.attrs("axes", IntStream.range(0, out.size()).asLongStream().toArray());
    if (axes.length != shape.length) {
      throw c.fail("shape has " + shape.length + " entries for " + axes.length + " axes");
    }
    c.axes(axes, out.size());
    for (int i = 0; i < shape.length; i++) {
      out.set(c.axis(axes[i], out.size()), c.extent(shape[i], "shape"));
    }
    c.set(0, c.dtype(0), out);
  }
}
