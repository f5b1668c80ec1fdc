package npusim.workloads;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/**
 * Builds the prompt and the decode graph of a decoder-only language model.
 *
 * <p>Both graphs take {@code input_ids} [batch, length], {@code seqlens_k} [batch] (total length
 * minus one), {@code total_sequence_length} (a scalar set at launch) and the KV cache of every
 * layer at its full capacity; they give {@code logits} of the last position, {@code next_token} and
 * the cache, which stays in place. A layer is one function called {@code layers} times.
 */
final class DecoderLmBuilder {
  private static final int OPSET = 23;
  private static final List<String> CACHE =
      List.of("past_key", "past_value", "seqlens_k", "total_sequence_length");

  private final DecoderLm m;
  private final long batch;
  private final long length;
  private final long capacity;
  private final MainScope main;
  private final Map<String, FunctionScope> layers = new LinkedHashMap<>();

  private DecoderLmBuilder(
      String name, DecoderLm m, long batch, long length, long capacity, Weights weights) {
    this.m = m;
    this.batch = batch;
    this.length = length;
    this.capacity = capacity;
    this.main = new MainScope(name, OPSET, weights);
  }

  /**
   * Builds one graph.
   *
   * @param length tokens per sequence and launch: the prompt's, or 1 to decode
   * @param capacity tokens the KV cache holds
   */
  static Model build(
      String name, DecoderLm m, long batch, long length, long capacity, Weights weights) {
    return new DecoderLmBuilder(name, m, batch, length, capacity, weights).build();
  }

  private Model build() {
    main.input("input_ids", DType.I64, batch, length);
    if (m.position() instanceof DecoderLm.Learned) {
      main.input("position_ids", DType.I64, batch, length);
    }
    main.input("seqlens_k", DType.I32, batch);
    main.input("total_sequence_length", DType.I32);
    for (int i = 0; i < m.layers(); i++) {
      for (String kind : List.of("key", "value")) {
        main.input("past_" + kind + "." + i, DType.F32, batch, m.kvHeads(), capacity, m.headDim());
      }
    }
    String table = main.weight("embed.weight", Init.SMALL, m.vocab(), m.hidden());
    String x = main.op("Gather", "embed", table, "input_ids");
    if (m.position() instanceof DecoderLm.Learned(int offset)) {
      String rows =
          main.weight("positions.weight", Init.SMALL, (long) m.context() + offset, m.hidden());
      String at = "position_ids";
      if (offset > 0) {
        at = main.op("Add", "positions.at", at, main.constant("offset", Tensor.scalar(offset)));
      }
      x = main.op("Add", "embed.sum", x, main.op("Gather", "positions", rows, at));
    }
    List<String> rotary = rotaryTables();
    for (int i = 0; i < m.layers(); i++) {
      x = layer(i, x, rotary);
    }
    head(x, table);
    // A prompt fills an empty cache; a decode step comes behind whatever there is.
    main.launchParam("total_sequence_length", length, length > 1 ? length : capacity);
    return main.model();
  }

  private String layer(int i, String x, List<String> rotary) {
    boolean rotates = !rotary.isEmpty() && (m.sliding(i) || m.globalRope());
    String kind = m.sliding(i) ? "SlidingLayer" : m.pattern().isEmpty() ? "Layer" : "GlobalLayer";
    FunctionScope f = layers.get(kind);
    if (f == null) {
      f = defineLayer(kind, rotates, m.sliding(i) ? m.window() : 0);
      layers.put(kind, f);
    }
    var inputs =
        new ArrayList<>(
            List.of(x, "past_key." + i, "past_value." + i, "seqlens_k", "total_sequence_length"));
    if (rotates) {
      inputs.addAll(rotary);
    }
    List<String> out = main.call(f, "layers." + i, inputs);
    for (int k = 0; k < 2; k++) {
      String kv = k == 0 ? "key" : "value";
      String present = "present_" + kv + "." + i;
      main.output(present, out.get(k + 1), DType.F32, batch, m.kvHeads(), capacity, m.headDim());
      main.state(present, "past_" + kv + "." + i);
    }
    return out.getFirst();
  }

  private FunctionScope defineLayer(String kind, boolean rotates, int window) {
    FunctionScope f = main.function(kind);
    String x = f.input("x");
    CACHE.forEach(f::input);
    List<String> rotary = rotates ? List.of(f.input("cos"), f.input("sin")) : List.of();
    List<String> present;
    String y;
    switch (m.placement()) {
      case PRE -> {
        present = attention(f, norm(f, x, "input_norm"), rotary, window);
        String mid = f.op("Add", "attn.residual", x, present.getFirst());
        y = f.op("Add", "mlp.residual", mid, mlp(f, norm(f, mid, "post_attention_norm")));
      }
      case SUBLAYER_OUTPUT -> {
        present = attention(f, x, rotary, window);
        String mid = f.op("Add", "attn.residual", x, norm(f, present.getFirst(), "attention_norm"));
        y = f.op("Add", "mlp.residual", mid, norm(f, mlp(f, mid), "mlp_norm"));
      }
      case PARALLEL -> {
        String h = norm(f, x, "input_norm");
        present = attention(f, h, rotary, window);
        String both = f.op("Add", "branches", present.getFirst(), mlp(f, h));
        y = f.op("Add", "residual", x, both);
      }
      default -> throw new IllegalStateException("placement " + m.placement());
    }
    f.output(y);
    f.output(present.get(1));
    f.output(present.get(2));
    main.define(f);
    return f;
  }

  private String norm(Scope s, String x, String name) {
    return switch (m.norm()) {
      case RMS -> Blocks.rmsNorm(s, x, name, m.hidden(), m.normEps());
      case LAYER -> Blocks.layerNorm(s, x, name, m.hidden(), m.normEps());
    };
  }

  /** Output projection, present key, present value. */
  private List<String> attention(Scope s, String x, List<String> rotary, int window) {
    long q = (long) m.heads() * m.headDim();
    long kv = (long) m.kvHeads() * m.headDim();
    String query = perHeadNorm(s, s.linear(x, "attn.q", m.hidden(), q, m.bias()), "q", m.heads());
    String key = perHeadNorm(s, s.linear(x, "attn.k", m.hidden(), kv, m.bias()), "k", m.kvHeads());
    String value = s.linear(x, "attn.v", m.hidden(), kv, m.bias());
    List<String> out =
        Blocks.cachedAttention(
            s,
            List.of(query, key, value),
            CACHE,
            rotary,
            "attn.core",
            new Blocks.Heads(m.heads(), m.kvHeads(), m.headDim(), window));
    String projected = s.linear(out.getFirst(), "attn.o", q, m.hidden(), m.bias());
    return List.of(projected, out.get(1), out.get(2));
  }

  private String perHeadNorm(Scope s, String x, String name, int heads) {
    if (!m.qkNorm()) {
      return x;
    }
    String split = s.reshape(x, "attn." + name + ".split", -1, length, heads, m.headDim());
    String normed = Blocks.rmsNorm(s, split, "attn." + name + "_norm", m.headDim(), m.normEps());
    return s.reshape(normed, "attn." + name + ".joined", -1, length, (long) heads * m.headDim());
  }

  private String mlp(Scope s, String x) {
    if (m.activation() == DecoderLm.Activation.SWIGLU) {
      String gate = s.linear(x, "mlp.gate", m.hidden(), m.ffn(), m.bias());
      String up = s.linear(x, "mlp.up", m.hidden(), m.ffn(), m.bias());
      String silu = s.op("Mul", "mlp.silu", gate, s.op("Sigmoid", "mlp.sigmoid", gate));
      return s.linear(
          s.op("Mul", "mlp.gated", silu, up), "mlp.down", m.ffn(), m.hidden(), m.bias());
    }
    String h = s.linear(x, "mlp.in", m.hidden(), m.ffn(), true);
    String a =
        switch (m.activation()) {
          case RELU -> s.op("Relu", "mlp.relu", h);
          case GELU_TANH -> Blocks.gelu(s, h, "mlp.gelu", true);
          case GELU, SWIGLU -> Blocks.gelu(s, h, "mlp.gelu", false);
        };
    return s.linear(a, "mlp.out", m.ffn(), m.hidden(), true);
  }

  private void head(String x, String table) {
    String last = x;
    if (length > 1) {
      last =
          main.add("Gather", "last", x, main.constant("last.at", Tensor.vector(length - 1)))
              .set("axis", 1L)
              .output(0);
    }
    String flat = main.reshape(norm(main, last, "final_norm"), "final.flat", batch, m.hidden());
    String logits;
    if (m.tied()) {
      logits = main.add("Gemm", "lm_head", flat, table).set("transB", 1L).output(0);
    } else {
      String w = main.weight("lm_head.weight", Init.DENSE, m.hidden(), m.vocab());
      logits = main.op("MatMul", "lm_head", flat, w);
    }
    main.output("logits", logits, DType.F32, batch, m.vocab());
    String token =
        main.add("ArgMax", "argmax", logits).set("axis", -1L).set("keepdims", 0L).output(0);
    main.output("next_token", token, DType.I64, batch);
  }

  /**
   * Cosine and sine of position times frequency, [capacity, dims/2]. Frequencies as RoFormer (Su et
   * al. 2021), stretched as Llama 3.1 does when a factor is given.
   */
  private List<String> rotaryTables() {
    if (!(m.position() instanceof DecoderLm.Rope rope)) {
      return List.of();
    }
    int half = rope.dims() / 2;
    double[] frequency = new double[half];
    for (int i = 0; i < half; i++) {
      frequency[i] = stretch(rope, StrictMath.pow(rope.theta(), -2.0 * i / rope.dims()));
    }
    long[] dims = {capacity, half};
    LongToDoubleFunction angle =
        i -> {
          long position = i / half;
          return position * frequency[(int) (i % half)];
        };
    Tensor cos = Tensor.generate(DType.F32, dims, i -> StrictMath.cos(angle.applyAsDouble(i)));
    Tensor sin = Tensor.generate(DType.F32, dims, i -> StrictMath.sin(angle.applyAsDouble(i)));
    main.graph.addInitializer("rope.cos", cos);
    main.graph.addInitializer("rope.sin", sin);
    return List.of("rope.cos", "rope.sin");
  }

  /**
   * Llama 3.1: waves longer than the original context are stretched, short ones kept, a ramp
   * between.
   */
  private static double stretch(DecoderLm.Rope rope, double frequency) {
    if (rope.factor() == 1) {
      return frequency;
    }
    double wave = 2 * Math.PI / frequency;
    double low = rope.original();
    double high = rope.original() / 4.0;
    if (wave > low) {
      return frequency / rope.factor();
    }
    if (wave < high) {
      return frequency;
    }
    double smooth = (rope.original() / wave - 1) / 3.0;
    return (1 - smooth) * frequency / rope.factor() + smooth * frequency;
  }
}
