package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Graph;

/** Attention and what surrounds it. */
final class AttentionOps {
  private AttentionOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    o.add(
        onnx("Attention", "scaled dot-product attention, grouped heads, cache", 23, 24, 25)
            .takes(
                "Q:T1[B,_,_/B,_,_,_] K:T1[_,_,_/_,_,_,_] V:T2[_,_,_/_,_,_,_] "
                    + "attn_mask:U? past_key:T1[B,_,_,_]? past_value:T2[B,_,_,_]? "
                    + "nonpad_kv_seqlen:i64[B]? | is_causal:int(0..1) kv_num_heads:int(1..) "
                    + "q_num_heads:int(1..) qk_matmul_output_mode:int(0..3) scale:float "
                    + "softcap:float softmax_precision:int left_window_size:int "
                    + "right_window_size:int")
            .infer(AttentionOps::attention));
    o.add(
        onnx("RotaryEmbedding", "rotates pairs of features by position", 23)
            .takes(
                "X:T[B,_,_/B,_,_,_] cos_cache:T[_,_/B,_,_] sin_cache:T[_,_/B,_,_] "
                    + "position_ids:i64[B,_]? | interleaved:int(0..1) num_heads:int(0..) "
                    + "rotary_embedding_dim:int(0..)")
            .infer(AttentionOps::rotary));
    o.add(
        onnx("LinearAttention", "attention by a recurrent state", 27)
            .takes(
                "Q:T[B,S,_] K:T[B,S,_] V:T[B,S,_] past_state:S[B,_,_,_]? decay:T[B,S,_]? "
                    + "beta:T[B,S,_]? | q_num_heads:int(1..) kv_num_heads:int(1..) "
                    + "update_rule:{linear,gated,delta,gated_delta} scale:float chunk_size:int")
            .infer(AttentionOps::linear));
    o.add(
        new Operator.Builder(
                "ai.onnx.preview",
                "FlexAttention",
                "attention with score and probability subgraphs",
                1)
            .takes(
                "Q:T[B,_,_,_] K:T[B,H,L,_] V:T[B,H,L,_] | scale:float "
                    + "softmax_precision:int score_mod:graph prob_mod:graph")
            .infer(AttentionOps::flex));
    return o;
  }

  private static void attention(InferContext c) {
    c.checkRank(0, 3, 4);
    boolean three = c.rank(0) == 3;
    Dim batch = c.dim(0, 0);
    for (int i = 1; i <= 2; i++) {
      // Several queries may share one sequence of keys.
      boolean shared = c.dim(i, 0).known() && c.dim(i, 0).value() == 1;
      if (!shared && batch.known()) {
        c.expectExtent(i, 0, batch.value(), "the batch of Q, or 1");
      }
    }
    Dim length = c.dim(0, -2);
    long qHeads = three ? c.attr("q_num_heads", 0L) : c.known(0, 1);
    long kvHeads = three ? c.attr("kv_num_heads", 0L) : c.known(1, 1);
    if (qHeads < 1 || kvHeads < 1 || qHeads % kvHeads != 0) {
      throw c.fail("has " + qHeads + " query heads and " + kvHeads + " key/value heads");
    }
    c.checkRank(1, c.rank(0), c.rank(0));
    c.checkRank(2, c.rank(0), c.rank(0));
    if (three) {
      c.expectMultiple(c.known(0, 2), qHeads, "query features in q_num_heads");
      c.expectMultiple(c.known(1, 2), kvHeads, "key features in kv_num_heads");
      c.expectMultiple(c.known(2, 2), kvHeads, "value features in kv_num_heads");
      c.expectExtent(1, 2, c.known(0, 2) / qHeads * kvHeads, "heads of the queries' size");
    } else {
      c.expectExtent(1, 3, c.known(0, 3), "head size of the queries");
      c.expectExtent(2, 1, kvHeads, "heads of the keys");
    }
    c.expectExtent(2, -2, c.known(1, -2), "steps of the keys");
    if (c.has(4) != c.has(5)) {
      throw c.fail("past_key and past_value come together");
    }
    for (int i = 4; i < 6 && c.has(i); i++) {
      c.expectExtent(i, 1, kvHeads, "heads of the keys");
      c.expectExtent(i, 2, c.known(4, 2), "steps of past_key");
    }
    Dim headSize = three ? Dim.of(c.known(1, 2) / kvHeads) : c.dim(1, 3);
    Dim valueSize = three ? Dim.of(c.known(2, 2) / kvHeads) : c.dim(2, 3);
    Dim keys = c.dim(1, -2);
    if (c.has(4)) {
      keys = Dim.of(c.known(4, 2) + c.known(1, -2));
    }
    if (c.has(3)) {
      c.broadcastsTo(3, maskShape(c, batch, qHeads, length, keys));
    }
    c.set(
        0,
        c.dtype(0),
        three
            ? List.of(batch, length, Dim.of(qHeads * valueSize.max()))
            : List.of(batch, Dim.of(qHeads), length, valueSize));
    c.set(1, c.dtype(1), List.of(batch, Dim.of(kvHeads), keys, headSize));
    c.set(2, c.dtype(2), List.of(batch, Dim.of(kvHeads), keys, valueSize));
    c.set(3, c.dtype(0), List.of(batch, Dim.of(qHeads), length, keys));
  }

  /** The mask broadcasts to the scores; its last dimension may be shorter. */
  private static List<Dim> maskShape(InferContext c, Dim batch, long heads, Dim length, Dim keys) {
    Dim own = c.rank(3) == 0 ? Dim.of(1) : c.dim(3, -1);
    boolean shorter = own.known() && keys.known() && own.value() < keys.value();
    return List.of(batch, Dim.of(heads), length, shorter ? own : keys);
  }

  private static void flex(InferContext c) {
    c.expectMultiple(c.known(0, 1), c.known(1, 1), "query heads in key heads");
    c.expectExtent(1, 3, c.known(0, 3), "head size of the queries");
    for (String key : List.of("score_mod", "prob_mod")) {
      Graph g = c.node().graphAttr(key);
      if (g != null && (g.inputs().size() != 1 || g.outputs().size() != 1)) {
        throw c.fail(
            "graph '"
                + key
                + "' has "
                + g.inputs().size()
                + " inputs and "
                + g.outputs().size()
                + " outputs, expected one each");
      }
    }
    c.set(0, c.dtype(0), List.of(c.dim(0, 0), c.dim(0, 1), c.dim(0, 2), c.dim(2, 3)));
  }

  private static void rotary(InferContext c) {
    rotary(c, 1, c.has(3));
  }

  /** Shape rule of ONNX Runtime's form, whose positions come first. */
  static void rotaryMicrosoft(InferContext c) {
    Dim positions = InferContext.product(c.dims(1));
    boolean start = positions.known() && positions.value() == 1;
    if (!start) {
      c.expectExtent(1, 0, c.known(0, 0), "batch");
      c.expectExtent(1, 1, c.known(0, c.rank(0) == 4 ? 2 : 1), "steps");
    }
    rotary(c, 2, true);
  }

  /**
   * Input, tables of cosines and sines, maybe gathered by positions.
   *
   * @param cos index of the table of cosines; that of sines comes after it
   */
  private static void rotary(InferContext c, int cos, boolean gathered) {
    boolean perHead = c.rank(0) == 4;
    long width = c.known(0, -1);
    long heads = c.attr("num_heads", 0L);
    long turned = c.attr("rotary_embedding_dim", 0L);
    c.checkRank(cos, gathered ? 2 : 3, gathered ? 2 : 3);
    c.checkRank(cos + 1, c.rank(cos), c.rank(cos));
    long half = c.known(cos, -1);
    long size = perHead ? width : heads > 0 ? width / heads : turned > 0 ? width : 2 * half;
    if (!perHead) {
      c.expectMultiple(width, heads > 0 ? heads : size, "features in heads");
    }
    long used = turned > 0 ? turned : size;
    if (used > size || used % 2 != 0 || used == 0) {
      throw c.fail("rotates " + used + " features of heads of " + size + ", expected an even part");
    }
    c.expectExtent(cos, -1, used / 2, "half the rotated features");
    c.expectExtent(cos + 1, -1, used / 2, "half the rotated features");
    for (int i = cos; i < cos + 2; i++) {
      if (!gathered) {
        c.expectExtent(i, 1, c.known(0, perHead ? 2 : 1), "steps");
      }
    }
    if (gathered && cos == 1) {
      c.expectExtent(3, 1, c.known(0, perHead ? 2 : 1), "steps");
    }
    c.set(0, c.type(0));
  }

  private static void linear(InferContext c) {
    long qHeads = c.attr("q_num_heads", 1L);
    long kvHeads = c.attr("kv_num_heads", qHeads);
    String rule = c.attr("update_rule", "gated_delta");
    c.expectMultiple(qHeads, kvHeads, "q_num_heads in kv_num_heads");
    c.expectMultiple(c.known(0, 2), qHeads, "query features in q_num_heads");
    c.expectMultiple(c.known(1, 2), kvHeads, "key features in kv_num_heads");
    c.expectMultiple(c.known(2, 2), kvHeads, "value features in kv_num_heads");
    c.expectExtent(0, 2, c.known(1, 2) / kvHeads * qHeads, "heads of the keys' size");
    c.expectExtent(3, 1, kvHeads, "kv_num_heads");
    c.expectExtent(3, 2, c.known(1, 2) / kvHeads, "key size of a head");
    c.expectExtent(3, 3, c.known(2, 2) / kvHeads, "value size of a head");
    if (rule.startsWith("gated") && !c.has(4)) {
      throw c.fail("update_rule " + rule + " needs a decay, input 4");
    }
    if (rule.endsWith("delta") && !c.has(5)) {
      throw c.fail("update_rule " + rule + " needs beta, input 5");
    }
    if (c.has(4) && c.known(4, 2) != kvHeads) {
      c.expectExtent(4, 2, c.known(1, 2), "one decay per head or per key feature");
    }
    if (c.has(5) && c.known(5, 2) != 1) {
      c.expectExtent(5, 2, kvHeads, "one rate, or one per head");
    }
    long keySize = c.known(1, 2) / kvHeads;
    long valueSize = c.known(2, 2) / kvHeads;
    c.set(0, c.dtype(0), List.of(c.dim(0, 0), c.dim(0, 1), Dim.of(qHeads * valueSize)));
    c.set(
        1,
        c.has(3) ? c.dtype(3) : c.dtype(0),
        List.of(c.dim(0, 0), Dim.of(kvHeads), Dim.of(keySize), Dim.of(valueSize)));
  }
}
