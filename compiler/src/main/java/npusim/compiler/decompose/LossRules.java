package npusim.compiler.decompose;

import java.util.List;
import java.util.stream.IntStream;
import npusim.compiler.ir.Node;
import npusim.isa.DType;

/** Classification losses: scores [N, C, d1 …], class indices [N, d1 …], optional weights [C]. */
final class LossRules {
  private LossRules() {}

  static List<Rule> rules() {
    return List.of(
        Rule.of(
            "NegativeLogLikelihoodLoss",
            "GatherElements, weights, reduction",
            (n, e) -> e.result(0, nll(n, e, e.in(0)))),
        Rule.of(
            "SoftmaxCrossEntropyLoss",
            "LogSoftmax, then NegativeLogLikelihoodLoss",
            (n, e) -> {
              Value p = e.unary("LogSoftmax", e.in(0));
              e.last().set("axis", 1);
              e.result(0, nll(n, e, p));
              e.result(1, p);
            }));
  }

  private static Value nll(Node n, Emit e, Value logProbabilities) {
    Value x = logProbabilities;
    Value target = e.in(1);
    Value weights = e.optional(2);
    Value valid = null;
    if (n.has("ignore_index")) {
      Value ignored =
          e.compare("Equal", target, e.scalar(target.dtype(), n.intAttr("ignore_index", 0)));
      valid = e.unary("Not", ignored);
      target = e.where(ignored, e.scalar(target.dtype(), 0), target);
    }
    long[] s = target.shape();
    long[] column = new long[s.length + 1];
    for (int i = 0, j = 0; i < column.length; i++) {
      column[i] = i == 1 ? 1 : s[j++];
    }
    Value picked = e.reshape(e.gatherElements(x, e.reshape(target, column), 1), s);
    Value loss = e.neg(picked);
    Value w = weights == null ? null : e.gather(weights, ShapeRules.wrap(e, target, x.dim(1)), 0);
    if (valid != null) {
      w = w == null ? e.cast(valid, x.dtype()) : e.where(valid, w, e.scalar(x.dtype(), 0));
      // Selected, not multiplied: an ignored position must not let an infinity or NaN through.
      loss = e.where(valid, loss, e.scalar(x.dtype(), 0));
    }
    loss = w == null ? loss : e.mul(loss, w);
    int[] all = IntStream.range(0, s.length).toArray();
    return switch (n.stringAttr("reduction", "mean")) {
      case "none" -> loss;
      case "sum" -> e.reduce("ReduceSum", loss, false, all);
      case "mean" ->
          w == null
              ? e.reduce("ReduceMean", loss, false, all)
              : e.div(
                  e.reduce("ReduceSum", loss, false, all), e.reduce("ReduceSum", w, false, all));
      default -> throw Refusal.of(n, "unknown reduction '" + n.stringAttr("reduction", "") + "'");
    };
  }

  /** The wider of a type and binary32, for sums. */
  static DType atLeastFloat(DType t) {
    return t == DType.F64 ? t : DType.F32;
  }
}
