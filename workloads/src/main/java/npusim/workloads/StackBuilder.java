package npusim.workloads;

import npusim.compiler.ir.Model;
import npusim.isa.DType;

/** Builds a {@link Stack}: {@code x} [batch, width(, board, board)] gives {@code y} alike. */
final class StackBuilder {
  private static final int OPSET = 17;
  private static final long KERNEL = 3;

  private StackBuilder() {}

  static Model build(String name, Stack m, long batch, Weights weights) {
    var main = new MainScope(name, OPSET, weights);
    long w = m.width();
    long[] dims =
        m.board() == 0 ? new long[] {batch, w} : new long[] {batch, w, m.board(), m.board()};
    String x = main.input("x", DType.F32, dims);
    for (int i = 0; i < m.layers(); i++) {
      String layer = "layer" + (i + 1);
      x = m.board() == 0 ? connected(main, layer, x, w) : convolved(main, layer, x, w);
      x = main.op(m.activation().op, layer + ".activation", x);
    }
    main.output("y", x, DType.F32, dims);
    return main.model();
  }

  private static String connected(MainScope main, String layer, String x, long w) {
    return main.op("MatMul", layer, x, main.weight(layer + ".weight", Init.DENSE, w, w));
  }

  private static String convolved(MainScope main, String layer, String x, long w) {
    return main.add(
            "Conv", layer, x, main.weight(layer + ".weight", Init.KERNEL, w, w, KERNEL, KERNEL))
        .set("kernel_shape", KERNEL, KERNEL)
        .set("pads", 1, 1, 1, 1)
        .output(0);
  }
}
