package npusim.compiler.decompose;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/**
 * Attention in its kinds: ONNX's operator, ONNX Runtime's grouped-query form, and the one with
 * nested graphs.
 */
final class AttentionRules {
  private AttentionRules() {}

  static List<Rule> rules() {
    return List.of(
        Rule.of("Attention", "MatMul, soft cap, masks, Softmax, MatMul", AttentionRules::attention),
        Rule.of("RotaryEmbedding", "pairs turned by cos and sin rows", RotaryRule::onnx),
        Rule.microsoft(
            "RotaryEmbedding", "pairs turned by cos and sin rows", RotaryRule::microsoft),
        Rule.microsoft(
            "GroupQueryAttention",
            "rotary embedding, cache update, attention",
            GroupQueryRule::expand),
        Rule.microsoft(
            "MultiHeadAttention", "MatMul, bias, mask, Softmax, MatMul", MultiHeadRule::expand),
        new Rule(
            "ai.onnx.preview",
            "FlexAttention",
            "MatMul, nested graphs, Softmax, MatMul",
            (n, g) -> true,
            FlexAttentionRule::expand),
        Rule.of("LinearAttention", "recurrence over steps, unrolled", LinearAttentionRule::expand),
        Rule.of(
            "CausalConvWithState",
            "Concat, depthwise Conv, Slice",
            LinearAttentionRule::causalConv));
  }

  /** [B, S, H·D] or [B, H, S, D] as [B, H, S, D]. */
  static Value heads(Emit e, Value x, long heads) {
    if (x.rank() == 4) {
      return x;
    }
    return e.transpose(e.reshape(x, x.dim(0), x.dim(1), heads, x.dim(2) / heads), 0, 2, 1, 3);
  }

  private static void attention(Node n, Emit e) {
    Value q = heads(e, e.in(0), n.intAttr("q_num_heads", 1));
    Value k = heads(e, e.in(1), n.intAttr("kv_num_heads", 1));
    Value v = heads(e, e.in(2), n.intAttr("kv_num_heads", 1));
    Value past = e.optional(4);
    if (past != null) {
      k = e.concat(2, List.of(past, k));
      v = e.concat(2, List.of(e.in(5), v));
    }
    e.result(1, k);
    e.result(2, v);
    long scaleHead = q.dim(3);
    double scale = n.has("scale") ? n.floatAttr("scale", 1) : 1 / Math.sqrt(scaleHead);
    // Both factors take the root, as specified, so that a product in 16 bits does not overflow.
    double root = Math.sqrt(scale);
    if (n.metadata().remove(KeepAttention.MARK) != null) {
      kernel(n, e, List.of(q, k, v), scale);
      return;
    }
    Value scores = scores(e, e.mul(q, root), e.mul(k, root));
    int mode = (int) n.intAttr("qk_matmul_output_mode", 0);
    Value debug = mode == 0 ? scores : null;
    double cap = n.floatAttr("softcap", 0);
    if (cap != 0) {
      scores = e.mul(e.unary("Tanh", e.mul(scores, 1 / cap)), cap);
    }
    debug = mode == 1 ? scores : debug;
    DType precision = precision(n, q.dtype());
    Value bias = bias(n, e, q, k, past == null ? 0 : past.dim(2), e.optional(6));
    scores = e.cast(scores, precision);
    Value wide = bias == null ? null : e.cast(bias, precision);
    scores = wide == null ? scores : e.add(scores, wide);
    debug = mode == 2 ? scores : debug;
    Value p = e.softmax(scores, 3);
    if (wide != null && mayMaskRows(e, n, bias)) {
      Value none =
          e.compare(
              "Equal",
              e.reduce("ReduceMax", wide, true, wide.rank() - 1),
              e.scalar(precision, Double.NEGATIVE_INFINITY));
      p = e.where(none, e.scalar(precision, 0), p);
    }
    p = e.cast(p, q.dtype());
    debug = mode == 3 ? p : debug;
    if (n.hasOutput(3)) {
      e.result(3, e.cast(debug, e.outType(3).dtype()));
    }
    e.result(0, merged(e, weighted(e, p, v), e.in(0).rank()));
  }

  /** What a kernel computes in one piece. */
  private static void kernel(Node n, Emit e, List<Value> qkv, double scale) {
    List<Value> in = new ArrayList<>(qkv);
    Value q = qkv.getFirst();
    Value bias = bias(n, e, q, qkv.get(1), 0, null);
    if (bias != null) {
      in.add(bias);
    }
    TensorType type = TensorType.of(q.dtype(), q.dim(0), q.dim(1), q.dim(2), qkv.get(2).dim(3));
    Value y = e.op(CoreOps.DOMAIN, "Attention", type, in.toArray(Value[]::new));
    e.last().set("scale", (float) scale);
    e.result(0, merged(e, y, e.in(0).rank()));
  }

  private static DType precision(Node n, DType t) {
    return n.has("softmax_precision")
        ? DType.ofOnnx((int) n.intAttr("softmax_precision", 1))
            .orElseThrow(() -> Refusal.of(n, "unknown softmax_precision"))
        : t;
  }

  /** Q·Kᵀ [B, Hq, S, T]; the query heads that share a key head go through one product. */
  static Value scores(Emit e, Value q, Value k) {
    long group = q.dim(1) / k.dim(1);
    Value grouped = e.reshape(q, q.dim(0), k.dim(1), group * q.dim(2), q.dim(3));
    return e.reshape(e.matmul(grouped, e.transposeLast(k)), q.dim(0), q.dim(1), q.dim(2), k.dim(2));
  }

  /** P·V [B, Hq, S, Dv]. */
  static Value weighted(Emit e, Value p, Value v) {
    long group = p.dim(1) / v.dim(1);
    Value grouped = e.reshape(p, p.dim(0), v.dim(1), group * p.dim(2), p.dim(3));
    return e.reshape(e.matmul(grouped, v), p.dim(0), p.dim(1), p.dim(2), v.dim(3));
  }

  /** [B, H, S, D] as the caller's rank: unchanged or [B, S, H·D]. */
  static Value merged(Emit e, Value y, int rank) {
    return rank == 4
        ? y
        : e.reshape(e.transpose(y, 0, 2, 1, 3), y.dim(0), y.dim(2), y.dim(1) * y.dim(3));
  }

  /** True unless the bias is known and leaves every row a key. */
  private static boolean mayMaskRows(Emit e, Node n, Value bias) {
    Tensor t = e.constantOf(bias);
    if (!ReductionRules.known(t)) {
      return true;
    }
    long row = t.dim(-1);
    for (long r = 0; r < t.size() / row; r++) {
      boolean any = false;
      for (long i = 0; i < row && !any; i++) {
        any = t.at(r * row + i) != Double.NEGATIVE_INFINITY;
      }
      if (!any) {
        return true;
      }
    }
    return n.is("Attention") && row == 0;
  }

  /** What is added to the scores: mask, causal border, window, padded keys; null for nothing. */
  private static Value bias(Node n, Emit e, Value q, Value k, long past, Value valid) {
    DType t = q.dtype();
    long steps = q.dim(2);
    long keys = k.dim(2);
    Value allowed = positions(n, e, steps, keys, past, valid);
    if (valid != null) {
      Value inside =
          e.compare(
              "Less",
              e.iota(keys, 1, 1, 1, keys),
              e.reshape(e.cast(valid, DType.I64), valid.elements(), 1, 1, 1));
      allowed = allowed == null ? inside : e.compare("And", allowed, inside);
    }
    Value mask = e.optional(3);
    if (mask != null && mask.dim(-1) < keys) {
      long[] after = new long[mask.rank()];
      after[mask.rank() - 1] = keys - mask.dim(-1);
      double outside = mask.dtype() == DType.BOOL ? 0 : Double.NEGATIVE_INFINITY;
      mask = e.pad(mask, new long[mask.rank()], after, e.scalar(mask.dtype(), outside));
    }
    if (mask != null && mask.dtype() == DType.BOOL) {
      allowed = allowed == null ? mask : e.compare("And", allowed, mask);
      mask = null;
    }
    if (allowed == null) {
      return mask;
    }
    Value border = blocked(e, allowed, t);
    return mask == null ? border : e.add(mask, border);
  }

  /** 0 where allowed, minus infinity elsewhere. */
  static Value blocked(Emit e, Value allowed, DType t) {
    Tensor known = e.constantOf(allowed);
    if (ReductionRules.known(known)) {
      return e.constant(
          Tensor.generate(
              t, known.dims(), i -> known.longAt(i) != 0 ? 0 : Double.NEGATIVE_INFINITY));
    }
    return e.where(allowed, e.scalar(t, 0), e.scalar(t, Double.NEGATIVE_INFINITY));
  }

  /** Which keys a query position may see by causality and windows; null when all. */
  private static Value positions(Node n, Emit e, long steps, long keys, long past, Value valid) {
    boolean causal = n.intAttr("is_causal", 0) != 0;
    long left = n.intAttr("left_window_size", -1);
    long right = n.intAttr("right_window_size", -1);
    long ahead = causal ? 0 : right;
    if (!causal && left < 0 && right < 0) {
      return null;
    }
    if (valid == null) {
      return e.constant(
          Tensor.generateLongs(
              DType.BOOL,
              new long[] {steps, keys},
              i -> sees(i / keys + past, i % keys, left, ahead) ? 1 : 0));
    }
    // The queries are the last of the valid keys of each sequence.
    Value offset = e.add(e.reshape(e.cast(valid, DType.I64), valid.elements(), 1, 1, 1), -steps);
    Value ahead2d =
        e.constant(
            Tensor.generateLongs(DType.I64, new long[] {steps, keys}, i -> i % keys - i / keys));
    Value distance = e.sub(ahead2d, offset);
    Value out = null;
    if (ahead >= 0) {
      out = e.compare("LessOrEqual", distance, e.scalar(DType.I64, ahead));
    }
    if (left >= 0) {
      Value near = e.compare("GreaterOrEqual", distance, e.scalar(DType.I64, -left));
      out = out == null ? near : e.compare("And", out, near);
    }
    return out;
  }

  private static boolean sees(long position, long key, long left, long ahead) {
    return (ahead < 0 || key <= position + ahead) && (left < 0 || key >= position - left);
  }
}
