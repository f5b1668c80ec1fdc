package npusim.compiler.decompose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.ir.Node;
import npusim.isa.DType;

/**
 * GridSample in two or three dimensions: coordinates by arithmetic, the neighbours of all points by
 * one GatherND over rows of channels, their weighted sum by a reduction.
 */
final class GridSampleRule {
  private static final double CUBIC_A = -0.75;

  private final Emit e;
  private final boolean corners;
  private final String padding;
  private final String mode;

  private GridSampleRule(Node n, Emit e) {
    this.e = e;
    this.corners = n.intAttr("align_corners", 0) != 0;
    this.padding = n.stringAttr("padding_mode", "zeros");
    String name = n.stringAttr("mode", n.opset() < 20 ? "bilinear" : "linear");
    this.mode = name.startsWith("bi") ? name.substring(2) : name;
  }

  /**
   * One neighbour along an axis: its index, whether it lies inside, and its weight (null for 1).
   */
  private record Tap(Value index, Value inside, Value weight) {}

  static void expand(Node n, Emit e) {
    new GridSampleRule(n, e).run();
  }

  private void run() {
    Value x = e.in(0);
    int r = x.rank() - 2;
    long[] s = x.shape();
    long[] g = e.in(1).shape();
    long points = LongArrays.product(Arrays.copyOfRange(g, 1, g.length - 1));
    Value grid =
        e.reshape(e.cast(e.in(1), LossRules.atLeastFloat(e.in(1).dtype())), s[0], points, r);
    List<List<Tap>> taps = new ArrayList<>();
    for (int axis = 0; axis < r; axis++) {
      // The grid's last axis names the innermost coordinate first.
      taps.add(taps(e.slice(grid, 2, r - 1 - axis, r - axis), s[axis + 2]));
    }
    List<Value> indices = new ArrayList<>();
    List<Value> weights = new ArrayList<>();
    long size = LongArrays.product(Arrays.copyOfRange(s, 2, s.length));
    combine(taps, 0, s, size, null, null, null, indices, weights);
    // Rows of channels, with a row of zeros after the last for what lies outside.
    Value rows = e.transpose(e.reshape(x, s[0], s[1], size), 0, 2, 1);
    rows = e.pad(rows, new long[3], new long[] {0, 1, 0}, e.scalar(x.dtype(), 0));
    int k = indices.size();
    Value at = e.reshape(e.concat(1, indices), s[0], k * points, 1);
    Value picked = e.reshape(e.gatherNd(rows, at, 1), s[0], k, points, s[1]);
    Value y;
    if (weights.getFirst() == null) {
      y = e.reshape(picked, s[0], points, s[1]);
    } else {
      Value w = e.reshape(e.concat(1, weights), s[0], k, points, 1);
      Value wide = e.cast(picked, w.dtype());
      y = e.cast(e.reduce("ReduceSum", e.mul(wide, w), false, 1), x.dtype());
    }
    e.result(0, e.reshape(e.transpose(y, 0, 2, 1), e.outType(0).shape()));
  }

  /** Every combination of one tap per axis: a row index and a weight, [N, P, 1] each. */
  private void combine(
      List<List<Tap>> taps,
      int axis,
      long[] s,
      long size,
      Value index,
      Value inside,
      Value weight,
      List<Value> indices,
      List<Value> weights) {
    if (axis == taps.size()) {
      indices.add(inside == null ? index : e.where(inside, index, e.scalar(DType.I64, size)));
      weights.add(weight);
      return;
    }
    for (Tap t : taps.get(axis)) {
      Value flat = index == null ? t.index : e.add(e.mul(index, s[axis + 2]), t.index);
      Value both =
          t.inside == null
              ? inside
              : inside == null ? t.inside : e.compare("And", inside, t.inside);
      Value w = t.weight == null ? weight : weight == null ? t.weight : e.mul(weight, t.weight);
      combine(taps, axis + 1, s, size, flat, both, w, indices, weights);
    }
  }

  private List<Tap> taps(Value normalised, long extent) {
    Value v = e.add(normalised, 1);
    v = corners ? e.mul(v, (extent - 1) / 2.0) : e.mul(e.add(e.mul(v, extent), -1), 0.5);
    if (mode.equals("nearest")) {
      v = e.unary("Round", v);
    }
    v = folded(v, extent);
    if (mode.equals("nearest")) {
      return List.of(tap(v, extent, null));
    }
    Value floor = e.unary("Floor", v);
    Value t = e.sub(v, floor);
    List<Tap> out = new ArrayList<>();
    if (mode.equals("linear")) {
      out.add(tap(floor, extent, e.sub(e.scalar(t.dtype(), 1), t)));
      out.add(tap(e.add(floor, 1), extent, t));
      return out;
    }
    for (int k = -1; k <= 2; k++) {
      out.add(tap(e.add(floor, k), extent, cubic(t, k)));
    }
    return out;
  }

  /** Coordinates beyond the borders brought inside, as the padding mode says. */
  private Value folded(Value v, long extent) {
    double low = corners ? 0 : -0.5;
    double high = corners ? extent - 1.0 : extent - 0.5;
    if (padding.equals("zeros")) {
      return v;
    }
    Value outside =
        e.compare(
            "Or",
            e.compare("Less", v, e.scalar(v.dtype(), low)),
            e.compare("Greater", v, e.scalar(v.dtype(), high)));
    if (padding.equals("border")) {
      return e.where(outside, e.clip(v, 0.0, extent - 1.0), v);
    }
    double range = high - low;
    if (range == 0) {
      return e.mul(v, 0);
    }
    Value t = e.add(v, -low);
    Value period = e.mul(e.unary("Floor", e.mul(t, 1 / (2 * range))), 2 * range);
    Value m = e.sub(t, period);
    Value mirrored = e.add(e.neg(e.unary("Abs", e.add(m, -range))), range + low);
    return e.where(outside, mirrored, v);
  }

  /** A neighbour at a whole position, which may lie outside. */
  private Tap tap(Value position, long extent, Value weight) {
    Value inside = null;
    Value at = position;
    if (padding.equals("zeros")) {
      Value low = e.compare("GreaterOrEqual", position, e.scalar(position.dtype(), 0));
      Value high = e.compare("LessOrEqual", position, e.scalar(position.dtype(), extent - 1.0));
      inside = e.compare("And", low, high);
    } else if (padding.equals("reflection")) {
      at = e.unary("Floor", folded(position, extent));
    }
    return new Tap(e.cast(e.clip(at, 0.0, extent - 1.0), DType.I64), inside, weight);
  }

  /** Keys' weight of the neighbour {@code k} (-1 … 2) of a point at fraction t. */
  private Value cubic(Value t, int k) {
    Value d = k <= 0 ? e.add(t, -k) : e.sub(e.scalar(t.dtype(), k), t);
    if (k == 0 || k == 1) {
      Value p = e.add(e.mul(d, CUBIC_A + 2), -(CUBIC_A + 3));
      return e.add(e.mul(e.mul(p, d), d), 1);
    }
    Value p = e.add(e.mul(d, CUBIC_A), -5 * CUBIC_A);
    return e.add(e.mul(e.add(e.mul(p, d), 8 * CUBIC_A), d), -4 * CUBIC_A);
  }
}
