package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Dim;
import npusim.isa.DType;

/** Losses, windows and control flow. */
final class MiscOps {
  private MiscOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    o.add(
        onnx("NegativeLogLikelihoodLoss", "negative log likelihood of target classes", 12, 13, 22)
            .infer(c -> c.set(0, c.dtype(0), loss(c))));
    o.add(
        onnx("SoftmaxCrossEntropyLoss", "cross entropy of softmax and target classes", 12, 13)
            .infer(
                c -> {
                  c.set(0, c.dtype(0), loss(c));
                  c.set(1, c.type(0));
                }));
    for (String w : List.of("HannWindow", "HammingWindow", "BlackmanWindow")) {
      o.add(
          onnx(w, "window function of a given length", 17)
              .types(TypeSet.INTEGER)
              .infer(
                  c ->
                      c.set(
                          0,
                          Rules.dtypeAttr(c, "output_datatype", DType.F32),
                          Rules.dims(c.require(0).longAt(0)))));
    }
    // Graph attributes decide the types of these, so their rules are in shape inference itself.
    InferRule structured = c -> {};
    o.add(
        onnx("If", "one of two graphs by a condition", 1, 11, 13, 16, 19, 21, 23, 24, 25)
            .types(TypeSet.BOOL)
            .infer(structured));
    o.add(
        onnx("Loop", "repeats a graph", 1, 11, 13, 16, 19, 21, 23, 24, 25)
            .types(TypeSet.ANY)
            .infer(structured));
    o.add(
        onnx("Scan", "repeats a graph over slices", 8, 9, 11, 16, 19, 21, 23, 24, 25)
            .types(TypeSet.ANY)
            .infer(structured));
    return o;
  }

  private static List<Dim> loss(InferContext c) {
    if (!c.attr("reduction", "mean").equals("none")) {
      return List.of();
    }
    return c.dims(1);
  }
}
