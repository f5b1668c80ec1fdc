package npusim.compiler.decompose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/**
 * Operators that move or pick elements: pads by copies, blocks, one-hot, triangles, reversal, cache
 * updates.
 */
final class ShapeRules {
  private ShapeRules() {}

  static List<Rule> rules() {
    return List.of(
        Rule.form(
            "Pad",
            "Slice for negative pads, Gather for edge, reflect and wrap",
            (n, g) -> !PadForm.isCore(n, g),
            PadForm::expand),
        Rule.of("DepthToSpace", "Reshape, Transpose, Reshape", ShapeRules::depthToSpace),
        Rule.of("SpaceToDepth", "Reshape, Transpose, Reshape", ShapeRules::spaceToDepth),
        Rule.of("OneHot", "Where(indices = 0…depth-1, on, off)", ShapeRules::oneHot),
        Rule.of("Trilu", "Where(triangle, x, 0)", ShapeRules::trilu),
        Rule.of("EyeLike", "constant", ShapeRules::eyeLike),
        Rule.of("ReverseSequence", "GatherND", ShapeRules::reverseSequence),
        window("BlackmanWindow", 0.42, 0.5, 0.08),
        window("HannWindow", 0.5, 0.5, 0),
        window("HammingWindow", 25.0 / 46, 21.0 / 46, 0),
        Rule.of("TensorScatter", "ScatterElements at computed indices", ShapeRules::tensorScatter),
        Rule.of("CenterCropPad", "Slice and Pad", ShapeRules::centerCropPad),
        Rule.of("AffineGrid", "constant base grid × thetaᵀ", ShapeRules::affineGrid));
  }

  /** a0 - a1·cos(2πi/n) + a2·cos(4πi/n), n one less unless periodic. */
  private static Rule window(String op, double a0, double a1, double a2) {
    return Rule.of(
        op,
        "constant",
        (n, e) -> {
          long size = e.longs(0, "size")[0];
          double length = n.intAttr("periodic", 1) != 0 ? size : size - 1;
          double step = 2 * Math.PI / length;
          e.result(
              0,
              e.constant(
                  Tensor.generate(
                      e.outType(0).dtype(),
                      new long[] {size},
                      i -> a0 - a1 * Math.cos(step * i) + a2 * Math.cos(2 * step * i))));
        });
  }

  private static void depthToSpace(Node n, Emit e) {
    Value x = e.in(0);
    long b = n.intAttr("blocksize", 1);
    long[] s = x.shape();
    long c = s[1] / (b * b);
    boolean columnFirst = n.stringAttr("mode", "DCR").equals("CRD");
    Value blocks =
        columnFirst
            ? e.reshape(x, s[0], c, b, b, s[2], s[3])
            : e.reshape(x, s[0], b, b, c, s[2], s[3]);
    Value moved =
        columnFirst ? e.transpose(blocks, 0, 1, 4, 2, 5, 3) : e.transpose(blocks, 0, 3, 4, 1, 5, 2);
    e.result(0, e.reshape(moved, s[0], c, s[2] * b, s[3] * b));
  }

  private static void spaceToDepth(Node n, Emit e) {
    Value x = e.in(0);
    long b = n.intAttr("blocksize", 1);
    long[] s = x.shape();
    Value blocks = e.reshape(x, s[0], s[1], s[2] / b, b, s[3] / b, b);
    boolean columnFirst = n.stringAttr("mode", "DCR").equals("CRD");
    Value moved =
        columnFirst ? e.transpose(blocks, 0, 1, 3, 5, 2, 4) : e.transpose(blocks, 0, 3, 5, 1, 2, 4);
    e.result(0, e.reshape(moved, s[0], s[1] * b * b, s[2] / b, s[3] / b));
  }

  private static void oneHot(Node n, Emit e) {
    Value indices = e.in(0).dtype() == DType.I32 ? e.in(0) : e.cast(e.in(0), DType.I64);
    long depth = (long) e.doubles(1, "depth")[0];
    Value values = e.in(2);
    int axis = (int) n.intAttr("axis", -1);
    axis = axis < 0 ? axis + indices.rank() + 1 : axis;
    long[] at = new long[indices.rank() + 1];
    Arrays.fill(at, 1);
    at[axis] = depth;
    long[] with = new long[at.length];
    for (int i = 0, j = 0; i < with.length; i++) {
      with[i] = i == axis ? 1 : indices.dim(j++);
    }
    Value wrapped = wrap(e, indices, depth);
    Value hit =
        e.compare("Equal", e.reshape(wrapped, with), e.cast(e.iota(depth, at), indices.dtype()));
    e.result(0, e.where(hit, e.at(values, 0, 1), e.at(values, 0, 0)));
  }

  /** Indices with {@code extent} added where they are negative. */
  static Value wrap(Emit e, Value indices, long extent) {
    Value negative = e.compare("Less", indices, e.scalar(indices.dtype(), 0));
    return e.where(negative, e.add(indices, extent), indices);
  }

  private static void trilu(Node n, Emit e) {
    Value x = e.in(0);
    long rows = x.dim(-2);
    long columns = x.dim(-1);
    boolean upper = n.intAttr("upper", 1) != 0;
    Value k = e.optional(1);
    Tensor known = e.constantOf(k);
    Value keep;
    if (k == null || ReductionRules.known(known)) {
      long d = k == null ? 0 : known.longAt(0);
      keep =
          e.constant(
              Tensor.generateLongs(
                  DType.BOOL,
                  new long[] {rows, columns},
                  i ->
                      (upper ? i % columns - i / columns >= d : i % columns - i / columns <= d)
                          ? 1
                          : 0));
    } else {
      Value diagonal =
          e.constant(
              Tensor.generateLongs(
                  DType.I64, new long[] {rows, columns}, i -> i % columns - i / columns));
      keep =
          e.compare(upper ? "GreaterOrEqual" : "LessOrEqual", diagonal, e.reshape(k, new long[0]));
    }
    e.result(0, e.where(keep, x, e.scalar(x.dtype(), 0)));
  }

  private static void eyeLike(Node n, Emit e) {
    long[] s = e.in(0).shape();
    long k = n.intAttr("k", 0);
    e.result(
        0,
        e.constant(
            Tensor.generateLongs(e.outType(0).dtype(), s, i -> i % s[1] - i / s[1] == k ? 1 : 0)));
  }

  private static void reverseSequence(Node n, Emit e) {
    int time = (int) n.intAttr("time_axis", 0);
    int batch = (int) n.intAttr("batch_axis", 1);
    Value x = e.in(0);
    int[] perm = IntStream.range(0, x.rank()).toArray();
    perm[0] = batch;
    perm[1] = time;
    Value y = batchReversed(e, e.transpose(x, perm), e.in(1));
    int[] back = new int[perm.length];
    for (int i = 0; i < perm.length; i++) {
      back[perm[i]] = i;
    }
    e.result(0, e.transpose(y, back));
  }

  /** [B, T, …] with the first lengths[b] steps of each batch entry reversed. */
  static Value batchReversed(Emit e, Value x, Value lengths) {
    long b = x.dim(0);
    long t = x.dim(1);
    Value steps = e.iota(t, 1, t);
    Value len = e.reshape(e.cast(lengths, DType.I64), b, 1);
    Value mirrored = e.add(e.sub(len, steps), -1);
    Value index = e.where(e.compare("Less", steps, len), mirrored, steps);
    return e.gatherNd(x, e.reshape(index, b, t, 1), 1);
  }

  private static void tensorScatter(Node n, Emit e) {
    Value cache = e.in(0);
    Value update = e.in(1);
    int axis = ReductionRules.axis(n, cache, -2);
    long size = cache.dim(axis);
    long steps = update.dim(axis);
    long[] along = new long[cache.rank()];
    Arrays.fill(along, 1);
    along[axis] = steps;
    Value index = e.iota(steps, along);
    if (e.optional(2) != null) {
      Value start = e.alignTo(e.cast(e.in(2), DType.I64), cache.rank(), 0);
      index = e.add(index, start);
      if (n.stringAttr("mode", "linear").equals("circular")) {
        index = e.binary("Mod", index, e.scalar(DType.I64, size));
      }
    }
    Value y = e.op("ScatterElements", cache.type(), cache, e.expand(index, update.shape()), update);
    e.last().set("axis", axis);
    e.result(0, y);
  }

  private static void centerCropPad(Node n, Emit e) {
    Value x = e.in(0);
    long[] target = e.longs(1, "shape");
    long[] axes = n.intsAttr("axes", IntStream.range(0, x.rank()).asLongStream().toArray());
    long[] before = new long[x.rank()];
    long[] after = new long[x.rank()];
    for (int i = 0; i < axes.length; i++) {
      int a = (int) (axes[i] < 0 ? axes[i] + x.rank() : axes[i]);
      long have = x.dim(a);
      if (have > target[i]) {
        long from = (have - target[i]) / 2;
        x = e.slice(x, a, from, from + target[i]);
      } else {
        before[a] = (target[i] - have) / 2;
        after[a] = target[i] - have - before[a];
      }
    }
    e.result(0, e.pad(x, before, after, e.scalar(x.dtype(), 0)));
  }

  private static void affineGrid(Node n, Emit e) {
    Value theta = e.in(0);
    long[] size = e.longs(1, "size");
    boolean corners = n.intAttr("align_corners", 0) != 0;
    int r = size.length - 2;
    long points = 1;
    for (int i = 0; i < r; i++) {
      points *= size[i + 2];
    }
    long[] spatial = Arrays.copyOfRange(size, 2, size.length);
    // Homogeneous coordinates, the innermost axis (x) first, then a 1.
    Value base =
        e.constant(
            Tensor.generate(
                theta.dtype(),
                new long[] {points, r + 1},
                i -> {
                  int k = (int) (i % (r + 1));
                  if (k == r) {
                    return 1;
                  }
                  int axis = r - 1 - k;
                  long p = i / (r + 1);
                  for (int j = r - 1; j > axis; j--) {
                    p /= spatial[j];
                  }
                  long at = p % spatial[axis];
                  long m = spatial[axis];
                  return corners ? (m == 1 ? 0 : -1 + 2.0 * at / (m - 1)) : (2.0 * at + 1) / m - 1;
                }));
    Value grid = e.matmul(base, e.transposeLast(theta));
    List<Long> out = new ArrayList<>(List.of(size[0]));
    Arrays.stream(spatial).forEach(out::add);
    out.add((long) r);
    e.result(0, e.reshape(grid, out.stream().mapToLong(Long::longValue).toArray()));
  }
}
