package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Dim;
import npusim.isa.DType;

/** Losses, windows and control flow. */
final class MiscOps {
  private static final long MAX_WINDOW = 1L << 24;

  private MiscOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    o.add(
        onnx("NegativeLogLikelihoodLoss", "negative log likelihood of target classes", 12, 13, 22)
            .takes(
                "input:T[N,C,..] target:index[N,..] weight:T[C]? | ignore_index:int "
                    + "reduction:{none,mean,sum}")
            .infer(c -> c.set(0, c.dtype(0), loss(c))));
    o.add(
        onnx("SoftmaxCrossEntropyLoss", "cross entropy of softmax and target classes", 12, 13)
            .takes(
                "scores:T[N,C,..] labels:index[N,..] weights:T[C]? | ignore_index:int "
                    + "reduction:{none,mean,sum}")
            .infer(
                c -> {
                  c.set(0, c.dtype(0), loss(c));
                  c.set(1, c.type(0));
                }));
    for (String w : List.of("HannWindow", "HammingWindow", "BlackmanWindow")) {
      o.add(
          onnx(w, "window function of a given length", 17)
              .takes("size:index[one] | output_datatype:int periodic:int(0..1)")
              .types(TypeSet.INTEGER)
              .infer(
                  c ->
                      c.set(
                          0,
                          Rules.dtypeAttr(c, "output_datatype", DType.F32),
                          List.of(window(c)))));
    }
    // Graph attributes decide the types of these, so their rules are in shape inference itself.
    InferRule structured = c -> {};
    o.add(
        onnx("If", "one of two graphs by a condition", 1, 11, 13, 16, 19, 21, 23, 24, 25)
            .takes("condition:bool | then_branch:graph! else_branch:graph!")
            .types(TypeSet.BOOL)
            .infer(structured));
    o.add(
        onnx("Loop", "repeats a graph", 1, 11, 13, 16, 19, 21, 23, 24, 25)
            .takes("M:i64? condition:bool? v:any* | body:graph!")
            .types(TypeSet.ANY)
            .infer(structured));
    o.add(
        onnx("Scan", "repeats a graph over slices", 8, 9, 11, 16, 19, 21, 23, 24, 25)
            .takes(
                "v:any* | body:graph! num_scan_inputs:int(1..)! directions:ints(0..1) "
                    + "scan_input_axes:ints scan_input_directions:ints(0..1) "
                    + "scan_output_axes:ints scan_output_directions:ints(0..1)")
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

  /** A window is computed when compiling. */
  private static Dim window(InferContext c) {
    long n = c.require(0).longAt(0);
    if (n > MAX_WINDOW) {
      throw c.refuse("a window of " + n + " elements, at most " + MAX_WINDOW);
    }
    return c.extent(n, "size");
  }
}
