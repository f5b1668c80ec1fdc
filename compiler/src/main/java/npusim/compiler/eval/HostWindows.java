package npusim.compiler.eval;

import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;

/** Pooling over windows with stated pads. */
final class HostWindows {
  private HostWindows() {}

  /** MaxPool or AveragePool. */
  static Tensor pool(Node n, TensorType type, Tensor x) {
    boolean max = n.is("MaxPool");
    boolean countPads = n.intAttr("count_include_pad", 0) != 0;
    long[] out = type.shape();
    Window3 g = Window3.of(n, x.dims(), out);
    Tensor y = Tensor.zeros(type.dtype(), out);
    long planes = out[0] * out[1];
    for (long p = 0; p < planes; p++) {
      for (int i = 0; i < g.outPlane(); i++) {
        int od = i / (g.out()[1] * g.out()[2]);
        int oh = i / g.out()[2] % g.out()[1];
        y.setDouble(
            p * g.outPlane() + i,
            window(g, x, p * g.inPlane(), max, countPads, od, oh, i % g.out()[2]));
      }
    }
    return y;
  }

  private static double window(
      Window3 g, Tensor x, long base, boolean max, boolean countPads, int od, int oh, int ow) {
    double acc = max ? Double.NEGATIVE_INFINITY : 0;
    int count = 0;
    for (int k = 0; k < g.taps(); k++) {
      int d = g.position(0, od, k / (g.kernel()[1] * g.kernel()[2]));
      int h = g.position(1, oh, k / g.kernel()[2] % g.kernel()[1]);
      int w = g.position(2, ow, k % g.kernel()[2]);
      boolean inside =
          d >= 0 && d < g.in()[0] && h >= 0 && h < g.in()[1] && w >= 0 && w < g.in()[2];
      if (inside) {
        double v = x.at(base + ((long) d * g.in()[1] + h) * g.in()[2] + w);
        acc = max ? Math.max(acc, v) : acc + v;
      }
      count += inside || countPads ? 1 : 0;
    }
    return max ? acc : acc / count;
  }
}
