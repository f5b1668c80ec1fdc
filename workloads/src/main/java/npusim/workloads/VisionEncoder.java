package npusim.workloads;

import java.util.List;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/** Builds a vision transformer's layers. */
final class VisionEncoder {
  private static final long RGB = 3;

  private VisionEncoder() {}

  /**
   * From the input {@code image} [batch, 3, edge, edge], which this adds to the model.
   *
   * @return tokens [batch, tokens, hidden], normalised, the class token first
   */
  static String encode(MainScope main, VisionTransformer v, long batch) {
    String image = main.input("image", DType.F32, batch, RGB, v.image(), v.image());
    String kernel = main.weight("patch.weight", Init.KERNEL, v.hidden(), RGB, v.patch(), v.patch());
    String patches =
        main.add("Conv", "patch", image, kernel, main.weight("patch.bias", Init.SMALL, v.hidden()))
            .set("kernel_shape", v.patch(), v.patch())
            .set("strides", v.patch(), v.patch())
            .output(0);
    String flat = main.reshape(patches, "patch.flat", batch, v.hidden(), v.tokens() - 1L);
    String rows = main.transpose(flat, "patch.rows", 0, 2, 1);
    String first = main.weight("class_token", Init.SMALL, 1, 1, v.hidden());
    if (batch > 1) {
      String shape =
          main.constant("class_token.shape", Tensor.vector(new long[] {batch, 1, v.hidden()}));
      first = main.op("Expand", "class_tokens", first, shape);
    }
    String x = main.add("Concat", "tokens", first, rows).set("axis", 1L).output(0);
    x = main.op("Add", "embed", x, main.weight("positions", Init.SMALL, 1, v.tokens(), v.hidden()));
    FunctionScope layer = layer(main, v);
    for (int i = 0; i < v.layers(); i++) {
      x = main.call(layer, "layers." + i, List.of(x)).getFirst();
    }
    return Blocks.layerNorm(main, x, "final_norm", v.hidden(), v.normEps());
  }

  private static FunctionScope layer(MainScope main, VisionTransformer v) {
    FunctionScope f = main.function("VisionLayer");
    String x = f.input("x");
    int dim = v.hidden() / v.heads();
    String n = Blocks.layerNorm(f, x, "norm1", v.hidden(), v.normEps());
    String q = heads(f, n, "attn.q", v);
    String k = heads(f, n, "attn.k", v);
    String w = heads(f, n, "attn.v", v);
    String a = Blocks.attend(f, q, k, w, "", "attn", v.tokens(), v.hidden(), dim);
    String mid =
        f.op("Add", "attn.residual", x, f.linear(a, "attn.o", v.hidden(), v.hidden(), true));
    String h = Blocks.layerNorm(f, mid, "norm2", v.hidden(), v.normEps());
    h = Blocks.gelu(f, f.linear(h, "mlp.in", v.hidden(), v.ffn(), true), "mlp.gelu", false);
    h = f.linear(h, "mlp.out", v.ffn(), v.hidden(), true);
    f.output(f.op("Add", "mlp.residual", mid, h));
    main.define(f);
    return f;
  }

  private static String heads(Scope s, String x, String name, VisionTransformer v) {
    String y = s.linear(x, name, v.hidden(), v.hidden(), true);
    return Blocks.splitHeads(s, y, name, v.tokens(), v.heads(), v.hidden() / v.heads());
  }
}
