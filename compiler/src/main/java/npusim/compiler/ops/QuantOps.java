package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.host.Quantise;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/** Conversion between real and quantised values. */
final class QuantOps {
  private QuantOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    o.add(
        onnx(
                "QuantizeLinear",
                "x/scale rounded to integers (or 8-bit floats), saturating",
                10,
                13,
                19,
                21,
                23,
                24,
                25,
                28)
            .takes(
                "x:T1 y_scale:float y_zero_point:T2? | axis:int block_size:int(0..) "
                    + "output_dtype:int precision:int saturate:int(0..1)")
            .types(TypeSet.NUMERIC)
            .eval(
                EvalRule.one(
                    c ->
                        Quantise.quantize(
                            c.in(0),
                            c.in(1),
                            c.value(2),
                            c.outputType(0).dtype(),
                            axis(c),
                            c.attr("block_size", 0L),
                            c.attr("saturate", 1L) != 0)))
            .keepConstants()
            .infer(QuantOps::quantize));
    o.add(
        onnx("DequantizeLinear", "(x - zero point)·scale", 10, 13, 19, 21, 23, 24, 25, 28)
            .takes(
                "x:T1 x_scale:float x_zero_point:T1? | axis:int block_size:int(0..) "
                    + "output_dtype:int")
            .types(TypeSet.QUANTIZED)
            .eval(
                EvalRule.one(
                    c ->
                        Quantise.dequantize(
                            c.in(0),
                            c.in(1),
                            c.value(2),
                            c.outputType(0).dtype(),
                            axis(c),
                            c.attr("block_size", 0L))))
            .keepConstants()
            .infer(QuantOps::dequantize));
    o.add(
        onnx("DynamicQuantizeLinear", "quantises to uint8 by the range of the data", 11)
            .takes("x:f32")
            .infer(
                c -> {
                  c.set(0, DType.U8, c.dims(0));
                  c.set(1, DType.F32, List.of());
                  c.set(2, DType.U8, List.of());
                }));
    return o;
  }

  /** Shape rule of QuantizeLinear. */
  static void quantize(InferContext c) {
    DType out = c.has(2) ? c.dtype(2) : Rules.dtypeAttr(c, "output_dtype", DType.U8);
    if (out == DType.I32 || !TypeSet.QUANTIZED.contains(out)) {
      throw c.fail(
          "quantises to "
              + out.onnxName()
              + ", expected an integer of 4 to 16 bits or a float of 8 bits");
    }
    parameters(c);
    c.set(0, out, c.dims(0));
  }

  /** Shape rule of DequantizeLinear. */
  static void dequantize(InferContext c) {
    DType out = Rules.dtypeAttr(c, "output_dtype", c.dtype(1));
    if (!out.isFloat()) {
      throw c.fail("attribute 'output_dtype' names " + out.onnxName() + ", expected a float type");
    }
    parameters(c);
    c.set(0, out, c.dims(0));
  }

  /** Scale and zero point: one, one per index of the axis, or one per block of it. */
  private static void parameters(InferContext c) {
    int rank = c.rank(0);
    long block = c.attr("block_size", 0L);
    if (c.has(2) && !fitsScale(c)) {
      throw c.fail(
          "the zero point has shape " + c.dims(2) + ", expected that of the scale: " + c.dims(1));
    }
    if (block > 0) {
      int axis = c.axis(c.attr("axis", 1L), rank);
      c.checkRank(1, rank, rank);
      for (int i = 0; i < rank; i++) {
        if (i == axis) {
          c.expectExtent(1, i, Math.ceilDiv(c.known(0, i), block), "blocks of " + block);
        } else {
          c.expectExtent(1, i, c.known(0, i), "extent of the input");
        }
      }
    } else if (c.rank(1) == 1 && !c.dim(1, 0).sameAs(Dim.of(1))) {
      int axis = rank == 1 ? 0 : c.axis(c.attr("axis", 1L), rank);
      c.expectExtent(1, 0, c.known(0, axis), "extent of axis " + axis);
    } else if (c.dims(1).stream().anyMatch(d -> d.known() && d.value() != 1)) {
      throw c.fail("the scale has shape " + c.dims(1) + ", expected one element or one per index");
    }
  }

  private static boolean fitsScale(InferContext c) {
    Dim a = InferContext.product(c.dims(1));
    Dim b = InferContext.product(c.dims(2));
    boolean same = a.known() && b.known() && a.value() == b.value();
    return same && (c.rank(1) == c.rank(2) || a.value() == 1);
  }

  /** Axis of per-channel parameters, 0 where it has no meaning. */
  private static int axis(EvalContext c) {
    Tensor scale = c.in(1);
    int rank = c.rank(0);
    return scale.rank() == 0 || rank == 0 ? 0 : rank == 1 ? 0 : c.axis(c.attr("axis", 1L), rank);
  }
}
