package npusim.workloads;

import java.util.List;
import npusim.compiler.ir.Model;
import npusim.isa.DType;

/**
 * Builds an image captioner in the manner of BLIP (Li et al. 2022) as two graphs.
 *
 * <p>The encoder takes {@code image} [1, 3, edge, edge] and gives each text layer's cross-attention
 * keys and values, {@code cross_key.i} and {@code cross_value.i} [1, heads, tokens, dim], computed
 * once per image. The decoder writes one token for every text of the batch per launch.
 */
final class CaptionerBuilder {
  private static final int OPSET = 20;

  private CaptionerBuilder() {}

  static Model encoder(String name, Captioner m, Weights weights) {
    VisionTransformer v = m.vision();
    var main = new MainScope(name, OPSET, weights);
    String x = VisionEncoder.encode(main, v, 1);
    Captioner.Text t = m.text();
    long dim = t.hidden() / t.heads();
    for (int i = 0; i < t.layers(); i++) {
      for (String kind : List.of("key", "value")) {
        String weight = "text." + i + ".cross." + kind;
        String y = main.linear(x, weight, t.encoderHidden(), t.hidden(), true);
        String out = Blocks.splitHeads(main, y, weight, v.tokens(), t.heads(), dim);
        main.output("cross_" + kind + "." + i, out, DType.F32, 1, t.heads(), v.tokens(), dim);
      }
    }
    return main.model();
  }

  /**
   * One decode step for {@code batch} texts about one image.
   *
   * @param capacity tokens the KV cache holds
   */
  static Model decoder(String name, Captioner m, long batch, long capacity, Weights weights) {
    Captioner.Text t = m.text();
    long dim = t.hidden() / t.heads();
    var main = new MainScope(name, OPSET, weights);
    main.input("input_ids", DType.I64, batch, 1);
    main.input("position_ids", DType.I64, batch, 1);
    main.input("seqlens_k", DType.I32, batch);
    main.input("total_sequence_length", DType.I32);
    for (int i = 0; i < t.layers(); i++) {
      for (String kind : List.of("key", "value")) {
        main.input("past_" + kind + "." + i, DType.F32, batch, t.heads(), capacity, dim);
        main.input("cross_" + kind + "." + i, DType.F32, 1, t.heads(), m.vision().tokens(), dim);
      }
    }
    String words = main.weight("embed.words", Init.SMALL, t.vocab(), t.hidden());
    String places = main.weight("embed.positions", Init.SMALL, t.context(), t.hidden());
    String x =
        main.op(
            "Add",
            "embed.sum",
            main.op("Gather", "embed.word", words, "input_ids"),
            main.op("Gather", "embed.position", places, "position_ids"));
    x = Blocks.layerNorm(main, x, "embed.norm", t.hidden(), t.normEps());
    FunctionScope layer = textLayer(main, m);
    for (int i = 0; i < t.layers(); i++) {
      List<String> out =
          main.call(
              layer,
              "layers." + i,
              List.of(
                  x,
                  "past_key." + i,
                  "past_value." + i,
                  "seqlens_k",
                  "total_sequence_length",
                  "cross_key." + i,
                  "cross_value." + i));
      x = out.getFirst();
      for (int k = 0; k < 2; k++) {
        String kv = (k == 0 ? "key." : "value.") + i;
        main.output("present_" + kv, out.get(k + 1), DType.F32, batch, t.heads(), capacity, dim);
        main.state("present_" + kv, "past_" + kv);
      }
    }
    textHead(main, t, x, batch);
    main.launchParam("total_sequence_length", 1, capacity);
    return main.model();
  }

  private static FunctionScope textLayer(MainScope main, Captioner m) {
    Captioner.Text t = m.text();
    int dim = t.hidden() / t.heads();
    FunctionScope f = main.function("TextLayer");
    String x = f.input("x");
    List<String> cache =
        List.of(
            f.input("past_key"),
            f.input("past_value"),
            f.input("seqlens_k"),
            f.input("total_sequence_length"));
    String crossKey = f.input("cross_key");
    String crossValue = f.input("cross_value");
    List<String> self =
        Blocks.cachedAttention(
            f,
            List.of(
                f.linear(x, "self.q", t.hidden(), t.hidden(), true),
                f.linear(x, "self.k", t.hidden(), t.hidden(), true),
                f.linear(x, "self.v", t.hidden(), t.hidden(), true)),
            cache,
            List.of(),
            "self.core",
            new Blocks.Heads(t.heads(), t.heads(), dim, 0));
    String a =
        addNorm(f, x, f.linear(self.getFirst(), "self.o", t.hidden(), t.hidden(), true), "self", t);
    String q = f.linear(a, "cross.q", t.hidden(), t.hidden(), true);
    q = Blocks.splitHeads(f, q, "cross.q", 1, t.heads(), dim);
    String c = Blocks.attend(f, q, crossKey, crossValue, "", "cross", 1, t.hidden(), dim);
    String b = addNorm(f, a, f.linear(c, "cross.o", t.hidden(), t.hidden(), true), "cross", t);
    String h = Blocks.gelu(f, f.linear(b, "mlp.in", t.hidden(), t.ffn(), true), "mlp.gelu", false);
    f.output(addNorm(f, b, f.linear(h, "mlp.out", t.ffn(), t.hidden(), true), "mlp", t));
    f.output(self.get(1));
    f.output(self.get(2));
    main.define(f);
    return f;
  }

  private static String addNorm(Scope s, String x, String y, String name, Captioner.Text t) {
    String sum = s.op("Add", name + ".residual", x, y);
    return Blocks.layerNorm(s, sum, name + ".norm", t.hidden(), t.normEps());
  }

  private static void textHead(MainScope main, Captioner.Text t, String x, long batch) {
    String h = main.linear(x, "head.transform", t.hidden(), t.hidden(), true);
    h = Blocks.gelu(main, h, "head.gelu", false);
    h = Blocks.layerNorm(main, h, "head.norm", t.hidden(), t.normEps());
    String flat = main.reshape(h, "head.flat", batch, t.hidden());
    String logits = main.linear(flat, "head.vocab", t.hidden(), t.vocab(), true);
    main.output("logits", logits, DType.F32, batch, t.vocab());
    String token =
        main.add("ArgMax", "argmax", logits).set("axis", -1L).set("keepdims", 0L).output(0);
    main.output("next_token", token, DType.I64, batch);
  }
}
