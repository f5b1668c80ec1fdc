package npusim.compiler.decompose;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/**
 * NonMaxSuppression: boxes [B, N, 4], scores [B, C, N]. As many rounds as boxes may be chosen per
 * class; each takes the best score left and removes what overlaps it. The chosen rows are
 * compressed into a bounded result.
 */
final class NonMaxSuppressionRule {
  private final Emit e;
  private final long batch;
  private final long classes;
  private final long boxes;

  private NonMaxSuppressionRule(Emit e) {
    this.e = e;
    this.batch = e.in(0).dim(0);
    this.boxes = e.in(0).dim(1);
    this.classes = e.in(1).dim(1);
  }

  /** Corners of boxes, each [B, 1, N] or, for chosen ones, [B, C, 1], and areas. */
  private record Box(Value y1, Value x1, Value y2, Value x2, Value area) {}

  static void expand(Node n, Emit e) {
    new NonMaxSuppressionRule(e).run(n);
  }

  private void run(Node n) {
    long limit =
        e.optional(2) == null || e.in(2).elements() == 0
            ? 0
            : Math.max(0, e.longs(2, "max_output_boxes_per_class")[0]);
    long rounds = Math.min(limit, boxes);
    DType t = e.in(1).dtype();
    if (rounds == 0) {
      e.result(0, e.constant(Tensor.zeros(DType.I64, 0, 3)));
      return;
    }
    Value removed = e.scalar(t, Double.NEGATIVE_INFINITY);
    Value scores = e.in(1);
    if (e.optional(4) != null && e.in(4).elements() > 0) {
      Value threshold = e.reshape(e.in(4), new long[0]);
      scores = e.where(e.compare("Greater", scores, threshold), scores, removed);
    }
    Value overlap =
        e.optional(3) == null || e.in(3).elements() == 0
            ? e.scalar(t, 0)
            : e.reshape(e.in(3), new long[0]);
    Box all = corners(n.intAttr("center_point_box", 0) != 0);
    List<Value> chosen = new ArrayList<>();
    List<Value> valid = new ArrayList<>();
    Value positions = e.iota(boxes, 1, 1, boxes);
    for (long round = 0; round < rounds; round++) {
      Value best = e.argReduce("ArgMax", scores, 2);
      chosen.add(best);
      valid.add(e.compare("Greater", e.reduce("ReduceMax", scores, true, 2), removed));
      Value gone =
          e.compare(
              "Or", e.compare("Equal", positions, best), overlaps(all, pick(all, best), overlap));
      scores = e.where(gone, removed, scores);
    }
    long total = batch * classes * rounds;
    Value index = e.reshape(e.concat(2, chosen), total, 1);
    Value keep = e.reshape(e.concat(2, valid), total);
    Value where =
        e.constant(
            Tensor.generateLongs(
                DType.I64,
                new long[] {total, 2},
                i -> i % 2 == 0 ? i / 2 / (rounds * classes) : i / 2 / rounds % classes));
    Value rows = e.concat(1, List.of(where, index));
    Value y = e.op("Compress", e.outType(0), rows, keep);
    e.last().set("axis", 0);
    e.result(0, y);
  }

  private Value column(long i) {
    return e.reshape(e.slice(e.in(0), 2, i, i + 1), batch, 1, boxes);
  }

  private Box corners(boolean centers) {
    Value a = column(0);
    Value b = column(1);
    Value c = column(2);
    Value d = column(3);
    Value y1;
    Value x1;
    Value y2;
    Value x2;
    if (centers) {
      // x and y of the centre, width, height.
      Value w = e.mul(c, 0.5);
      Value h = e.mul(d, 0.5);
      x1 = e.sub(a, w);
      x2 = e.add(a, w);
      y1 = e.sub(b, h);
      y2 = e.add(b, h);
    } else {
      y1 = e.min(a, c);
      y2 = e.max(a, c);
      x1 = e.min(b, d);
      x2 = e.max(b, d);
    }
    return new Box(y1, x1, y2, x2, e.mul(e.sub(x2, x1), e.sub(y2, y1)));
  }

  private Box pick(Box all, Value index) {
    return new Box(
        pick(all.y1, index),
        pick(all.x1, index),
        pick(all.y2, index),
        pick(all.x2, index),
        pick(all.area, index));
  }

  private Value pick(Value v, Value index) {
    return e.gatherElements(e.expand(v, batch, classes, boxes), index, 2);
  }

  /**
   * True [B, C, N] where intersection over union is above the threshold and all areas are positive.
   */
  private Value overlaps(Box a, Box b, Value threshold) {
    DType t = a.area.dtype();
    Value zero = e.scalar(t, 0);
    Value width = e.max(e.sub(e.min(a.x2, b.x2), e.max(a.x1, b.x1)), zero);
    Value height = e.max(e.sub(e.min(a.y2, b.y2), e.max(a.y1, b.y1)), zero);
    Value common = e.mul(width, height);
    Value union = e.sub(e.add(a.area, b.area), common);
    Value above = e.compare("Greater", e.div(common, union), threshold);
    Value real =
        e.compare("And", e.compare("Greater", common, zero), e.compare("Greater", union, zero));
    return e.compare("And", above, real);
  }
}
