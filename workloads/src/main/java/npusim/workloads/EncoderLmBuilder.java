package npusim.workloads;

import java.util.List;
import npusim.compiler.ir.Model;
import npusim.isa.DType;

/**
 * Builds a BERT-style encoder: {@code input_ids}, {@code segment_ids} [batch, length] and an
 * additive {@code mask} [batch, 1, 1, length] give {@code logits} [batch, length, 2], the start and
 * end scores of an answer. Without a word table the layers stand alone: {@code x} [batch, length,
 * hidden] gives {@code y}.
 */
final class EncoderLmBuilder {
  private static final int OPSET = 20;

  private EncoderLmBuilder() {}

  static Model build(String name, EncoderLm m, long batch, long length, Weights weights) {
    var main = new MainScope(name, OPSET, weights);
    if (m.vocab() == 0) {
      return layersOnly(main, m, batch, length);
    }
    main.input("input_ids", DType.I64, batch, length);
    main.input("segment_ids", DType.I64, batch, length);
    main.input("mask", DType.F32, batch, 1, 1, length);
    String words = main.weight("embed.words", Init.SMALL, m.vocab(), m.hidden());
    String positions = main.weight("embed.positions", Init.SMALL, length, m.hidden());
    String segments = main.weight("embed.segments", Init.SMALL, m.segments(), m.hidden());
    String x = main.op("Gather", "embed.word", words, "input_ids");
    x = main.op("Add", "embed.at", x, main.op("Gather", "embed.segment", segments, "segment_ids"));
    x = main.op("Add", "embed.sum", x, positions);
    x = Blocks.layerNorm(main, x, "embed.norm", m.hidden(), m.normEps());
    FunctionScope layer = layer(main, m, length, true);
    for (int i = 0; i < m.layers(); i++) {
      x = main.call(layer, "layers." + i, List.of(x, "mask")).getFirst();
    }
    main.output("logits", main.linear(x, "span", m.hidden(), 2, true), DType.F32, batch, length, 2);
    return main.model();
  }

  /** {@code x} [batch, length, hidden] through the layers to {@code y}; every token sees all. */
  private static Model layersOnly(MainScope main, EncoderLm m, long batch, long length) {
    String x = main.input("x", DType.F32, batch, length, m.hidden());
    FunctionScope layer = layer(main, m, length, false);
    for (int i = 0; i < m.layers(); i++) {
      x = main.call(layer, "layers." + i, List.of(x)).getFirst();
    }
    main.output("y", x, DType.F32, batch, length, m.hidden());
    return main.model();
  }

  private static FunctionScope layer(MainScope main, EncoderLm m, long length, boolean masked) {
    FunctionScope f = main.function("Layer");
    String x = f.input("x");
    String mask = masked ? f.input("mask") : "";
    int dim = m.hidden() / m.heads();
    String q = projected(f, x, "attn.q", m, length);
    String k = projected(f, x, "attn.k", m, length);
    String v = projected(f, x, "attn.v", m, length);
    String a = Blocks.attend(f, q, k, v, mask, "attn", length, m.hidden(), dim);
    String o = f.linear(a, "attn.o", m.hidden(), m.hidden(), true);
    String mid =
        Blocks.layerNorm(
            f, f.op("Add", "attn.residual", x, o), "attn.norm", m.hidden(), m.normEps());
    String h =
        Blocks.gelu(f, f.linear(mid, "mlp.in", m.hidden(), m.ffn(), true), "mlp.gelu", false);
    String y = f.linear(h, "mlp.out", m.ffn(), m.hidden(), true);
    f.output(
        Blocks.layerNorm(
            f, f.op("Add", "mlp.residual", mid, y), "mlp.norm", m.hidden(), m.normEps()));
    main.define(f);
    return f;
  }

  private static String projected(Scope s, String x, String name, EncoderLm m, long length) {
    String y = s.linear(x, name, m.hidden(), m.hidden(), true);
    return Blocks.splitHeads(s, y, name, length, m.heads(), m.hidden() / m.heads());
  }
}
