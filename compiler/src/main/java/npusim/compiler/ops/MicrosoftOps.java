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
            .takes(
                "X:T[N,C,_,..] W:T[M,_,_,..] B:T[M]? Z:T? | activation:str "
                    + "activation_params:floats "
                    + Rules.CONV)
            .infer(c -> ConvOps.conv(c, 0, 1, c.dtype(0))));
    o.add(
        microsoft("FusedMatMul", "alpha times a matrix product, operands transposed at will")
            .takes(
                "A:T[_,_,..] B:T[_,_,..] | alpha:float transA:int transB:int "
                    + "transBatchA:int(0..1) transBatchB:int(0..1)")
            .infer(MicrosoftOps::fusedMatMul));
    o.add(
        microsoft("FusedGemm", "Gemm and activation")
            .takes(
                "A:T[_,_] B:T[_,_] C:T? | activation:str activation_alpha:float "
                    + "activation_beta:float activation_gamma:float alpha:float beta:float "
                    + "transA:int transB:int")
            .infer(
                c -> {
                  c.set(0, c.dtype(0), LinearOps.gemm(c, 1, 2));
                }));
    o.add(microsoft("Gelu", "Gaussian error linear unit").takes("X:T").infer(Rules.SAME));
    o.add(
        microsoft("FastGelu", "GELU by tanh, with an optional bias")
            .takes("X:T bias:T[_]?")
            .infer(
                c -> {
                  c.broadcastsTo(1, c.dims(0));
                  c.set(0, c.type(0));
                }));
    o.add(
        microsoft("BiasGelu", "GELU of a sum")
            .takes("A:T[_,..] B:T[_]")
            .infer(
                c -> {
                  c.broadcastsTo(1, c.dims(0));
                  c.set(0, c.type(0));
                }));
    o.add(
        microsoft("QuickGelu", "x·sigmoid(alpha·x)").takes("X:T | alpha:float").infer(Rules.SAME));
    return o;
  }

  private static void quantised(List<Operator> o) {
    for (String n : List.of("QLinearAdd", "QLinearMul")) {
      o.add(
          microsoft(n, n.substring(7) + " of quantised tensors")
              .takes(
                  "A:T A_scale:f32[one] A_zero_point:T[one]? B:T B_scale:f32[one] "
                      + "B_zero_point:T[one]? C_scale:f32[one] C_zero_point:T[one]?")
              .types(TypeSet.BYTE)
              .infer(c -> c.set(0, c.dtype(0), c.broadcast(0, 3))));
    }
    for (String n : List.of("QLinearSigmoid", "QLinearLeakyRelu", "QLinearSoftmax")) {
      o.add(
          microsoft(n, n.substring(7) + " of a quantised tensor")
              .takes(
                  "X:T X_scale:f32[one] X_zero_point:T[one]? Y_scale:f32[one] "
                      + "Y_zero_point:T[one]? | alpha:float axis:int opset:int")
              .types(TypeSet.BYTE)
              .infer(
                  c -> {
                    if (c.node().opType().equals("QLinearSoftmax")) {
                      c.axis(c.attr("axis", -1L), c.rank(0));
                    }
                    c.set(0, c.type(0));
                  }));
    }
    o.add(
        microsoft("QLinearAveragePool", "mean of a quantised tensor over a window")
            .takes(
                "X:T[N,C,_,..] x_scale:f32[one] x_zero_point:T[one]? y_scale:f32[one] "
                    + "y_zero_point:T[one]? | channels_last:int(0..1) "
                    + Rules.POOL)
            .types(TypeSet.BYTE)
            .infer(MicrosoftOps::pool));
    o.add(
        microsoft("QLinearGlobalAveragePool", "mean of a quantised tensor over all positions")
            .takes(
                "X:T[N,C,..] x_scale:f32[one] x_zero_point:T[one] y_scale:f32[one] "
                    + "y_zero_point:T[one] | channels_last:int(0..1)")
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
            .takes("y_scale:f32[one] y_zero_point:byte[one] part:any+ | axis:int!")
            .types(TypeSet.ANY)
            .infer(MicrosoftOps::concat));
    o.add(
        microsoft("QLinearWhere", "elements of quantised tensors by a condition")
            .takes(
                "condition:bool X:T x_scale:f32[one] x_zero_point:T[one] Y:T "
                    + "y_scale:f32[one] y_zero_point:T[one] z_scale:f32[one] "
                    + "z_zero_point:T[one]")
            .types(TypeSet.BOOL)
            .infer(c -> c.set(0, c.dtype(1), c.broadcast(0, 1, 4))));
    o.add(
        microsoft("QLinearReduceMean", "mean of a quantised tensor over axes")
            .takes(
                "X:T x_scale:f32[one] x_zero_point:T[one]? y_scale:f32[one] "
                    + "y_zero_point:T[one]? | axes:ints! keepdims:int(0..1)")
            .types(TypeSet.BYTE)
            .infer(
                c -> {
                  int[] axes = c.axes(c.attrs("axes"), c.rank(0));
                  c.set(0, c.dtype(0), Rules.reduced(c.dims(0), axes, c.attr("keepdims", 1L) != 0));
                }));
    o.add(
        microsoft("QGemm", "Gemm of quantised matrices")
            .takes(
                "A:T1[_,_] a_scale:f32[one] a_zero_point:T1[one] B:T2[_,_] "
                    + "b_scale:f32[one/_] b_zero_point:T2[one/_] C:i32? y_scale:f32[one]? "
                    + "y_zero_point:byte[one]? | alpha:float transA:int transB:int")
            .types(TypeSet.BYTE)
            .infer(
                c -> {
                  // Without an output zero point the result stays real.
                  DType t = c.has(8) ? c.dtype(8) : DType.F32;
                  boolean tb = c.attr("transB", 0L) != 0;
                  for (int i = 4; i < 6; i++) {
                    if (c.dims(i).size() == 1 && !c.dim(i, 0).sameAs(Dim.of(1))) {
                      c.expectExtent(i, 0, c.known(3, tb ? 0 : 1), "columns");
                    }
                  }
                  c.set(0, t, LinearOps.gemm(c, 3, 6));
                }));
    o.add(
        microsoft("MatMulNBits", "product with weights of few bits in blocks")
            .takes(
                "A:T[_,..] B:u8 scales:T zero_points:any? g_idx:i32? bias:T[_]? | "
                    + "K:int(1..)! N:int(1..)! bits:int(2..8) block_size:int(16..)! "
                    + "accuracy_level:int weight_prepacked:int")
            .infer(
                c -> {
                  nBits(c);
                  List<Dim> out = c.copyDims(0);
                  out.set(out.size() - 1, Dim.of(c.attr("N", 0L)));
                  c.set(0, c.dtype(0), out);
                }));
    o.add(
        microsoft("MatMulIntegerToFloat", "product of 8-bit matrices, scaled to floats")
            .takes(
                "A:T1[_,..] B:T2[_,..] a_scale:S b_scale:S a_zero_point:T1? "
                    + "b_zero_point:T2? bias:S?")
            .types(TypeSet.BYTE)
            .infer(
                c -> {
                  List<Dim> out = LinearOps.matmul(c, 0, 1);
                  LinearOps.single(c, 2);
                  LinearOps.columnScale(c, 3, 1);
                  LinearOps.rowPoint(c, 4, 0);
                  LinearOps.columnPoint(c, 5, 1);
                  c.broadcastsTo(6, out);
                  c.set(0, c.dtype(2), out);
                }));
    o.add(
        microsoft(
                "DynamicQuantizeMatMul",
                "product with 8-bit weights, the other operand quantised by its range")
            .takes("A:T[_,..] B:U[_,..] b_scale:T b_zero_point:U? bias:T?")
            .infer(
                c -> {
                  List<Dim> out = LinearOps.matmul(c, 0, 1);
                  LinearOps.columnScale(c, 2, 1);
                  LinearOps.columnPoint(c, 3, 1);
                  c.broadcastsTo(4, out);
                  c.set(0, c.dtype(0), out);
                }));
    o.add(
        microsoft("QuantizeLinear", "as the standard one, more types")
            .takes(
                "x:T1 y_scale:float y_zero_point:T2? | axis:int block_size:int(0..) "
                    + "saturate:int(0..1)")
            .infer(QuantOps::quantize));
    o.add(
        microsoft("DequantizeLinear", "as the standard one, more types")
            .takes("x:T1 x_scale:float x_zero_point:T1? | axis:int block_size:int(0..)")
            .types(TypeSet.QUANTIZED)
            .infer(QuantOps::dequantize));
  }

  private static void nBits(InferContext c) {
    long columns = c.extent(c.attr("N", 0L), "attribute 'N'").value();
    long k = c.extent(c.attr("K", 0L), "attribute 'K'").value();
    long block = c.extent(c.attr("block_size", 0L), "attribute 'block_size'").value();
    long bits = c.attr("bits", 4L);
    long blocks = Math.ceilDiv(k, block);
    c.expectExtent(0, -1, k, "attribute K");
    expectElements(c, 1, columns * blocks * Math.ceilDiv(block * bits, 8), "packed weights");
    expectElements(c, 2, columns * blocks, "one scale per block");
    if (c.has(3)) {
      boolean packed = !c.dtype(3).isFloat();
      expectElements(
          c, 3, columns * (packed ? Math.ceilDiv(blocks * bits, 8) : blocks), "zero points");
    }
    c.expectExtent(5, 0, columns, "attribute N");
  }

  private static void expectElements(InferContext c, int i, long want, String what) {
    Dim n = InferContext.product(c.dims(i));
    if (n.known() && n.value() != want) {
      throw c.fail(
          "input '"
              + c.node().input(i)
              + "' has "
              + n.value()
              + " elements, expected "
              + want
              + " ("
              + what
              + ")");
    }
  }

  private static void pool(InferContext c) {
    if (c.attr("channels_last", 0L) != 0) {
      throw c.refuse("channels_last is not supported");
    }
    ConvOps.pool(c);
  }

  private static void concat(InferContext c) {
    if (c.inputs() < 5 || (c.inputs() - 2) % 3 != 0) {
      throw c.fail("has " + c.inputs() + " inputs, expected 2 and three for each part");
    }
    // Inputs: output scale and zero point, then tensor, scale and zero point of each part.
    int axis = c.axis(c.attr("axis", 0L), c.rank(2));
    List<Dim> out = c.copyDims(2);
    long n = 0;
    for (int i = 2; i < c.inputs(); i += 3) {
      c.checkRank(i, out.size(), out.size());
      for (int k = 0; k < out.size(); k++) {
        if (k != axis) {
          c.expectExtent(i, k, c.known(2, k), "as the first part");
        }
      }
      n += c.known(i, axis);
    }
    out.set(axis, Dim.of(n));
    c.set(0, c.dtype(1), out);
  }

  private static void fusedMatMul(InferContext c) {
    List<Dim> a = transposed(c, 0, "A");
    List<Dim> b = transposed(c, 1, "B");
    Dim ka = a.getLast();
    Dim kb = b.get(b.size() - 2);
    if (ka.known() && kb.known() && ka.value() != kb.value()) {
      throw c.fail(
          "inner dimensions are " + ka + " and " + kb + ": " + c.type(0) + " by " + c.type(1));
    }
    List<Dim> out =
        new ArrayList<>(c.broadcast(a.subList(0, a.size() - 2), b.subList(0, b.size() - 2)));
    out.add(a.get(a.size() - 2));
    out.add(b.getLast());
    c.set(0, c.dtype(0), out);
  }

  /** Dimensions of an operand: batch axes behind the rows, rows and columns swapped, as asked. */
  private static List<Dim> transposed(InferContext c, int i, String side) {
    List<Dim> d = c.copyDims(i);
    if (c.attr("transBatch" + side, 0L) != 0) {
      d.add(d.size() - 2, d.removeFirst());
    }
    if (c.attr("trans" + side, 0L) != 0) {
      java.util.Collections.swap(d, d.size() - 1, d.size() - 2);
    }
    return d;
  }

  private static void transformers(List<Operator> o) {
    o.add(
        microsoft("SkipLayerNormalization", "layer normalisation of a sum, which is a result too")
            .takes(
                "X:T[_,_,C/_,C] skip:T[_,_,C/_,C] gamma:T[C] beta:T[C]? bias:T[C]? | "
                    + "epsilon:float")
            .infer(c -> skip(c)));
    o.add(
        microsoft(
                "SkipSimplifiedLayerNormalization",
                "RMS normalisation of a sum, which is a result too")
            .takes("X:T[_,_,C/_,C] skip:T[_,_,C/_,C] gamma:T[C] bias:T[C]? | epsilon:float")
            .infer(c -> skip(c)));
    o.add(
        microsoft("SimplifiedLayerNormalization", "RMS normalisation")
            .takes("X:T scale:V | axis:int epsilon:float stash_type:int")
            .infer(NormOps::rms));
    o.add(
        new Operator.Builder(
                "",
                "SimplifiedLayerNormalization",
                "RMS normalisation, as ONNX Runtime writes it",
                1)
            .takes("X:T scale:V | axis:int epsilon:float stash_type:int")
            .infer(NormOps::rms));
    o.add(
        microsoft("RotaryEmbedding", "rotates pairs of features by position")
            .takes(
                "X:T[B,_,_/B,_,_,_] position_ids:i64[1/B,_] cos_cache:T[_,_] "
                    + "sin_cache:T[_,_] | interleaved:int(0..1) num_heads:int(0..) "
                    + "rotary_embedding_dim:int(0..) is_packed_batching:int(0..1) scale:float")
            .infer(AttentionOps::rotaryMicrosoft));
    o.add(
        microsoft("GroupQueryAttention", "attention with grouped heads and a cache")
            .takes(
                "Q:T[B,S,_] K:T[B,_,_]? V:T[B,_,_]? past_key:T[B,_,_,_]? "
                    + "past_value:T[B,_,_,_]? seqlens_k:i32 total_sequence_length:i32[one] "
                    + "cos_cache:T[_,_]? sin_cache:T[_,_]? position_ids:i64[B,_]? "
                    + "attention_bias:T[_,_,_,_]? head_sink:T[_]? | num_heads:int(1..)! "
                    + "kv_num_heads:int(1..)! do_rotary:int(0..1) rotary_interleaved:int(0..1) "
                    + "local_window_size:int(-1..) scale:float softcap:float "
                    + "smooth_softmax:int in_place:int(0..1)")
            .infer(MicrosoftOps::groupQuery));
    o.add(
        microsoft("MultiHeadAttention", "attention with separate queries, keys and values")
            .takes(
                "Q:T K:T? V:T? bias:T[_]? key_padding_mask:i32? "
                    + "attention_bias:T[_,_,_,_]? past_key:T[B,_,_,_]? past_value:T[B,_,_,_]? "
                    + "past_sequence_length:i32? cache_indirection:i32? | num_heads:int(1..)! "
                    + "scale:float mask_filter_value:float unidirectional:int(0..1)")
            .infer(MicrosoftOps::multiHead));
    o.add(
        microsoft("EmbedLayerNormalization", "sum of embeddings, normalised")
            .takes(
                "input_ids:i32[B,S] segment_ids:i32[B,S]? word:T[_,E] position:T[_,E] "
                    + "segment:T[_,E]? gamma:T[E] beta:T[E] mask:i32[B,S]? "
                    + "position_ids:i32[_,S]? | epsilon:float mask_index_type:int")
            .types(TypeSet.INTEGER)
            .infer(
                c -> {
                  if (c.has(8)) {
                    c.broadcastsTo(8, c.dims(0));
                  } else if (c.known(3, 0) < c.known(0, 1)) {
                    throw c.fail("has " + c.dim(3, 0) + " positions for " + c.dim(0, 1) + " steps");
                  }
                  if (c.has(1) && !c.has(4)) {
                    throw c.fail("segment ids need the table of segments, input 4");
                  }
                  c.set(0, c.dtype(2), List.of(c.dim(0, 0), c.dim(0, 1), c.dim(2, 1)));
                  c.set(1, DType.I32, List.of(c.dim(0, 0)));
                }));
  }

  private static void skip(InferContext c) {
    c.broadcastsTo(1, c.dims(0));
    c.set(0, c.type(0));
    c.set(1, DType.F32, List.of(c.dim(0, 0), c.dim(0, 1), Dim.of(1)));
    c.set(2, DType.F32, List.of(c.dim(0, 0), c.dim(0, 1), Dim.of(1)));
    c.set(3, c.type(0));
  }

  private static void groupQuery(InferContext c) {
    long heads = c.attr("num_heads", 1L);
    long kvHeads = c.attr("kv_num_heads", heads);
    boolean packed = !c.has(1);
    long width = c.known(0, 2);
    c.expectMultiple(heads, kvHeads, "num_heads in kv_num_heads");
    c.expectMultiple(width, packed ? heads + 2 * kvHeads : heads, "features in heads");
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
    for (int i = 0; i < 3; i++) {
      c.expectMultiple(c.known(i, 2), heads, "features in num_heads");
    }
    c.expectExtent(1, 2, c.known(0, 2), "features of the queries");
    c.expectExtent(2, 1, c.known(1, 1), "steps of the keys");
    Dim keys = c.dim(1, 1);
    if (c.has(6)) {
      keys = Dim.of(c.known(6, 2) + c.known(1, 1));
    }
    c.set(0, c.dtype(0), List.of(c.dim(0, 0), c.dim(0, 1), c.dim(2, 2)));
    c.set(1, c.dtype(0), List.of(c.dim(0, 0), Dim.of(heads), keys, Dim.of(c.known(1, 2) / heads)));
    c.set(2, c.dtype(0), List.of(c.dim(0, 0), Dim.of(heads), keys, Dim.of(c.known(2, 2) / heads)));
  }
}
