package npusim.compiler.decompose;

import npusim.compiler.ir.Node;
import npusim.isa.DType;

/**
 * ONNX Runtime's GroupQueryAttention: query, key and value [B, S, heads·D] (or all packed in the
 * query), caches [B, Hkv, P, D] that are updated at each sequence's length, causal with an optional
 * window.
 */
final class GroupQueryRule {
  /** Attribute set on nodes whose caches stay in place and whose length is a launch parameter. */
  static final String IN_PLACE = "in_place";

  private GroupQueryRule() {}

  static void expand(Node n, Emit e) {
    if (n.intAttr(IN_PLACE, 0) == 1) {
      CachedAttentionRule.expand(n, e);
      return;
    }
    long heads = n.intAttr("num_heads", 1);
    long shared = n.intAttr("kv_num_heads", 1);
    Value q = e.in(0);
    Value k = e.optional(1);
    Value v = e.optional(2);
    if (k == null) {
      long size = q.dim(2) / (heads + 2 * shared);
      k = e.slice(q, 2, heads * size, (heads + shared) * size);
      v = e.slice(q, 2, (heads + shared) * size, (heads + 2 * shared) * size);
      q = e.slice(q, 2, 0, heads * size);
    }
    if (n.intAttr("smooth_softmax", 0) == 1 || e.optional(11) != null) {
      throw Refusal.of(n, "a softmax with an attention sink");
    }
    long batch = q.dim(0);
    long steps = q.dim(1);
    q = AttentionRules.heads(e, q, heads);
    k = AttentionRules.heads(e, k, shared);
    v = AttentionRules.heads(e, v, shared);
    Value past = e.optional(3);
    Value length = e.cast(e.reshape(e.in(5), batch, 1), DType.I64);
    // seqlens_k is the total length minus one; the new steps are the last ones, except in a prompt,
    // which starts at 0.
    Value start =
        past == null
            ? e.fill(DType.I64, 0, batch, 1)
            : e.max(e.add(length, 1 - steps), e.scalar(DType.I64, 0));
    Value positions = e.add(start, e.iota(steps, 1, steps));
    if (n.intAttr("do_rotary", 0) != 0) {
      boolean interleaved = n.intAttr("rotary_interleaved", 0) != 0;
      Value rows = e.optional(9) == null ? positions : e.reshape(e.in(9), batch, steps);
      Value cos = row(e, e.in(7), rows);
      Value sin = row(e, e.in(8), rows);
      long rotary = 2 * e.in(7).dim(1);
      q = RotaryRule.rotate(e, q, cos, sin, interleaved, rotary);
      k = RotaryRule.rotate(e, k, cos, sin, interleaved, rotary);
    }
    long keys =
        n.hasOutput(1) ? e.outType(1).shape()[2] : past == null ? steps : past.dim(2) + steps;
    Value allKeys = past == null ? k : appended(e, past, k, positions, keys);
    Value allValues = past == null ? v : appended(e, e.in(4), v, positions, keys);
    e.result(1, allKeys);
    e.result(2, allValues);
    double scale = n.floatAttr("scale", 0) != 0 ? n.floatAttr("scale", 0) : 1 / Math.sqrt(q.dim(3));
    Value scores = e.mul(AttentionRules.scores(e, q, allKeys), scale);
    double cap = n.floatAttr("softcap", 0);
    scores = cap > 0 ? e.mul(e.unary("Tanh", e.mul(scores, 1 / cap)), cap) : scores;
    Value distance = e.sub(e.iota(keys, 1, 1, 1, keys), e.reshape(positions, batch, 1, steps, 1));
    Value sees = e.compare("LessOrEqual", distance, e.scalar(DType.I64, 0));
    long window = n.intAttr("local_window_size", -1);
    if (window > 0) {
      sees = e.compare("And", sees, e.compare("Greater", distance, e.scalar(DType.I64, -window)));
    }
    scores = e.optional(10) == null ? scores : e.add(scores, e.slice(e.in(10), 3, 0, keys));
    scores = e.where(sees, scores, e.scalar(scores.dtype(), Double.NEGATIVE_INFINITY));
    Value p =
        e.cast(e.softmax(e.cast(scores, LossRules.atLeastFloat(scores.dtype())), 3), q.dtype());
    e.result(0, AttentionRules.merged(e, AttentionRules.weighted(e, p, allValues), 3));
  }

  private static Value row(Emit e, Value cache, Value positions) {
    Value rows = e.gather(cache, positions, 0);
    return e.reshape(rows, rows.dim(0), 1, rows.dim(1), rows.dim(2));
  }

  /** The cache, made {@code keys} long, with the new steps written at their positions. */
  private static Value appended(Emit e, Value cache, Value steps, Value positions, long keys) {
    long[] after = {0, 0, keys - cache.dim(2), 0};
    Value base = e.pad(cache, new long[4], after, e.scalar(cache.dtype(), 0));
    Value at = e.expand(e.reshape(positions, steps.dim(0), 1, steps.dim(2), 1), steps.shape());
    Value y = e.op("ScatterElements", base.type(), base, at, steps);
    e.last().set("axis", 2);
    return y;
  }
}
