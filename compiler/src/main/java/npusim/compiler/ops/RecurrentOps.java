package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.List;
import npusim.compiler.ir.Dim;

/** Recurrent layers. */
final class RecurrentOps {
  private static final String LAYER =
      "activation_alpha:floats activation_beta:floats activations:strs clip:float "
          + "direction:{forward,reverse,bidirectional} hidden_size:int(1..) layout:int(0..1)";

  private RecurrentOps() {}

  static List<Operator> all() {
    return List.of(
        layer("RNN", "simple recurrent layer", "", "", 1),
        layer("GRU", "gated recurrent layer", "", "linear_before_reset:int ", 3),
        layer(
            "LSTM",
            "long short-term memory layer",
            " initial_c:T[_,_,H]? P:T[D,_]?",
            "input_forget:int(0..1) ",
            4));
  }

  private static Operator layer(
      String name, String summary, String inputs, String attributes, int gates) {
    return onnx(name, summary, 7, 14, 22)
        .takes(
            "X:T[_,_,I] W:T[D,_,I] R:T[D,_,H] B:T[D,_]? sequence_lens:i32[_]?"
                + " initial_h:T[_,_,H]?"
                + inputs
                + " | "
                + attributes
                + LAYER)
        .infer(c -> recurrent(c, gates));
  }

  private static void recurrent(InferContext c, int gates) {
    boolean batchFirst = c.attr("layout", 0L) == 1;
    check(c, gates, batchFirst);
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
    if (gates == 4) {
      c.set(2, c.dtype(0), last);
    }
  }

  private static void check(InferContext c, int gates, boolean batchFirst) {
    long hidden = c.known(2, 2);
    long directions = c.attr("direction", "forward").equals("bidirectional") ? 2 : 1;
    long batch = c.known(0, batchFirst ? 0 : 1);
    if (c.attr("hidden_size", hidden) != hidden) {
      throw c.fail("attribute 'hidden_size' is " + c.attr("hidden_size", 0L) + ", R has " + hidden);
    }
    c.expectExtent(1, 0, directions, "directions");
    c.expectExtent(1, 1, gates * hidden, "gates times hidden size");
    c.expectExtent(2, 1, gates * hidden, "gates times hidden size");
    c.expectExtent(3, 1, 2L * gates * hidden, "twice gates times hidden size");
    c.expectExtent(4, 0, batch, "batch");
    for (int i = 5; i < 7; i++) {
      c.expectExtent(i, batchFirst ? 1 : 0, directions, "directions");
      c.expectExtent(i, batchFirst ? 0 : 1, batch, "batch");
    }
    c.expectExtent(7, 1, 3 * hidden, "three times hidden size");
  }
}
