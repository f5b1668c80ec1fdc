package npusim.compiler.decompose;

import java.util.LinkedHashMap;
import java.util.Map;
import npusim.compiler.eval.Evaluator;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/**
 * Computes graphs of core operators on the host, element by element and without regard to speed:
 * what the compiler's constant evaluator has, and the products, windows and rows that it has no
 * need of.
 */
public final class ReferenceEvaluator {
  private ReferenceEvaluator() {}

  /** Every value of a graph by name. */
  public static Map<String, Tensor> run(Graph g, Map<String, Tensor> inputs) {
    Map<String, Tensor> env = new LinkedHashMap<>(g.initializers());
    env.putAll(inputs);
    for (Node n : g.nodes()) {
      Tensor[] args = new Tensor[n.inputs().size()];
      for (int i = 0; i < args.length; i++) {
        args[i] = n.hasInput(i) ? env.get(n.input(i)) : null;
        if (n.hasInput(i) && args[i] == null) {
          throw new IllegalStateException("no value for '" + n.input(i) + "' of " + n);
        }
      }
      Tensor[] out = evaluate(g, n, args);
      for (int i = 0; i < n.outputs().size(); i++) {
        if (n.hasOutput(i)) {
          check(g, n, i, out[i]);
          env.put(n.output(i), out[i]);
        }
      }
    }
    return env;
  }

  private static void check(Graph g, Node n, int i, Tensor t) {
    TensorType declared = g.tensorType(n.output(i));
    if (declared == null
        || declared.dtype() != t.dtype()
        || (declared.isStatic() && !java.util.Arrays.equals(declared.shape(), t.dims()))) {
      throw new IllegalStateException("declared " + declared + ", computed " + t.type() + ": " + n);
    }
  }

  private static Tensor[] evaluate(Graph g, Node n, Tensor... in) {
    if (!n.domain().isEmpty()) {
      return Evaluator.evaluate(n, in);
    }
    Tensor out = null;
    TensorType t = g.tensorType(n.output(0));
    switch (n.opType()) {
      case "Conv", "ConvInteger" -> out = conv(n, t, in);
      case "MaxPool", "AveragePool" -> out = pool(n, t, in[0]);
      case "MatMulInteger" -> {
        Node m = Node.of("MatMul", 13, n.inputs(), n.output(0));
        out = Evaluator.evaluate(m, wide(in[0]), wide(in[1]))[0];
      }
      case "LayerNormalization", "RMSNormalization" -> out = rows(n, in);
      default -> {
        return Evaluator.evaluate(n, in);
      }
    }
    return new Tensor[] {out};
  }

  private static Tensor wide(Tensor t) {
    return Tensor.generateLongs(DType.I32, t.dims(), t::longAt);
  }

  private static Tensor rows(Node n, Tensor... in) {
    Tensor x = in[0];
    boolean centred = n.is("LayerNormalization");
    int row = Math.toIntExact(x.dim(-1));
    double epsilon = n.floatAttr("epsilon", 1e-5f);
    Tensor y = Tensor.zeros(x.dtype(), x.dims());
    for (long r = 0; r < x.size() / row; r++) {
      double mean = 0;
      for (int i = 0; centred && i < row; i++) {
        mean += x.at(r * row + i) / row;
      }
      double variance = 0;
      for (int i = 0; i < row; i++) {
        double d = x.at(r * row + i) - mean;
        variance += d * d / row;
      }
      for (int i = 0; i < row; i++) {
        double v = (x.at(r * row + i) - mean) / Math.sqrt(variance + epsilon) * in[1].at(i);
        y.setDouble(r * row + i, in.length > 2 && in[2] != null ? v + in[2].at(i) : v);
      }
    }
    return y;
  }

  /**
   * Calls a visitor for the input position, or -1 outside, of every tap of the window at a spatial
   * output position.
   */
  private interface Tap {
    void at(long input, long kernel);
  }

  private static void window(Node n, long[] in, long[] outPosition, Tap tap) {
    long[] kernel = n.intsAttr("kernel_shape");
    long[] strides = n.intsAttr("strides");
    long[] dilations = n.intsAttr("dilations");
    long[] pads = n.intsAttr("pads");
    int r = kernel.length;
    long taps = TensorType.count(kernel);
    for (long k = 0; k < taps; k++) {
      long rest = k;
      long at = 0;
      long stride = 1;
      boolean inside = true;
      for (int a = r - 1; a >= 0; a--) {
        long p = outPosition[a] * strides[a] - pads[a] + rest % kernel[a] * dilations[a];
        rest /= kernel[a];
        inside &= p >= 0 && p < in[a + 2];
        at += p * stride;
        stride *= in[a + 2];
      }
      tap.at(inside ? at : -1, k);
    }
  }

  private static long[] position(long flat, long[] out) {
    long[] p = new long[out.length - 2];
    for (int a = p.length - 1; a >= 0; a--) {
      p[a] = flat % out[a + 2];
      flat /= out[a + 2];
    }
    return p;
  }

  private static long plane(long[] dims) {
    return TensorType.count(java.util.Arrays.copyOfRange(dims, 2, dims.length));
  }

  private static Tensor conv(Node n, TensorType t, Tensor... in) {
    Tensor x = in[0];
    Tensor w = in[1];
    long groups = n.intAttr("group", 1);
    long[] s = x.dims();
    long[] o = t.shape();
    long perGroup = w.dim(1);
    long filters = o[1] / groups;
    long taps = plane(w.dims());
    Tensor y = Tensor.zeros(t.dtype(), o);
    for (long i = 0; i < y.size(); i++) {
      long flat = i % plane(o);
      long m = i / plane(o) % o[1];
      long b = i / plane(o) / o[1];
      double[] sum = {in.length > 2 && in[2] != null ? in[2].at(m) : 0};
      window(
          n,
          s,
          position(flat, o),
          (at, k) -> {
            for (long c = 0; at >= 0 && c < perGroup; c++) {
              long channel = m / filters * perGroup + c;
              sum[0] +=
                  x.at((b * s[1] + channel) * plane(s) + at) * w.at((m * perGroup + c) * taps + k);
            }
          });
      y.setDouble(i, sum[0]);
    }
    return y;
  }

  private static Tensor pool(Node n, TensorType t, Tensor x) {
    boolean max = n.is("MaxPool");
    boolean countPads = n.intAttr("count_include_pad", 0) != 0;
    long[] s = x.dims();
    long[] o = t.shape();
    Tensor y = Tensor.zeros(t.dtype(), o);
    for (long i = 0; i < y.size(); i++) {
      long base = i / plane(o) * plane(s);
      double[] acc = {max ? Double.NEGATIVE_INFINITY : 0, 0};
      window(
          n,
          s,
          position(i % plane(o), o),
          (at, k) -> {
            if (at >= 0) {
              acc[0] = max ? Math.max(acc[0], x.at(base + at)) : acc[0] + x.at(base + at);
            }
            acc[1] += at >= 0 || countPads ? 1 : 0;
          });
      y.setDouble(i, max ? acc[0] : acc[0] / acc[1]);
    }
    return y;
  }
}
