package npusim.compiler.decompose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/**
 * Quantised operators. Products run on 8-bit integers with int32 sums; zero points are taken out by
 * sums over rows and columns (those of constant weights fold away); what has no integer form is
 * dequantised, computed and quantised again.
 */
final class QuantRules {
  private QuantRules() {}

  static List<Rule> rules() {
    List<Rule> out =
        new ArrayList<>(
            List.of(
                Rule.form(
                    "MatMulInteger",
                    "integer MatMul, zero points taken out",
                    (n, g) -> n.hasInput(2) || n.hasInput(3),
                    (n, e) ->
                        e.result(
                            0,
                            IntegerProducts.matmul(
                                e, e.in(0), e.optional(2), e.in(1), e.optional(3), null))),
                Rule.form(
                    "ConvInteger",
                    "integer Conv padded with the zero point",
                    (n, g) ->
                        n.hasInput(2)
                            || n.hasInput(3)
                            || !n.has("pads")
                            || !n.has("strides")
                            || !n.has("dilations")
                            || n.has("auto_pad"),
                    (n, e) ->
                        e.result(
                            0,
                            IntegerProducts.conv(
                                n,
                                e,
                                e.in(0),
                                e.optional(2),
                                e.in(1),
                                e.optional(3),
                                null,
                                e.outType(0).shape()))),
                Rule.of(
                    "QLinearMatMul", "integer MatMul, scale, round, saturate", QuantRules::matMul),
                Rule.of("QLinearConv", "integer Conv, scale, round, saturate", QuantRules::conv),
                Rule.of(
                    "DynamicQuantizeLinear",
                    "range by ReduceMin and ReduceMax, then QuantizeLinear",
                    QuantRules::dynamic),
                Rule.form(
                    "QuantizeLinear",
                    "blocks as broadcast arithmetic",
                    QuantRules::isBlocked,
                    BlockQuant::quantize),
                Rule.form(
                    "DequantizeLinear",
                    "blocks as broadcast arithmetic",
                    QuantRules::isBlocked,
                    BlockQuant::dequantize),
                Rule.microsoft(
                    "QuantizeLinear",
                    "QuantizeLinear",
                    (n, e) ->
                        e.result(
                            0,
                            quantize(
                                e, e.in(0), e.in(1), e.optional(2), (int) n.intAttr("axis", 1)))),
                Rule.microsoft(
                    "DequantizeLinear",
                    "DequantizeLinear",
                    (n, e) ->
                        e.result(
                            0,
                            dequantize(
                                e, e.in(0), e.in(1), e.optional(2), (int) n.intAttr("axis", 1)))),
                Rule.microsoft(
                    "QLinearAdd", "dequantised, added, quantised", (n, e) -> binary(e, "Add")),
                Rule.microsoft(
                    "QLinearMul", "dequantised, multiplied, quantised", (n, e) -> binary(e, "Mul")),
                Rule.microsoft(
                    "QLinearConcat", "dequantised, joined, quantised", QuantRules::concat),
                Rule.microsoft(
                    "QGemm", "integer MatMul, bias, scale, round, saturate", QuantRules::gemm),
                Rule.microsoft(
                    "QLinearWhere",
                    "Where of values brought to the output's scale",
                    QuantRules::where),
                Rule.microsoft(
                    "MatMulIntegerToFloat",
                    "integer MatMul, scale, bias",
                    QuantRules::matMulToFloat),
                Rule.microsoft(
                    "DynamicQuantizeMatMul",
                    "quantised on the way, integer MatMul, scale, bias",
                    QuantRules::dynamicMatMul),
                Rule.microsoft(
                    "MatMulNBits",
                    "weights of few bits dequantised by block, then MatMul",
                    NBitsRule::expand)));
    unary(out, "QLinearSigmoid", n -> (e, x) -> e.unary("Sigmoid", x));
    unary(
        out,
        "QLinearLeakyRelu",
        n -> (e, x) -> e.binary("PRelu", x, e.scalar(x.dtype(), n.floatAttr("alpha", 0.01f))));
    unary(out, "QLinearSoftmax", n -> (e, x) -> softmax(n, e, x));
    unary(out, "QLinearGlobalAveragePool", n -> (e, x) -> globalPool(n, e, x));
    unary(out, "QLinearAveragePool", n -> (e, x) -> averagePool(n, e, x));
    unary(
        out,
        "QLinearReduceMean",
        n ->
            (e, x) -> {
              int[] axes =
                  Arrays.stream(n.intsAttr("axes", new long[0]))
                      .mapToInt(a -> (int) (a < 0 ? a + x.rank() : a))
                      .toArray();
              return e.reduce("ReduceMean", x, n.intAttr("keepdims", 1) != 0, axes);
            });
    return out;
  }

  /** A function of the dequantised value. */
  private interface Inner {
    Value apply(Emit e, Value x);
  }

  private static void unary(List<Rule> out, String op, java.util.function.Function<Node, Inner> f) {
    out.add(
        Rule.microsoft(
            op,
            "dequantised, computed, quantised",
            (n, e) -> {
              Value x = dequantize(e, e.in(0), e.in(1), e.optional(2), 1);
              e.result(
                  0,
                  requantize(
                      e, f.apply(n).apply(e, x), e.in(3), e.optional(4), e.outType(0).dtype()));
            }));
  }

  private static boolean isBlocked(Node n, Graph g) {
    TensorType scale = g.tensorType(n.input(1));
    return n.intAttr("block_size", 0) > 0 && scale != null && scale.rank() > 1;
  }

  static Value dequantize(Emit e, Value x, Value scale, Value zero, int axis) {
    Value v = e.op("DequantizeLinear", x.type().withDtype(scale.dtype()), x, scale, zero);
    e.last().set("axis", axis < 0 ? axis + x.rank() : axis);
    return v;
  }

  static Value quantize(Emit e, Value x, Value scale, Value zero, int axis) {
    return requantize(e, x, scale, zero, zero == null ? DType.U8 : zero.dtype(), axis);
  }

  private static Value requantize(Emit e, Value x, Value scale, Value zero, DType to) {
    return requantize(e, x, scale, zero, to, 1);
  }

  private static Value requantize(Emit e, Value x, Value scale, Value zero, DType to, int axis) {
    Value z = zero == null ? e.scalar(to, 0) : zero;
    Value v = e.op("QuantizeLinear", x.type().withDtype(to), x, scale, z);
    e.last().set("axis", axis < 0 ? axis + x.rank() : axis);
    return v;
  }

  /**
   * int32 sums with per-tensor or per-channel scale as floating point; the channel is an axis of
   * the sums.
   */
  static Value scaled(Emit e, Value sums, Value scale, int axis) {
    Value s = scale;
    if (scale.elements() > 1) {
      long[] shape = LongArrays.filled(sums.rank(), 1);
      shape[axis] = scale.elements();
      s = e.reshape(scale, shape);
    } else {
      s = e.reshape(scale, new long[0]);
    }
    return e.mul(e.cast(sums, scale.dtype()), s);
  }

  private static Value flat(Emit e, Value v) {
    return v == null || v.rank() == 0 ? v : v.elements() == 1 ? e.reshape(v, new long[0]) : v;
  }

  /** Two scales' product, scalar or per channel of the second. */
  private static Value product(Emit e, Value a, Value b) {
    return e.mul(flat(e, a), flat(e, b));
  }

  private static void matMul(Node n, Emit e) {
    Value sums = IntegerProducts.matmul(e, e.in(0), e.optional(2), e.in(3), e.optional(5), null);
    int axis = Math.max(0, sums.rank() - 1);
    e.result(0, requantised(e, sums, product(e, e.in(1), e.in(4)), 6, axis));
  }

  private static void conv(Node n, Emit e) {
    long[] out = e.outType(0).shape();
    Value sums =
        IntegerProducts.conv(
            n, e, e.in(0), e.optional(2), e.in(3), e.optional(5), e.optional(8), out);
    e.result(0, requantised(e, sums, product(e, e.in(1), e.in(4)), 6, 1));
  }

  private static void gemm(Node n, Emit e) {
    // A, a_scale, a_zero, B, b_scale, b_zero, C (int32), y_scale, y_zero
    Value a = n.intAttr("transA", 0) != 0 ? e.transposeLast(e.in(0)) : e.in(0);
    Value b = n.intAttr("transB", 0) != 0 ? e.transposeLast(e.in(3)) : e.in(3);
    // The bias has the scale of the sums times alpha, so alpha multiplies both.
    Value sums = IntegerProducts.matmul(e, a, e.optional(2), b, e.optional(5), e.optional(6));
    Value scale = e.mul(product(e, e.in(1), e.in(4)), n.floatAttr("alpha", 1));
    e.result(
        0, e.optional(7) == null ? scaled(e, sums, scale, 1) : requantised(e, sums, scale, 7, 1));
  }

  /**
   * int32 sums of a scale quantised to the output's scale and zero point, inputs {@code i} and i +
   * 1.
   */
  private static Value requantised(Emit e, Value sums, Value scale, int i, int axis) {
    Value step = e.div(flat(e, e.in(i)), scale);
    Value wide = step.dtype() == DType.F64 ? step : e.cast(step, DType.F32);
    DType to = e.outType(0).dtype();
    Value zero = flat(e, e.optional(i + 1));
    if (wide.rank() == 1 && (zero == null || zero.rank() == 0)) {
      zero = zero == null ? e.fill(to, 0, wide.dim(0)) : e.expand(zero, wide.dim(0));
    }
    return requantize(e, sums, wide, zero, to, axis);
  }

  private static void matMulToFloat(Node n, Emit e) {
    // A, B, a_scale, b_scale, a_zero, b_zero, bias
    Value sums = IntegerProducts.matmul(e, e.in(0), e.optional(4), e.in(1), e.optional(5), null);
    Value y = scaled(e, sums, product(e, e.in(2), e.in(3)), sums.rank() - 1);
    e.result(0, e.optional(6) == null ? y : e.add(y, e.in(6)));
  }

  private static void dynamicMatMul(Node n, Emit e) {
    // A (float), B, b_scale, b_zero, bias
    Quantised a = quantised(e, e.in(0));
    Value sums = IntegerProducts.matmul(e, a.v, a.zero, e.in(1), e.optional(3), null);
    Value y = scaled(e, sums, product(e, a.scale, e.in(2)), sums.rank() - 1);
    e.result(0, e.optional(4) == null ? y : e.add(y, e.in(4)));
  }

  /** A tensor quantised to uint8 over its own range, with scalar scale and zero point. */
  private record Quantised(Value v, Value scale, Value zero) {}

  private static Quantised quantised(Emit e, Value x) {
    int[] all = java.util.stream.IntStream.range(0, x.rank()).toArray();
    Value zero = e.scalar(x.dtype(), 0);
    Value high = e.max(e.reduce("ReduceMax", x, false, all), zero);
    Value low = e.min(e.reduce("ReduceMin", x, false, all), zero);
    Value scale = e.div(e.sub(high, low), e.scalar(x.dtype(), 255));
    // A tensor of zeros has range 0: its scale is then 1, so that nothing is divided by 0.
    Value safe = e.where(e.compare("Equal", scale, zero), e.scalar(x.dtype(), 1), scale);
    Value point = e.cast(e.unary("Round", e.clip(e.div(e.neg(low), safe), 0.0, 255.0)), DType.U8);
    return new Quantised(requantize(e, x, safe, point, DType.U8), scale, point);
  }

  private static void dynamic(Node n, Emit e) {
    Quantised q = quantised(e, e.in(0));
    e.result(0, q.v);
    e.result(1, q.scale);
    e.result(2, q.zero);
  }

  private static void binary(Emit e, String op) {
    Value a = dequantize(e, e.in(0), flat(e, e.in(1)), flat(e, e.optional(2)), 0);
    Value b = dequantize(e, e.in(3), flat(e, e.in(4)), flat(e, e.optional(5)), 0);
    e.result(
        0,
        requantize(
            e, e.binary(op, a, b), flat(e, e.in(6)), flat(e, e.optional(7)), e.outType(0).dtype()));
  }

  private static void concat(Node n, Emit e) {
    List<Value> parts = new ArrayList<>();
    for (int i = 2; i + 2 < n.inputs().size() + 1; i += 3) {
      parts.add(dequantize(e, e.in(i), flat(e, e.in(i + 1)), flat(e, e.optional(i + 2)), 0));
    }
    Value joined = e.concat((int) n.intAttr("axis", 0), parts);
    e.result(0, requantize(e, joined, flat(e, e.in(0)), flat(e, e.in(1)), e.outType(0).dtype()));
  }

  private static void where(Node n, Emit e) {
    UnaryOperator<Value> f = v -> flat(e, v);
    Value a = dequantize(e, e.in(1), f.apply(e.in(2)), f.apply(e.in(3)), 0);
    Value b = dequantize(e, e.in(4), f.apply(e.in(5)), f.apply(e.in(6)), 0);
    e.result(
        0,
        requantize(
            e, e.where(e.in(0), a, b), f.apply(e.in(7)), f.apply(e.in(8)), e.outType(0).dtype()));
  }

  private static Value softmax(Node n, Emit e, Value x) {
    int axis = (int) n.intAttr("axis", -1);
    if (n.intAttr("opset", 13) < 13) {
      Value flat = LegacyRules.coerced(e, x, axis < 0 ? axis + x.rank() : axis);
      return e.reshape(e.softmax(flat, 1), x.type());
    }
    return e.softmax(x, axis);
  }

  private static Value globalPool(Node n, Emit e, Value x) {
    boolean last = n.intAttr("channels_last", 0) != 0;
    int[] axes =
        java.util.stream.IntStream.range(0, x.rank() - 2).map(i -> i + (last ? 1 : 2)).toArray();
    return e.reduce("ReduceMean", x, true, axes);
  }

  private static Value averagePool(Node n, Emit e, Value x) {
    boolean last = n.intAttr("channels_last", 0) != 0;
    if (last) {
      throw Refusal.of(n, "channels_last");
    }
    PoolRules.Window g =
        PoolRules.Window.of(n, x, n.intsAttr("kernel_shape"), e.outType(0).shape());
    Value y = e.op("AveragePool", e.outType(0).withDtype(x.dtype()), x);
    g.set(e.last(), g.fullPads());
    e.last().set("count_include_pad", n.intAttr("count_include_pad", 0));
    return y;
  }
}
