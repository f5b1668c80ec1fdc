package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Dim;

/** Attention and what surrounds it. */
final class AttentionOps {
  private AttentionOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    o.add(
        onnx("Attention", "scaled dot-product attention, grouped heads, cache", 23, 24, 25)
            .infer(AttentionOps::attention));
    o.add(
        onnx("RotaryEmbedding", "rotates pairs of features by position", 23)
            .infer(
                c -> {
                  c.checkRank(0, 3, 4);
                  c.set(0, c.type(0));
                }));
    o.add(
        onnx("LinearAttention", "attention by a recurrent state", 27).infer(AttentionOps::linear));
    o.add(
        new Operator.Builder(
                "ai.onnx.preview",
                "FlexAttention",
                "attention with score and probability subgraphs",
                1)
            .infer(
                c ->
                    c.set(
                        0,
                        c.dtype(0),
                        List.of(c.dim(0, 0), c.dim(0, 1), c.dim(0, 2), c.dim(2, 3)))));
    return o;
  }

  private static void attention(InferContext c) {
    c.checkRank(0, 3, 4);
    boolean three = c.rank(0) == 3;
    Dim batch = c.dim(0, 0);
    Dim length = c.dim(0, -2);
    long qHeads = three ? c.attr("q_num_heads", 0L) : c.known(0, 1);
    long kvHeads = three ? c.attr("kv_num_heads", 0L) : c.known(1, 1);
    if (qHeads < 1 || kvHeads < 1 || qHeads % kvHeads != 0) {
      throw c.fail("has " + qHeads + " query heads and " + kvHeads + " key/value heads");
    }
    Dim headSize = three ? Dim.of(c.known(1, 2) / kvHeads) : c.dim(1, 3);
    Dim valueSize = three ? Dim.of(c.known(2, 2) / kvHeads) : c.dim(2, 3);
    Dim keys = c.dim(1, -2);
    if (c.has(4)) {
      keys = Dim.of(c.known(4, 2) + c.known(1, -2));
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

  private static void linear(InferContext c) {
    c.checkRank(0, 3, 3);
    long qHeads = c.attr("q_num_heads", 1L);
    long kvHeads = c.attr("kv_num_heads", qHeads);
    long keySize = c.known(1, 2) / kvHeads;
    long valueSize = c.known(2, 2) / kvHeads;
    c.set(0, c.dtype(0), List.of(c.dim(0, 0), c.dim(0, 1), Dim.of(qHeads * valueSize)));
    c.set(
        1,
        c.has(3) ? c.dtype(3) : c.dtype(0),
        List.of(c.dim(0, 0), Dim.of(kvHeads), Dim.of(keySize), Dim.of(valueSize)));
  }
}
