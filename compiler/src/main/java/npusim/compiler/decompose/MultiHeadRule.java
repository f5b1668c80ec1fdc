package npusim.compiler.decompose;

import java.util.List;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/** ONNX Runtime's MultiHeadAttention with query, key and value [B, S, H·D] given apart. */
final class MultiHeadRule {
  private MultiHeadRule() {}

  static void expand(Node n, Emit e) {
    long heads = n.intAttr("num_heads", 1);
    Value q = e.in(0);
    Value k = e.in(1);
    Value v = e.in(2);
    if (e.optional(3) != null) {
      long hidden = q.dim(2);
      Value bias = e.in(3);
      q = e.add(q, e.slice(bias, 0, 0, hidden));
      k = e.add(k, e.slice(bias, 0, hidden, 2 * hidden));
      v = e.add(v, e.slice(bias, 0, 2 * hidden, bias.dim(0)));
    }
    q = AttentionRules.heads(e, q, heads);
    k = AttentionRules.heads(e, k, heads);
    v = AttentionRules.heads(e, v, heads);
    if (e.optional(6) != null) {
      k = e.concat(2, List.of(e.in(6), k));
      v = e.concat(2, List.of(e.in(7), v));
    }
    e.result(1, k);
    e.result(2, v);
    double scale = n.floatAttr("scale", 0) != 0 ? n.floatAttr("scale", 0) : 1 / Math.sqrt(q.dim(3));
    Value scores = e.mul(AttentionRules.scores(e, q, k), scale);
    scores = e.optional(5) == null ? scores : e.add(scores, e.in(5));
    scores = masked(n, e, scores);
    if (n.intAttr("unidirectional", 0) != 0) {
      long steps = q.dim(2);
      long keys = k.dim(2);
      Tensor sees =
          Tensor.generateLongs(
              DType.BOOL,
              new long[] {steps, keys},
              i -> i % keys <= i / keys + keys - steps ? 1 : 0);
      scores = e.add(scores, AttentionRules.blocked(e, e.constant(sees), scores.dtype()));
    }
    e.result(0, AttentionRules.merged(e, AttentionRules.weighted(e, e.softmax(scores, 3), v), 3));
  }

  /** key_padding_mask: 0 hides a key; [B, T], [B, S, T] or, as lengths, [B]. */
  private static Value masked(Node n, Emit e, Value scores) {
    Value mask = e.optional(4);
    if (mask == null) {
      return scores;
    }
    long batch = scores.dim(0);
    Value sees;
    if (mask.rank() == 1 && mask.dim(0) == batch) {
      long keys = scores.dim(3);
      Value position = e.cast(e.iota(keys, 1, 1, 1, keys), mask.dtype());
      sees = e.compare("Less", position, e.reshape(mask, batch, 1, 1, 1));
    } else if (mask.rank() == 2) {
      sees = e.cast(e.reshape(mask, batch, 1, 1, mask.dim(1)), DType.BOOL);
    } else if (mask.rank() == 3) {
      sees = e.cast(e.reshape(mask, batch, 1, mask.dim(1), mask.dim(2)), DType.BOOL);
    } else {
      throw Refusal.of(n, "key_padding_mask of type " + mask.type());
    }
    double filter = n.floatAttr("mask_filter_value", -10000f);
    return e.add(
        scores, e.where(sees, e.scalar(scores.dtype(), 0), e.scalar(scores.dtype(), filter)));
  }
}
