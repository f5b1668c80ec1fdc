package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.microsoft;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Dim;
import npusim.isa.DType;

/** Operators of ONNX Runtime's own domain that exporters and quantisers emit. */
final class MicrosoftOps {
  private MicrosoftOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    quantised(o);
    transformers(o);
    o.add(
        microsoft("FusedConv", "convolution and activation")
            .infer(c -> ConvOps.conv(c, 0, 1, c.dtype(0))));
    o.add(
        microsoft("FusedMatMul", "alpha times a matrix product, operands transposed at will")
            .infer(MicrosoftOps::fusedMatMul));
    o.add(
        microsoft("FusedGemm", "Gemm and activation")
            .infer(
                c -> {
                  boolean ta = c.attr("transA", 0L) != 0;
                  boolean tb = c.attr("transB", 0L) != 0;
                  c.set(0, c.dtype(0), List.of(c.dim(0, ta ? 1 : 0), c.dim(1, tb ? 0 : 1)));
                }));
    o.add(microsoft("Gelu", "Gaussian error linear unit").infer(Rules.SAME));
    o.add(microsoft("FastGelu", "GELU by tanh, with an optional bias").infer(Rules.SAME));
    o.add(microsoft("BiasGelu", "GELU of a sum").infer(Rules.BROADCAST_TWO));
    o.add(microsoft("QuickGelu", "x·sigmoid(alpha·x)").infer(Rules.SAME));
    return o;
  }

  private static void quantised(List<Operator> o) {
    for (String n : List.of("QLinearAdd", "QLinearMul")) {
      o.add(
          microsoft(n, n.substring(7) + " of quantised tensors")
              .types(TypeSet.BYTE)
              .infer(c -> c.set(0, c.dtype(0), c.broadcast(0, 3))));
    }
    for (String n : List.of("QLinearSigmoid", "QLinearLeakyRelu", "QLinearSoftmax")) {
      o.add(
          microsoft(n, n.substring(7) + " of a quantised tensor")
              .types(TypeSet.BYTE)
              .infer(Rules.SAME));
    }
    o.add(
        microsoft("QLinearAveragePool", "mean of a quantised tensor over a window")
            .types(TypeSet.BYTE)
            .infer(MicrosoftOps::pool));
    o.add(
        microsoft("QLinearGlobalAveragePool", "mean of a quantised tensor over all positions")
            .types(TypeSet.BYTE)
            .infer(
                c -> {
                  boolean last = c.attr("channels_last", 0L) != 0;
                  List<Dim> out = c.copyDims(0);
                  for (int i = last ? 1 : 2; i < out.size() - (last ? 1 : 0); i++) {
                    out.set(i, Dim.of(1));
                  }
                  c.set(0, c.dtype(0), out);
                }));
    o.add(
        microsoft("QLinearConcat", "joins quantised tensors of different scales")
            .types(TypeSet.ANY)
            .infer(MicrosoftOps::concat));
    o.add(
        microsoft("QLinearWhere", "elements of quantised tensors by a condition")
            .types(TypeSet.BOOL)
            .infer(c -> c.set(0, c.dtype(1), c.broadcast(0, 1, 4))));
    o.add(
        microsoft("QLinearReduceMean", "mean of a quantised tensor over axes")
            .types(TypeSet.BYTE)
            .infer(
                c -> {
                  int[] axes = c.axes(c.attrs("axes"), c.rank(0));
                  c.set(0, c.dtype(0), Rules.reduced(c.dims(0), axes, c.attr("keepdims", 1L) != 0));
                }));
    o.add(
        microsoft("QGemm", "Gemm of quantised matrices")
            .types(TypeSet.BYTE)
            .infer(
                c -> {
                  boolean ta = c.attr("transA", 0L) != 0;
                  boolean tb = c.attr("transB", 0L) != 0;
                  // Without an output zero point the result stays real.
                  DType t = c.has(8) ? c.dtype(8) : DType.F32;
                  c.set(0, t, List.of(c.dim(0, ta ? 1 : 0), c.dim(3, tb ? 0 : 1)));
                }));
    o.add(
        microsoft("MatMulNBits", "product with weights of few bits in blocks")
            .infer(
                c -> {
                  List<Dim> out = c.copyDims(0);
                  out.set(out.size() - 1, Dim.of(c.attr("N", 0L)));
                  c.set(0, c.dtype(0), out);
                }));
    o.add(
        microsoft("MatMulIntegerToFloat", "product of 8-bit matrices, scaled to floats")
            .types(TypeSet.BYTE)
            .infer(c -> c.set(0, c.dtype(2), LinearOps.matmul(c, 0, 1))));
    o.add(
        microsoft(
                "DynamicQuantizeMatMul",
                "product with 8-bit weights, the other operand quantised by its range")
            .infer(c -> c.set(0, c.dtype(0), LinearOps.matmul(c, 0, 1))));
    o.add(
        microsoft("QuantizeLinear", "as the standard one, more types")
            .infer(c -> c.set(0, c.has(2) ? c.dtype(2) : DType.U8, c.dims(0))));
    o.add(
        microsoft("DequantizeLinear", "as the standard one, more types")
            .types(TypeSet.QUANTIZED)
            .infer(c -> c.set(0, c.dtype(1), c.dims(0))));
  }

  private static void pool(InferContext c) {
    if (c.attr("channels_last", 0L) != 0) {
      throw c.refuse("channels_last is not supported");
    }
    ConvOps.pool(c);
  }

  private static void concat(InferContext c) {
    // Inputs: output scale and zero point, then tensor, scale and zero point of each part.
    int axis = c.axis(c.attr("axis", 0L), c.rank(2));
    List<Dim> out = c.copyDims(2);
    long n = 0;
    for (int i = 2; i < c.inputs(); i += 3) {
      n += c.known(i, axis);
    }
    out.set(axis, Dim.of(n));
    c.set(0, c.dtype(1), out);
  }

  private static void fusedMatMul(InferContext c) {
    List<Dim> a = transposed(c, 0, c.attr("transA", 0L) != 0);
    List<Dim> b = transposed(c, 1, c.attr("transB", 0L) != 0);
    List<Dim> out =
        new ArrayList<>(c.broadcast(a.subList(0, a.size() - 2), b.subList(0, b.size() - 2)));
    out.add(a.get(a.size() - 2));
    out.add(b.getLast());
    c.set(0, c.dtype(0), out);
  }

  private static List<Dim> transposed(InferContext c, int i, boolean swap) {
    c.checkRank(i, 2, Integer.MAX_VALUE);
    List<Dim> d = c.copyDims(i);
    if (swap) {
      java.util.Collections.swap(d, d.size() - 1, d.size() - 2);
    }
    return d;
  }

  private static void transformers(List<Operator> o) {
    o.add(
        microsoft("SkipLayerNormalization", "layer normalisation of a sum, which is a result too")
            .infer(c -> skip(c)));
    o.add(
        microsoft(
                "SkipSimplifiedLayerNormalization",
                "RMS normalisation of a sum, which is a result too")
            .infer(c -> skip(c)));
    o.add(
        microsoft("SimplifiedLayerNormalization", "RMS normalisation")
            .infer(c -> c.set(0, c.type(0))));
    o.add(
        new Operator.Builder(
                "",
                "SimplifiedLayerNormalization",
                "RMS normalisation, as ONNX Runtime writes it",
                1)
            .infer(c -> c.set(0, c.type(0))));
    o.add(microsoft("RotaryEmbedding", "rotates pairs of features by position").infer(Rules.SAME));
    o.add(
        microsoft("GroupQueryAttention", "attention with grouped heads and a cache")
            .infer(MicrosoftOps::groupQuery));
    o.add(
        microsoft("MultiHeadAttention", "attention with separate queries, keys and values")
            .infer(MicrosoftOps::multiHead));
    o.add(
        microsoft("EmbedLayerNormalization", "sum of embeddings, normalised")
            .types(TypeSet.INTEGER)
            .infer(
                c -> {
                  c.set(0, c.dtype(2), List.of(c.dim(0, 0), c.dim(0, 1), c.dim(2, 1)));
                  c.set(1, DType.I32, List.of(c.dim(0, 0)));
                }));
  }

  private static void skip(InferContext c) {
    c.set(0, c.type(0));
    c.set(1, DType.F32, List.of(c.dim(0, 0), c.dim(0, 1), Dim.of(1)));
    c.set(2, DType.F32, List.of(c.dim(0, 0), c.dim(0, 1), Dim.of(1)));
    c.set(3, c.type(0));
  }

  private static void groupQuery(InferContext c) {
    c.checkRank(0, 3, 3);
    long heads = c.attr("num_heads", 1L);
    long kvHeads = c.attr("kv_num_heads", heads);
    boolean packed = !c.has(1);
    long width = c.known(0, 2);
    long head = packed ? width / (heads + 2 * kvHeads) : width / heads;
    c.set(0, c.dtype(0), List.of(c.dim(0, 0), c.dim(0, 1), Dim.of(heads * head)));
    // The cache is as long as the larger of the given one and the total sequence length.
    Dim length = c.dim(0, 1);
    if (c.has(3) && c.has(6)) {
      boolean inPlace = c.attr("in_place", 0L) == 1;
      length =
          inPlace ? Dim.of(c.known(3, 2)) : Dim.of(Math.max(c.known(3, 2), c.require(6).longAt(0)));
    }
    List<Dim> cache = List.of(c.dim(0, 0), Dim.of(kvHeads), length, Dim.of(head));
    c.set(1, c.dtype(0), cache);
    c.set(2, c.dtype(0), cache);
  }

  private static void multiHead(InferContext c) {
    c.checkRank(0, 3, 3);
    if (!c.has(1) || !c.has(2) || c.rank(1) != 3 || c.rank(2) != 3) {
      throw c.refuse("only separate queries, keys and values of rank 3 are supported");
    }
    long heads = c.attr("num_heads", 1L);
    Dim keys = c.dim(1, 1);
    if (c.has(6)) {
      keys = Dim.of(c.known(6, 2) + c.known(1, 1));
    }
    c.set(0, c.dtype(0), List.of(c.dim(0, 0), c.dim(0, 1), c.dim(2, 2)));
    c.set(1, c.dtype(0), List.of(c.dim(0, 0), Dim.of(heads), keys, Dim.of(c.known(1, 2) / heads)));
    c.set(2, c.dtype(0), List.of(c.dim(0, 0), Dim.of(heads), keys, Dim.of(c.known(2, 2) / heads)));
  }
}
