package npusim.compiler.decompose;

import java.util.HashMap;
import java.util.Map;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.shape.ShapeInference;
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
  private static Value inline(Emit e, Graph nested, Value input) {
    if (nested == null) {
      return input;
    }
    Graph body = nested.copy();
    body.setType(body.inputs().getFirst(), input.type());
    Map<String, Tensor> known = ShapeInference.infer(body, Map.of("", Emit.OPSET)).values(body);
    Map<String, String> names = new HashMap<>();
    names.put(body.inputs().getFirst(), input.name());
    body.initializers().forEach((name, t) -> names.put(name, e.constant(t).name()));
    known.forEach((name, t) -> names.put(name, e.constant(t).name()));
    for (Node n : body.nodes()) {
      if (known.keySet().containsAll(n.outputs())) {
        continue;
      }
      Node copy = n.copy();
      for (int i = 0; i < copy.inputs().size(); i++) {
        copy.setInput(i, names.getOrDefault(copy.input(i), copy.input(i)));
      }
      for (int i = 0; i < copy.outputs().size(); i++) {
        String old = copy.output(i);
        if (!old.isEmpty()) {
          String fresh = e.graph().freshName(old);
          e.graph().setType(fresh, body.type(old));
          names.put(old, fresh);
          copy.setOutput(i, fresh);
        }
      }
      e.node(copy);
    }
    return e.value(names.get(body.outputs().getFirst()));
  }
}
