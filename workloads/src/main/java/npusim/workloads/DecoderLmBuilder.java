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
 * the cache, which stays in place. A layer is one function called {@code layers} times. Without an
 * embedding table the layers stand alone: {@code x} [batch, length, hidden] gives {@code y}.
 */
final class DecoderLmBuilder {
  private static final int OPSET = 23;
  private static final String ATTENTION = "attn.o";
  private static final List<String> CACHE =
      List.of("past_key", "past_value", "seqlens_k", "total_sequence_length");

  private final DecoderLm m;
  private final long batch;
  private final long length;
  private final long capacity;
  private final MainScope main;
  private final Shard shard;
  private final int heads;
  private final int kvHeads;
  private final Map<String, FunctionScope> layers = new LinkedHashMap<>();

  private DecoderLmBuilder(
      String name,
      DecoderLm m,
      long batch,
      long length,
      long capacity,
      Weights weights,
      Shard shard) {
    this.m = m;
    this.batch = batch;
    this.length = length;
    this.capacity = capacity;
    this.main = new MainScope(name, OPSET, weights);
    this.shard = shard;
    this.heads = shard.heads(m.heads());
    this.kvHeads = shard.heads(m.kvHeads());
  }

  /**
   * Builds one graph.
   *
   * @param length tokens per sequence and launch: the prompt's, or 1 to decode
   * @param capacity tokens the KV cache holds
   * @param shard the chip it is for, of those that the model {@link DecoderLm#dividesAmong}
   */
  static Model build(
      String name,
      DecoderLm m,
      long batch,
      long length,
      long capacity,
      Weights weights,
      Shard shard) {
    return new DecoderLmBuilder(name, m, batch, length, capacity, weights, shard).build();
  }

  private Model build() {
    boolean alone = m.vocab() == 0;
    String x = "";
    if (alone) {
      x = main.input("x", DType.F32, batch, length, m.hidden());
    } else {
      main.input("input_ids", DType.I64, batch, length);
      if (m.position() instanceof DecoderLm.Learned) {
        main.input("position_ids", DType.I64, batch, length);
      }
    }
    main.input("seqlens_k", DType.I32, batch);
    main.input("total_sequence_length", DType.I32);
    for (int i = 0; i < m.layers(); i++) {
      for (String kind : List.of("key", "value")) {
        main.input("past_" + kind + "." + i, DType.F32, batch, kvHeads, capacity, m.headDim());
      }
    }
    String table = alone ? "" : main.weight("embed.weight", Init.SMALL, m.vocab(), m.hidden());
    if (!alone) {
      x = embedded(table);
    }
    List<String> rotary = rotaryTables();
    for (int i = 0; i < m.layers(); i++) {
      x = layer(i, x, rotary);
    }
    if (alone) {
      main.output("y", x, DType.F32, batch, length, m.hidden());
    } else {
      head(x, table);
    }
    // A prompt fills an empty cache; a decode step comes behind whatever there is.
    main.launchParam("total_sequence_length", length, length > 1 ? length : capacity);
    return main.model();
  }

  private String embedded(String table) {
    String x = main.op("Gather", "embed", table, "input_ids");
    if (!(m.position() instanceof DecoderLm.Learned(int offset))) {
      return x;
    }
    String rows =
        main.weight("positions.weight", Init.SMALL, (long) m.context() + offset, m.hidden());
    String at = "position_ids";
    if (offset > 0) {
      at = main.op("Add", "positions.at", at, main.constant("offset", Tensor.scalar(offset)));
    }
    return main.op("Add", "embed.sum", x, main.op("Gather", "positions", rows, at));
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
      main.output(present, out.get(k + 1), DType.F32, batch, kvHeads, capacity, m.headDim());
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
        String mid = f.op("Add", "attn.residual", x, complete(f, present.getFirst(), ATTENTION));
        String h = mlp(f, norm(f, mid, "post_attention_norm"));
        y = f.op("Add", "mlp.residual", mid, complete(f, h, mlpOut()));
      }
      case SUBLAYER_OUTPUT -> {
        present = attention(f, x, rotary, window);
        String attended = norm(f, complete(f, present.getFirst(), ATTENTION), "attention_norm");
        String mid = f.op("Add", "attn.residual", x, attended);
        y =
            f.op(
                "Add",
                "mlp.residual",
                mid,
                norm(f, complete(f, mlp(f, mid), mlpOut()), "mlp_norm"));
      }
      case PARALLEL -> {
        String h = norm(f, x, "input_norm");
        present = attention(f, h, rotary, window);
        String both = f.op("Add", "branches", present.getFirst(), mlp(f, h));
        y = f.op("Add", "residual", x, complete(f, both, ATTENTION, mlpOut()));
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
    String query = perHeadNorm(s, heads(s, x, "attn.q", m.heads()), "q", heads);
    String key = perHeadNorm(s, heads(s, x, "attn.k", m.kvHeads()), "k", kvHeads);
    String value = heads(s, x, "attn.v", m.kvHeads());
    List<String> out =
        Blocks.cachedAttention(
            s,
            List.of(query, key, value),
            CACHE,
            rotary,
            "attn.core",
            new Blocks.Heads(heads, kvHeads, m.headDim(), window));
    Shard.Part rows = shard.whole() ? null : shard.heads(0, m.heads(), m.headDim());
    String projected = back(s, out.getFirst(), ATTENTION, (long) m.heads() * m.headDim(), rows);
    return List.of(projected, out.get(1), out.get(2));
  }

  /** The projection to this chip's heads. */
  private String heads(Scope s, String x, String name, int all) {
    Shard.Part columns = shard.whole() ? null : shard.heads(1, all, m.headDim());
    return s.columns(
        x, name, m.hidden(), (long) all * m.headDim(), columns, m.bias() || m.qkvBias());
  }

  /** The projection to the MLP's width, or what of it is this chip's. */
  private String widen(Scope s, String x, String name, boolean bias) {
    Shard.Part columns = shard.whole() ? null : shard.part(1, m.ffn());
    return s.columns(x, name, m.hidden(), m.ffn(), columns, bias);
  }

  /** A projection back to the residual stream; of a divided model a summand without bias. */
  private String back(Scope s, String x, String name, long in, Shard.Part rows) {
    if (shard.whole()) {
      return s.linear(x, name, in, m.hidden(), biased(name));
    }
    return s.op("MatMul", name, x, s.weight(name + ".weight", Init.DENSE, rows, in, m.hidden()));
  }

  /** The sum over all chips of what projections gave, and their biases. */
  private String complete(Scope s, String x, String... projections) {
    if (shard.whole()) {
      return x;
    }
    String y = s.allReduce(x, projections[projections.length - 1] + ".sum");
    for (String name : projections) {
      if (biased(name)) {
        y = s.op("Add", name + ".out", y, s.weight(name + ".bias", Init.SMALL, m.hidden()));
      }
    }
    return y;
  }

  private boolean biased(String projection) {
    return projection.equals(mlpOut()) ? m.mlpBias() : m.bias();
  }

  private boolean gated() {
    return m.activation() == DecoderLm.Activation.SWIGLU;
  }

  private String mlpOut() {
    return gated() ? "mlp.down" : "mlp.out";
  }

  private String perHeadNorm(Scope s, String x, String name, int count) {
    if (!m.qkNorm()) {
      return x;
    }
    String split = s.reshape(x, "attn." + name + ".split", -1, length, count, m.headDim());
    String normed = Blocks.rmsNorm(s, split, "attn." + name + "_norm", m.headDim(), m.normEps());
    return s.reshape(normed, "attn." + name + ".joined", -1, length, (long) count * m.headDim());
  }

  private String mlp(Scope s, String x) {
    Shard.Part rows = shard.whole() ? null : shard.part(0, m.ffn());
    if (gated()) {
      String gate = widen(s, x, "mlp.gate", m.mlpBias());
      String up = widen(s, x, "mlp.up", m.mlpBias());
      String silu = s.op("Mul", "mlp.silu", gate, s.op("Sigmoid", "mlp.sigmoid", gate));
      return back(s, s.op("Mul", "mlp.gated", silu, up), mlpOut(), m.ffn(), rows);
    }
    String h = widen(s, x, "mlp.in", m.mlpBias());
    String a =
        switch (m.activation()) {
          case RELU -> s.op("Relu", "mlp.relu", h);
          case GELU_TANH -> Blocks.gelu(s, h, "mlp.gelu", true);
          case GELU, SWIGLU -> Blocks.gelu(s, h, "mlp.gelu", false);
        };
    return back(s, a, mlpOut(), m.ffn(), rows);
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
    if (!shard.whole() && m.vocab() % shard.chips() == 0) {
      logits = sharedHead(flat, table);
    } else if (m.tied()) {
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

  /** Logits of this chip's part of the vocabulary, and those of the others. */
  private String sharedHead(String x, String table) {
    String own;
    if (m.tied()) {
      Shard.Part part = shard.part(0, m.vocab());
      String rows = main.partOf(table, "lm_head.rows", Init.SMALL, part, m.vocab(), m.hidden());
      own = main.add("Gemm", "lm_head", x, rows).set("transB", 1L).output(0);
    } else {
      Shard.Part columns = shard.part(1, m.vocab());
      String w = main.weight("lm_head.weight", Init.DENSE, columns, m.hidden(), m.vocab());
      own = main.op("MatMul", "lm_head", x, w);
    }
    return main.add(Scope.MICROSOFT, "AllGather", "lm_head.all", List.of(own), 1)
        .set("group_size", (long) shard.chips())
        .set("axis", 1L)
        .output(0);
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
