package npusim.compiler.eval;

import java.util.Arrays;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/**
 * Matrix products and convolutions over primitive arrays: binary64 sums, exact for 8-bit integers.
 */
final class HostProducts {
  private HostProducts() {}

  /** [b…, M, K] × [b…, K, N] with broadcast batch axes. */
  static Tensor matmul(Tensor a, Tensor b, TensorType type) {
    long[] out = type.shape();
    int rank = out.length;
    int m = Math.toIntExact(out[rank - 2]);
    int n = Math.toIntExact(out[rank - 1]);
    int k = Math.toIntExact(a.dim(-1));
    Tensor y = Tensor.zeros(type.dtype(), out);
    double[] x = a.toDoubles();
    double[] w = b.toDoubles();
    long batches = TensorType.count(Arrays.copyOf(out, rank - 2));
    double[] sums = new double[n];
    for (long i = 0; i < batches; i++) {
      int xa = Math.toIntExact(offset(a.dims(), out, i) * m * k);
      int wb = Math.toIntExact(offset(b.dims(), out, i) * k * n);
      for (int r = 0; r < m; r++) {
        Arrays.fill(sums, 0);
        for (int p = 0; p < k; p++) {
          double v = x[xa + r * k + p];
          int at = wb + p * n;
          for (int c = 0; c < n; c++) {
            sums[c] += v * w[at + c];
          }
        }
        store(y, (i * m + r) * n, sums, n);
      }
    }
    return y;
  }

  /** Which matrix of an operand a batch of the result reads. */
  private static long offset(long[] dims, long[] out, long batch) {
    long at = 0;
    long stride = 1;
    for (int i = out.length - 3, j = dims.length - 3; i >= 0; i--, j--) {
      long index = batch % out[i];
      batch /= out[i];
      if (j >= 0) {
        at += dims[j] == 1 ? 0 : index * stride;
        stride *= dims[j];
      }
    }
    return at;
  }

  private static void store(Tensor y, long at, double[] sums, int n) {
    boolean integer = y.dtype() == DType.I32;
    for (int c = 0; c < n; c++) {
      if (integer) {
        y.setLong(at + c, (long) sums[c]);
      } else {
        y.setDouble(at + c, sums[c]);
      }
    }
  }

  /**
   * Convolution of one to three spatial axes, pads stated; up to three are handled as depth, height
   * and width.
   */
  static Tensor conv(Node n, TensorType type, Tensor x, Tensor w, Tensor bias) {
    long[] out = type.shape();
    Window3 g = Window3.of(n, x.dims(), out);
    int groups = (int) n.intAttr("group", 1);
    int perGroup = Math.toIntExact(w.dim(1));
    int filters = Math.toIntExact(w.dim(0));
    double[] in = x.toDoubles();
    double[] weights = w.toDoubles();
    Tensor y = Tensor.zeros(type.dtype(), out);
    double[] plane = new double[g.outPlane()];
    for (int b = 0; b < out[0]; b++) {
      for (int f = 0; f < filters; f++) {
        Arrays.fill(plane, bias == null ? 0 : bias.at(f));
        for (int c = 0; c < perGroup; c++) {
          int channel = f / (filters / groups) * perGroup + c;
          int from = (b * Math.toIntExact(x.dim(1)) + channel) * g.inPlane();
          g.accumulate(in, from, weights, (f * perGroup + c) * g.taps(), plane);
        }
        store(y, ((long) b * filters + f) * plane.length, plane, plane.length);
      }
    }
    return y;
  }
}
