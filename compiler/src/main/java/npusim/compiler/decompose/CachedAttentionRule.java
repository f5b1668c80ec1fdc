package npusim.compiler.decompose;

import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;

/**
 * GroupQueryAttention whose caches stay in place and whose total length is set at launch: the new
 * keys and values are appended to the caches, and the attention reads as many rows as there are
 * then. One program serves every length.
 */
final class CachedAttentionRule {
  private CachedAttentionRule() {}

  static void expand(Node n, Emit e) {
    long heads = n.intAttr("num_heads", 1);
    long shared = n.intAttr("kv_num_heads", 1);
    refuse(n, e);
    Value total = e.in(6);
    Value q = AttentionRules.heads(e, e.in(0), heads);
    Value k = AttentionRules.heads(e, e.in(1), shared);
    Value v = AttentionRules.heads(e, e.in(2), shared);
    if (n.intAttr("do_rotary", 0) != 0) {
      boolean interleaved = n.intAttr("rotary_interleaved", 0) != 0;
      Value cos = rows(e, e.in(7), total, q.dim(2));
      Value sin = rows(e, e.in(8), total, q.dim(2));
      long rotary = 2 * e.in(7).dim(1);
      q = RotaryRule.rotate(e, q, cos, sin, interleaved, rotary);
      k = RotaryRule.rotate(e, k, cos, sin, interleaved, rotary);
    }
    Value keys = append(e, e.in(3), k, total);
    Value values = append(e, e.in(4), v, total);
    e.result(1, keys);
    e.result(2, values);
    TensorType type = TensorType.of(q.dtype(), q.shape());
    Value y = e.op(CoreOps.DOMAIN, "CachedAttention", type, q, keys, values, total);
    double scale = n.floatAttr("scale", 0);
    e.last().set("scale", (float) (scale != 0 ? scale : 1 / Math.sqrt(q.dim(3))));
    long window = n.intAttr("local_window_size", -1);
    if (window > 0 && window < e.in(3).dim(2)) {
      e.last().set("window", window);
    }
    e.result(0, AttentionRules.merged(e, y, 3));
  }

  private static void refuse(Node n, Emit e) {
    if (n.floatAttr("softcap", 0) > 0
        || n.intAttr("smooth_softmax", 0) == 1
        || e.optional(1) == null
        || e.optional(9) != null
        || e.optional(10) != null
        || e.optional(11) != null) {
      throw Refusal.of(n, "packed inputs, a bias, a sink or a soft cap with a launch-time length");
    }
  }

  /**
   * The rows of a table for the last {@code steps} of {@code total} positions, as [1, 1, steps, n].
   */
  private static Value rows(Emit e, Value table, Value total, long steps) {
    TensorType type = TensorType.of(table.dtype(), steps, table.dim(1));
    Value rows = e.op(CoreOps.DOMAIN, "CacheRows", type, table, total);
    e.last().set("steps", steps);
    return e.reshape(rows, 1, 1, steps, table.dim(1));
  }

  private static Value append(Emit e, Value cache, Value steps, Value total) {
    TensorType type = TensorType.of(cache.dtype(), cache.shape());
    return e.op(CoreOps.DOMAIN, "CacheAppend", type, cache, steps, total);
  }
}
