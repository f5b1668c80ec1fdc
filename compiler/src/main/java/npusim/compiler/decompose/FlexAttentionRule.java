package npusim.compiler.decompose;

import java.util.HashMap;
import java.util.Map;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/**
 * Attention whose scores and probabilities pass through nested graphs of one input and one output.
 */
final class FlexAttentionRule {
  private FlexAttentionRule() {}

  static void expand(Node n, Emit e) {
    Value q = e.in(0);
    Value k = e.in(1);
    Value v = e.in(2);
    DType fallback = q.dtype() == DType.F64 ? DType.F64 : DType.F32;
    DType precision =
        n.has("softmax_precision")
            ? DType.ofOnnx((int) n.intAttr("softmax_precision", 1))
                .orElseThrow(() -> Refusal.of(n, "unknown softmax_precision"))
            : fallback;
    double scale = n.has("scale") ? n.floatAttr("scale", 1) : 1 / Math.sqrt(q.dim(3));
    double root = Math.sqrt(scale);
    Value scores = e.cast(AttentionRules.scores(e, e.mul(q, root), e.mul(k, root)), precision);
    scores = inline(e, n.graphAttr("score_mod"), scores);
    Value p = inline(e, n.graphAttr("prob_mod"), e.softmax(scores, 3));
    e.result(0, e.cast(AttentionRules.weighted(e, p, e.cast(v, precision)), q.dtype()));
  }

  /** The nodes of a nested graph with fresh names; a null graph is the identity. */
  private static Value inline(Emit e, Graph body, Value input) {
    if (body == null) {
      return input;
    }
    Map<String, String> names = new HashMap<>();
    names.put(body.inputs().getFirst(), input.name());
    body.initializers().forEach((name, t) -> names.put(name, e.constant(t).name()));
    for (Node n : body.nodes()) {
      Node copy = n.copy();
      for (int i = 0; i < copy.inputs().size(); i++) {
        copy.setInput(i, names.getOrDefault(copy.input(i), copy.input(i)));
      }
      for (int i = 0; i < copy.outputs().size(); i++) {
        String old = copy.output(i);
        if (old.isEmpty()) {
          continue;
        }
        String fresh = e.graph().freshName(old);
        TensorType t = body.tensorType(old);
        e.graph().setType(fresh, t != null && t.isBounded() ? t : null);
        names.put(old, fresh);
        copy.setOutput(i, fresh);
      }
      e.node(copy);
    }
    String out = names.get(body.outputs().getFirst());
    // The operator's definition says that shape and type stay those of the input.
    e.graph().setType(out, input.type());
    return new Value(out, input.type());
  }
}
