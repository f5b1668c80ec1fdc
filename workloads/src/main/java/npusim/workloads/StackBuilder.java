package npusim.workloads;

import npusim.compiler.ir.Model;
import npusim.isa.DType;

/**
 * Builds a {@link Stack}: {@code x} [batch, (board, board,) features] gives {@code y} alike, both
 * in 8 bits as the host exchanges them, channels last.
 */
final class StackBuilder {
  private static final int OPSET = 17;
  private static final long KERNEL = 3;

  private StackBuilder() {}

  static Model build(String name, Stack m, long batch, Weights weights) {
    var main = new MainScope(name, OPSET, weights);
    String x = main.input("x", DType.I8, dims(m, batch, 0));
    x = main.add("Cast", "x.cast", x).set("to", (long) DType.F32.onnxCode()).output(0);
    x = main.op("Mul", "x.float", x, main.scalar("x.scale", 1 / 64f));
    if (m.board() > 0) {
      x = main.transpose(x, "x.channels", 0, 3, 1, 2);
    }
    for (int i = 0; i < m.layers(); i++) {
      String layer = "layer" + (i + 1);
      x =
          m.board() == 0
              ? connected(main, layer, x, m.width(i), m.width(i + 1))
              : convolved(main, layer, x, m.width(i), m.width(i + 1));
      x = main.op(m.activation().op, layer + ".activation", x);
    }
    if (m.board() > 0) {
      x = main.transpose(x, "y.positions", 0, 2, 3, 1);
    }
    x = main.op("Mul", "y.scaled", x, main.scalar("y.scale", 64));
    x = main.op("Clip", "y.clip", x, main.scalar("y.least", -128), main.scalar("y.most", 127));
    x = main.add("Cast", "y", x).set("to", (long) DType.I8.onnxCode()).output(0);
    main.output("y", x, DType.I8, dims(m, batch, m.layers()));
    return main.model();
  }

  private static long[] dims(Stack m, long batch, int layer) {
    long w = m.width(layer);
    return m.board() == 0 ? new long[] {batch, w} : new long[] {batch, m.board(), m.board(), w};
  }

  private static String connected(MainScope main, String layer, String x, long in, long out) {
    return main.op("MatMul", layer, x, main.weight(layer + ".weight", Init.DENSE, in, out));
  }

  private static String convolved(MainScope main, String layer, String x, long in, long out) {
    return main.add(
            "Conv", layer, x, main.weight(layer + ".weight", Init.KERNEL, out, in, KERNEL, KERNEL))
        .set("kernel_shape", KERNEL, KERNEL)
        .set("pads", 1, 1, 1, 1)
        .output(0);
  }
}
