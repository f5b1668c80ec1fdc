package npusim.compiler.ops;

import java.util.List;
import npusim.compiler.ir.Dim;

/** Operators over the chips that run one model together, of ONNX Runtime's own domain. */
final class CollectiveOps {
  private CollectiveOps() {}

  static List<Operator> all() {
    return List.of(
        Operator.microsoft("AllReduce", "sum over all chips, on each of them")
            .takes("X:T")
            .infer(Rules.SAME),
        Operator.microsoft("AllGather", "the parts of all chips side by side, on each of them")
            .takes("X:T[_,..] | group_size:int(1..)! axis:int")
            .infer(
                c -> {
                  int axis = c.axis(c.attr("axis", 0L), c.rank(0));
                  List<Dim> out = c.copyDims(0);
                  out.set(axis, Dim.of(c.known(0, axis) * c.attr("group_size", 1L)));
                  c.set(0, c.dtype(0), out);
                }));
  }
}
