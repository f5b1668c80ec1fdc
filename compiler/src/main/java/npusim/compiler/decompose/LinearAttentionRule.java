package npusim.compiler.decompose;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Node;

/** Recurrent forms of attention: the state is [B, Hkv, Dk, Dv], updated step by step. */
final class LinearAttentionRule {
  private LinearAttentionRule() {}

  static void expand(Node n, Emit e) {
    long qHeads = n.intAttr("q_num_heads", 1);
    long heads = n.intAttr("kv_num_heads", 1);
    String rule = n.stringAttr("update_rule", "gated_delta");
    boolean gated = rule.startsWith("gated");
    boolean delta = rule.endsWith("delta");
    Value q = split(e, e.in(0), qHeads);
    Value k = split(e, e.in(1), heads);
    Value v = split(e, e.in(2), heads);
    long batch = q.dim(0);
    long steps = q.dim(1);
    long dk = k.dim(3);
    long dv = v.dim(3);
    Value decay = gated ? e.exp(split(e, e.in(4), heads)) : null;
    Value beta = delta ? split(e, e.in(5), e.in(5).dim(2)) : null;
    double scale = n.floatAttr("scale", 0) != 0 ? n.floatAttr("scale", 0) : 1 / Math.sqrt(dk);
    Value state =
        e.optional(3) == null ? e.fill(q.dtype(), 0, batch, heads, dk, dv) : wide(e, e.in(3));
    List<Value> out = new ArrayList<>();
    for (long t = 0; t < steps; t++) {
      Value column = e.reshape(e.slice(k, 1, t, t + 1), batch, heads, dk, 1);
      Value row = e.reshape(e.slice(v, 1, t, t + 1), batch, heads, 1, dv);
      if (gated) {
        Value g = e.slice(decay, 1, t, t + 1);
        state = e.mul(state, e.reshape(g, batch, heads, g.dim(3), 1));
      }
      if (delta) {
        Value rate = e.slice(beta, 1, t, t + 1);
        Value recalled = e.matmul(e.reshape(column, batch, heads, 1, dk), state);
        row = e.mul(e.sub(row, recalled), e.reshape(rate, batch, rate.dim(2), 1, 1));
      }
      state = e.add(state, e.mul(column, row));
      Value query = e.reshape(e.slice(q, 1, t, t + 1), batch, heads, qHeads / heads, dk);
      out.add(e.reshape(e.matmul(query, state), batch, 1, qHeads * dv));
    }
    Value y = e.mul(e.concat(1, out), scale);
    e.result(0, e.cast(y, e.outType(0).dtype()));
    if (n.hasOutput(1)) {
      e.result(1, e.cast(state, e.outType(1).dtype()));
    }
  }

  private static Value wide(Emit e, Value x) {
    return e.cast(x, LossRules.atLeastFloat(x.dtype()));
  }

  /** [B, T, H·D] as [B, T, H, D] in at least binary32. */
  private static Value split(Emit e, Value x, long heads) {
    return e.reshape(wide(e, x), x.dim(0), x.dim(1), heads, x.dim(2) / heads);
  }

  static void causalConv(Node n, Emit e) {
    Value x = e.in(0);
    Value w = e.in(1);
    long[] s = x.shape();
    long carried = w.dim(2) - 1;
    Value padded;
    if (e.optional(3) != null) {
      padded = e.concat(2, List.of(e.in(3), x));
    } else {
      padded = e.pad(x, new long[] {0, 0, carried}, new long[3], e.scalar(x.dtype(), 0));
    }
    Value y = e.conv(padded, w, e.optional(2), s[1], new long[] {1}, new long[] {1}, new long[2]);
    String activation = n.stringAttr("activation", "none");
    if (!activation.equals("none")) {
      Value f = wide(e, y);
      y = e.cast(ActivationRules.swish(e, f, 1), x.dtype());
    }
    e.result(0, y);
    e.result(1, e.slice(padded, 2, s[2], s[2] + carried));
  }
}
