package npusim.compiler.decompose;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/**
 * Normalisation layers. LayerNormalization and RMSNormalization over the last axis are core
 * operators.
 */
final class NormRules {
  private NormRules() {}

  static List<Rule> rules() {
    return List.of(
        Rule.form(
            "LayerNormalization",
            "over the last axis; statistics by reductions when asked for",
            (n, g) -> !isRowForm(n, g),
            NormRules::layerNorm),
        Rule.form(
            "RMSNormalization", "over the last axis", (n, g) -> !isRowForm(n, g), NormRules::rms),
        Rule.of("SimplifiedLayerNormalization", "RMSNormalization", NormRules::rms),
        Rule.microsoft("SimplifiedLayerNormalization", "RMSNormalization", NormRules::rms),
        Rule.microsoft(
            "EmbedLayerNormalization",
            "Gather, sums, LayerNormalization",
            NormRules::embedLayerNorm),
        Rule.microsoft(
            "SkipLayerNormalization",
            "LayerNormalization(x + skip + bias)",
            NormRules::skipLayerNorm),
        Rule.microsoft(
            "SkipSimplifiedLayerNormalization",
            "RMSNormalization(x + skip + bias)",
            NormRules::skipRms),
        Rule.of(
            "BatchNormalization",
            "x·a + b with a = scale/√(var + eps), b = bias - mean·a",
            NormRules::batchNorm),
        Rule.of(
            "InstanceNormalization",
            "mean and variance per channel by reductions",
            NormRules::instanceNorm),
        Rule.of(
            "GroupNormalization",
            "mean and variance per group by reductions",
            NormRules::groupNorm),
        Rule.of(
            "MeanVarianceNormalization",
            "(x - mean) / (√variance + 1e-9)",
            NormRules::meanVariance),
        Rule.of(
            "LRN", "x / (bias + alpha·mean of squares over near channels)^beta", NormRules::lrn));
  }

  /**
   * True when the node normalises over the last axis only, with a full scale row and no statistics
   * wanted.
   */
  private static boolean isRowForm(Node n, Graph g) {
    TensorType x = g.tensorType(n.input(0));
    if (x == null || !x.isBounded() || n.outputs().size() > 1) {
      return false;
    }
    return n.intAttr("axis", -1) == x.rank() - 1
        && isRow(g, n.input(1), x)
        && (!n.hasInput(2) || isRow(g, n.input(2), x));
  }

  private static boolean isRow(Graph g, String value, TensorType x) {
    TensorType t = g.tensorType(value);
    return t != null && t.isBounded() && t.rank() == 1 && t.shape()[0] == x.shape()[x.rank() - 1];
  }

  private static DType stash(Node n, DType t) {
    return t != DType.F64 && n.intAttr("stash_type", 1) == 1 ? DType.F32 : t;
  }

  private static int[] from(int axis, int rank) {
    return IntStream.range(axis, rank).toArray();
  }

  private static void layerNorm(Node n, Emit e) {
    Value x = e.in(0);
    int axis = ReductionRules.axis(n, x, -1);
    boolean statistics = n.hasOutput(1) || n.hasOutput(2);
    if (!statistics
        && fits(x, axis, e.in(1))
        && (e.optional(2) == null || fits(x, axis, e.in(2)))) {
      long row = LongArrays.product(Arrays.copyOfRange(x.shape(), axis, x.rank()));
      Value rows = e.reshape(x, LongArrays.join(Arrays.copyOf(x.shape(), axis), row));
      Value bias = e.optional(2) == null ? null : e.reshape(e.in(2), row);
      Value y = e.op("LayerNormalization", rows.type(), rows, e.reshape(e.in(1), row), bias);
      e.last()
          .set("axis", axis)
          .set("epsilon", n.floatAttr("epsilon", 1e-5f))
          .set("stash_type", n.intAttr("stash_type", 1));
      e.result(0, e.reshape(y, x.type()));
      return;
    }
    DType t = stash(n, x.dtype());
    Value wide = e.cast(x, t);
    int[] axes = from(axis, x.rank());
    Value mean = e.reduce("ReduceMean", wide, true, axes);
    Value d = e.sub(wide, mean);
    Value variance = e.reduce("ReduceMean", e.mul(d, d), true, axes);
    Value inverse = e.unary("Reciprocal", e.sqrt(e.add(variance, n.floatAttr("epsilon", 1e-5f))));
    Value y = e.mul(e.cast(e.mul(d, inverse), x.dtype()), e.in(1));
    e.result(0, e.optional(2) == null ? y : e.add(y, e.in(2)));
    if (n.hasOutput(1)) {
      e.result(1, e.cast(mean, e.outType(1).dtype()));
    }
    if (n.hasOutput(2)) {
      e.result(2, e.cast(inverse, e.outType(2).dtype()));
    }
  }

  /** True when scale or bias has exactly the shape of the normalised axes (leading ones aside). */
  private static boolean fits(Value x, int axis, Value v) {
    long[] s = v.shape();
    long[] want = Arrays.copyOfRange(x.shape(), axis, x.rank());
    int lead = 0;
    while (s.length - lead > want.length && s[lead] == 1) {
      lead++;
    }
    return Arrays.equals(Arrays.copyOfRange(s, lead, s.length), want);
  }

  private static void rms(Node n, Emit e) {
    Value x = e.in(0);
    int axis = ReductionRules.axis(n, x, -1);
    Value scale = e.in(1);
    float epsilon = n.floatAttr("epsilon", 1e-5f);
    if (fits(x, axis, scale)) {
      long row = LongArrays.product(Arrays.copyOfRange(x.shape(), axis, x.rank()));
      Value rows = e.reshape(x, LongArrays.join(Arrays.copyOf(x.shape(), axis), row));
      Value y = e.op("RMSNormalization", rows.type(), rows, e.reshape(scale, row));
      e.last()
          .set("axis", axis)
          .set("epsilon", epsilon)
          .set("stash_type", n.intAttr("stash_type", 1));
      e.result(0, e.reshape(y, x.type()));
      return;
    }
    Value wide = e.cast(x, stash(n, x.dtype()));
    Value mean = e.reduce("ReduceMean", e.mul(wide, wide), true, from(axis, x.rank()));
    Value inverse = e.unary("Reciprocal", e.sqrt(e.add(mean, epsilon)));
    e.result(0, e.mul(e.cast(e.mul(wide, inverse), x.dtype()), scale));
  }

  private static Value skipSum(Emit e, int biasInput) {
    Value s = e.add(e.in(0), e.in(1));
    return e.optional(biasInput) == null ? s : e.add(s, e.in(biasInput));
  }

  private static void skipLayerNorm(Node n, Emit e) {
    Value s = skipSum(e, 4);
    Value y = e.op("LayerNormalization", s.type(), s, e.in(2), e.optional(3));
    e.last()
        .set("axis", s.rank() - 1)
        .set("epsilon", n.floatAttr("epsilon", 1e-12f))
        .set("stash_type", 1);
    e.result(0, y);
    statistics(n, e);
    e.result(3, s);
  }

  private static void embedLayerNorm(Node n, Emit e) {
    Value ids = e.in(0);
    // input_ids, segment_ids, word, position, segment embeddings, gamma, beta, mask, position_ids
    Value s = e.gather(e.in(2), ids, 0);
    long steps = ids.dim(1);
    Value places =
        e.optional(8) == null ? e.slice(e.in(3), 0, 0, steps) : e.gather(e.in(3), e.in(8), 0);
    s = e.add(s, places);
    s = e.optional(1) == null ? s : e.add(s, e.gather(e.in(4), e.in(1), 0));
    Value y = e.op("LayerNormalization", s.type(), s, e.in(5), e.in(6));
    e.last()
        .set("axis", s.rank() - 1)
        .set("epsilon", n.floatAttr("epsilon", 1e-12f))
        .set("stash_type", 1);
    e.result(0, y);
    if (n.hasOutput(1)) {
      Value mask = e.optional(7);
      Value count =
          mask == null ? e.fill(DType.I32, 0, ids.dim(0)) : e.reduce("ReduceSum", mask, false, 1);
      e.result(1, e.cast(count, DType.I32));
    }
    e.result(2, s);
  }

  private static void skipRms(Node n, Emit e) {
    Value s = skipSum(e, 3);
    Value y = e.op("RMSNormalization", s.type(), s, e.in(2));
    e.last()
        .set("axis", s.rank() - 1)
        .set("epsilon", n.floatAttr("epsilon", 1e-12f))
        .set("stash_type", 1);
    e.result(0, y);
    statistics(n, e);
    e.result(3, s);
  }

  private static void statistics(Node n, Emit e) {
    for (int i = 1; i <= 2; i++) {
      if (n.hasOutput(i)
          && (!e.graph().consumers(n.output(i)).isEmpty()
              || e.graph().outputs().contains(n.output(i)))) {
        throw Refusal.of(n, "output " + i + " (a training statistic) is used");
      }
    }
  }

  private static void batchNorm(Node n, Emit e) {
    Value x = e.in(0);
    float epsilon = n.floatAttr("epsilon", 1e-5f);
    Value mean = e.in(3);
    Value variance = e.in(4);
    if (n.intAttr("training_mode", 0) != 0) {
      int[] axes = IntStream.range(0, x.rank()).filter(i -> i != 1).toArray();
      Value wide = e.cast(x, mean.dtype());
      Value now = e.reduce("ReduceMean", wide, true, axes);
      Value d = e.sub(wide, now);
      Value nowVariance = e.reduce("ReduceMean", e.mul(d, d), false, axes);
      Value nowMean = e.reshape(now, mean.shape());
      float momentum = n.floatAttr("momentum", 0.9f);
      e.result(1, e.add(e.mul(mean, momentum), e.mul(nowMean, 1 - momentum)));
      e.result(2, e.add(e.mul(variance, momentum), e.mul(nowVariance, 1 - momentum)));
      mean = nowMean;
      variance = nowVariance;
    }
    Value scale = e.cast(e.in(1), mean.dtype());
    Value a = e.div(scale, e.sqrt(e.add(variance, epsilon)));
    Value b = e.sub(e.cast(e.in(2), mean.dtype()), e.mul(mean, a));
    Value wide = e.cast(x, mean.dtype());
    Value y = e.add(e.mul(wide, channel(e, a, x.rank())), channel(e, b, x.rank()));
    e.result(0, e.cast(y, x.dtype()));
  }

  /** A vector over channels aligned with axis 1 of a tensor. */
  static Value channel(Emit e, Value v, int rank) {
    long[] s = LongArrays.filled(Math.max(rank - 1, 1), 1);
    s[0] = v.elements();
    return e.reshape(v, s);
  }

  /** (x - mean) / √(variance + eps) over axes. */
  private static Value standardised(Emit e, Value x, float epsilon, int... axes) {
    Value d = e.sub(x, e.reduce("ReduceMean", x, true, axes));
    Value variance = e.reduce("ReduceMean", e.mul(d, d), true, axes);
    return e.mul(d, e.unary("Reciprocal", e.sqrt(e.add(variance, epsilon))));
  }

  private static void instanceNorm(Node n, Emit e) {
    Value x = e.in(0);
    Value wide = e.cast(x, stash(n, x.dtype()));
    Value y =
        e.cast(standardised(e, wide, n.floatAttr("epsilon", 1e-5f), from(2, x.rank())), x.dtype());
    e.result(0, e.add(e.mul(y, channel(e, e.in(1), x.rank())), channel(e, e.in(2), x.rank())));
  }

  private static void groupNorm(Node n, Emit e) {
    Value x = e.in(0);
    long groups = n.intAttr("num_groups", 1);
    Value scale = e.in(1);
    Value bias = e.in(2);
    if (n.opset() < 21) {
      // One scale per group, in the first version of the operator.
      long each = x.dim(1) / groups;
      scale = e.reshape(e.expand(e.reshape(scale, groups, 1), groups, each), x.dim(1));
      bias = e.reshape(e.expand(e.reshape(bias, groups, 1), groups, each), x.dim(1));
    }
    e.result(0, grouped(n, e, x, groups, scale, bias));
  }

  private static Value grouped(Node n, Emit e, Value x, long groups, Value scale, Value bias) {
    long[] s = x.shape();
    long rest = LongArrays.product(Arrays.copyOfRange(s, 1, s.length)) / groups;
    Value wide = e.cast(e.reshape(x, s[0], groups, rest), stash(n, x.dtype()));
    Value y = e.cast(standardised(e, wide, n.floatAttr("epsilon", 1e-5f), 2), x.dtype());
    Value back = e.reshape(y, s);
    return e.add(
        e.mul(back, e.cast(channel(e, scale, s.length), x.dtype())),
        e.cast(channel(e, bias, s.length), x.dtype()));
  }

  private static void meanVariance(Node n, Emit e) {
    Value x = e.in(0);
    int[] axes =
        Arrays.stream(n.intsAttr("axes", 0, 2, 3))
            .mapToInt(a -> (int) (a < 0 ? a + x.rank() : a))
            .toArray();
    Value d = e.sub(x, e.reduce("ReduceMean", x, true, axes));
    Value deviation = e.sqrt(e.reduce("ReduceMean", e.mul(d, d), true, axes));
    e.result(0, e.div(d, e.add(deviation, 1e-9)));
  }

  private static void lrn(Node n, Emit e) {
    Value x = e.in(0);
    long size = n.intAttr("size", 1);
    long[] s = x.shape();
    long rest = LongArrays.product(Arrays.copyOfRange(s, 2, s.length));
    Value planes = e.reshape(e.mul(x, x), s[0], 1, s[1], rest);
    // The mean over a window of channels, zeros counted at the borders: sum / size exactly.
    Value mean = e.op("AveragePool", planes.type(), planes);
    e.last()
        .set("kernel_shape", size, 1L)
        .set("strides", 1L, 1L)
        .set("dilations", 1L, 1L)
        .set("pads", (size - 1) / 2, 0L, size - 1 - (size - 1) / 2, 0L)
        .set("count_include_pad", 1);
    Value base = e.add(e.mul(mean, n.floatAttr("alpha", 1e-4f)), n.floatAttr("bias", 1));
    Value power = e.op("Pow", base.type(), base, e.scalar(x.dtype(), n.floatAttr("beta", 0.75f)));
    e.result(0, e.div(x, e.reshape(power, x.type())));
  }
}
