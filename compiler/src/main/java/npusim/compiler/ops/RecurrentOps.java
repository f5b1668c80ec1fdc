package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.List;
import npusim.compiler.ir.Dim;

/** Recurrent layers. */
final class RecurrentOps {
  private RecurrentOps() {}

  static List<Operator> all() {
    return List.of(
        onnx("RNN", "simple recurrent layer", 7, 14, 22).infer(c -> recurrent(c, false)),
        onnx("GRU", "gated recurrent layer", 7, 14, 22).infer(c -> recurrent(c, false)),
        onnx("LSTM", "long short-term memory layer", 7, 14, 22).infer(c -> recurrent(c, true)));
  }

  private static void recurrent(InferContext c, boolean cell) {
    c.checkRank(0, 3, 3);
    boolean batchFirst = c.attr("layout", 0L) == 1;
    Dim steps = c.dim(0, batchFirst ? 1 : 0);
    Dim batch = c.dim(0, batchFirst ? 0 : 1);
    Dim directions = c.dim(1, 0);
    Dim hidden = c.dim(2, 2);
    c.set(
        0,
        c.dtype(0),
        batchFirst
            ? List.of(batch, steps, directions, hidden)
            : List.of(steps, directions, batch, hidden));
    List<Dim> last =
        batchFirst ? List.of(batch, directions, hidden) : List.of(directions, batch, hidden);
    c.set(1, c.dtype(0), last);
    if (cell) {
      c.set(2, c.dtype(0), last);
    }
  }
}
