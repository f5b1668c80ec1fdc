package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Dim;
import npusim.isa.DType;

/** Normalisations. */
final class NormOps {
  private NormOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    o.add(
        onnx("BatchNormalization", "scales and shifts channels by stored statistics", 7, 9, 14, 15)
            .infer(
                c -> {
                  c.checkRank(0, 1, Integer.MAX_VALUE);
                  c.set(0, c.type(0));
                  if (c.attr("training_mode", 0L) != 0) {
                    c.set(1, c.type(3));
                    c.set(2, c.type(4));
                  }
                }));
    o.add(
        onnx("InstanceNormalization", "normalises each channel of each sample", 6, 22)
            .infer(Rules.SAME));
    o.add(onnx("GroupNormalization", "normalises groups of channels", 18, 21).infer(Rules.SAME));
    o.add(
        onnx("LayerNormalization", "normalises trailing dimensions", 17)
            .infer(
                c -> {
                  int axis = c.axis(c.attr("axis", -1L), c.rank(0));
                  DType stash = c.attr("stash_type", 1L) == 16 ? DType.BF16 : DType.F32;
                  List<Dim> mean = new ArrayList<>(c.dims(0).subList(0, axis));
                  for (int i = axis; i < c.rank(0); i++) {
                    mean.add(Dim.of(1));
                  }
                  c.broadcast(0, 1);
                  c.set(0, c.type(0));
                  c.set(1, stash, mean);
                  c.set(2, stash, mean);
                }));
    o.add(
        onnx("RMSNormalization", "divides trailing dimensions by their root mean square", 23)
            .infer(
                c -> {
                  c.axis(c.attr("axis", -1L), c.rank(0));
                  c.broadcast(0, 1);
                  c.set(0, c.type(0));
                }));
    o.add(onnx("LpNormalization", "divides by the p-norm along an axis", 1, 22).infer(Rules.SAME));
    o.add(onnx("MeanVarianceNormalization", "normalises over axes", 9, 13).infer(Rules.SAME));
    o.add(onnx("LRN", "normalises across neighbouring channels", 1, 13).infer(Rules.SAME));
    return o;
  }
}
