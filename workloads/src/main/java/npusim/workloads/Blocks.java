package npusim.workloads;

import java.util.List;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Node;

/** Parts that builders share. */
final class Blocks {
  private Blocks() {}

  /** x [N, channels, …], normalised per channel with the parameters {@code name.bn.*}. */
  static String batchNorm(Scope s, String x, String name, long channels, float eps) {
    return s.add(
            "BatchNormalization",
            name + ".bn",
            x,
            s.weight(name + ".bn.scale", Init.NEAR_ONE, channels),
            s.weight(name + ".bn.bias", Init.SMALL, channels),
            s.weight(name + ".bn.mean", Init.SMALL, channels),
            s.weight(name + ".bn.var", Init.NEAR_ONE, channels))
        .set("epsilon", eps)
        .output(0);
  }

  /** Layer normalisation over the last axis, with scale and shift. */
  static String layerNorm(Scope s, String x, String name, long width, float eps) {
    return s.add(
            "LayerNormalization",
            name,
            x,
            s.weight(name + ".weight", Init.NEAR_ONE, width),
            s.weight(name + ".bias", Init.SMALL, width))
        .set("axis", -1L)
        .set("epsilon", eps)
        .output(0);
  }

  /** RMS normalisation over the last axis, with scale. */
  static String rmsNorm(Scope s, String x, String name, long width, float eps) {
    return s.add("RMSNormalization", name, x, s.weight(name + ".weight", Init.NEAR_ONE, width))
        .set("axis", -1L)
        .set("epsilon", eps)
        .output(0);
  }

  /** Gaussian error linear unit, exact or by tanh. */
  static String gelu(Scope s, String x, String name, boolean tanh) {
    Node n = s.add("Gelu", name, x);
    return tanh ? n.set("approximate", "tanh").output(0) : n.output(0);
  }

  /** [batch, length, heads·dim] to [batch, heads, length, dim]. */
  static String splitHeads(Scope s, String x, String name, long length, long heads, long dim) {
    String r = s.reshape(x, name + ".split", -1, length, heads, dim);
    return s.transpose(r, name + ".heads", 0, 2, 1, 3);
  }

  /**
   * softmax(q·kᵀ/√dim [+ mask])·v over [batch, heads, length, dim], back to [batch, length,
   * heads·dim].
   */
  static String attend(
      Scope s,
      String q,
      String k,
      String v,
      String mask,
      String name,
      long length,
      long width,
      long dim) {
    String kt = s.transpose(k, name + ".kt", 0, 1, 3, 2);
    String scores = s.op("MatMul", name + ".scores", q, kt);
    scores =
        s.op(
            "Mul",
            name + ".scaled",
            scores,
            s.scalar(name + ".scale", (float) (1 / Math.sqrt(dim))));
    if (!mask.isEmpty()) {
      scores = s.op("Add", name + ".masked", scores, mask);
    }
    String p = s.add("Softmax", name + ".probs", scores).set("axis", -1L).output(0);
    String context = s.op("MatMul", name + ".context", p, v);
    String back = s.transpose(context, name + ".merge", 0, 2, 1, 3);
    return s.reshape(back, name + ".merged", -1, length, width);
  }

  /**
   * Grouped-query attention against a KV cache of fixed capacity.
   *
   * @param qkv query, key and value of [batch, length, heads·dim]
   * @param cache past key, past value [batch, kvHeads, capacity, dim], seqlens [batch], total
   *     length
   * @param rotary cosine and sine tables, or empty
   * @return attention output, present key, present value
   */
  static List<String> cachedAttention(
      Scope s,
      List<String> qkv,
      List<String> cache,
      List<String> rotary,
      String name,
      Heads heads) {
    var inputs = new java.util.ArrayList<>(qkv);
    inputs.addAll(cache);
    inputs.addAll(rotary);
    Node n =
        s.add(Scope.MICROSOFT, "GroupQueryAttention", name, inputs, 3)
            .set("num_heads", (long) heads.query())
            .set("kv_num_heads", (long) heads.keyValue())
            .set("scale", new Attribute.Float((float) (1 / Math.sqrt(heads.dim()))));
    if (!rotary.isEmpty()) {
      n.set("do_rotary", 1L);
    }
    if (heads.window() > 0) {
      n.set("local_window_size", (long) heads.window());
    }
    return n.outputs();
  }

  /** Head counts, head width and look-back of an attention. */
  record Heads(int query, int keyValue, int dim, int window) {}
}
