package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.host.Quantise;
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
            .infer(
                c -> {
                  DType out = c.has(2) ? c.dtype(2) : Rules.dtypeAttr(c, "output_dtype", DType.U8);
                  c.set(0, out, c.dims(0));
                }));
    o.add(
        onnx("DequantizeLinear", "(x - zero point)·scale", 10, 13, 19, 21, 23, 24, 25, 28)
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
            .infer(c -> c.set(0, Rules.dtypeAttr(c, "output_dtype", c.dtype(1)), c.dims(0))));
    o.add(
        onnx("DynamicQuantizeLinear", "quantises to uint8 by the range of the data", 11)
            .infer(
                c -> {
                  c.set(0, DType.U8, c.dims(0));
                  c.set(1, DType.F32, List.of());
                  c.set(2, DType.U8, List.of());
                }));
    return o;
  }

  /** Axis of per-channel parameters, 0 where it has no meaning. */
  private static int axis(EvalContext c) {
    Tensor scale = c.in(1);
    int rank = c.rank(0);
    return scale.rank() == 0 || rank == 0 ? 0 : rank == 1 ? 0 : c.axis(c.attr("axis", 1L), rank);
  }
}
