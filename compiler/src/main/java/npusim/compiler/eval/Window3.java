package npusim.compiler.eval;

import java.util.Arrays;
import npusim.compiler.ir.Node;

/**
 * A window over depth, height and width; fewer spatial axes are filled up with extents of 1 in
 * front.
 *
 * @param in input extents
 * @param out output extents
 * @param kernel window extents
 * @param strides steps
 * @param dilations distances within the window
 * @param pads positions before the input's first
 */
record Window3(int[] in, int[] out, int[] kernel, int[] strides, int[] dilations, int[] pads) {
  static Window3 of(Node n, long[] x, long[] y) {
    long[] pads = n.intsAttr("pads");
    return new Window3(
        three(Arrays.copyOfRange(x, 2, x.length), 1),
        three(Arrays.copyOfRange(y, 2, y.length), 1),
        three(n.intsAttr("kernel_shape"), 1),
        three(n.intsAttr("strides"), 1),
        three(n.intsAttr("dilations"), 1),
        three(Arrays.copyOf(pads, pads.length / 2), 0));
  }

  private static int[] three(long[] v, int fill) {
    int[] out = {fill, fill, fill};
    for (int i = 0; i < v.length; i++) {
      out[3 - v.length + i] = Math.toIntExact(v[i]);
    }
    return out;
  }

  int inPlane() {
    return in[0] * in[1] * in[2];
  }

  int outPlane() {
    return out[0] * out[1] * out[2];
  }

  int taps() {
    return kernel[0] * kernel[1] * kernel[2];
  }

  /** Input position of a tap along an axis; outside the input it is negative or too large. */
  int position(int axis, int output, int tap) {
    return output * strides[axis] - pads[axis] + tap * dilations[axis];
  }

  /** plane += kernel * input plane, tap by tap over rows. */
  void accumulate(double[] x, int from, double[] w, int weightFrom, double[] plane) {
    for (int kd = 0; kd < kernel[0]; kd++) {
      for (int kh = 0; kh < kernel[1]; kh++) {
        for (int kw = 0; kw < kernel[2]; kw++) {
          double v = w[weightFrom + (kd * kernel[1] + kh) * kernel[2] + kw];
          tap(x, from, v, kd, kh, kw, plane);
        }
      }
    }
  }

  private void tap(double[] x, int from, double v, int kd, int kh, int kw, double[] plane) {
    int first = Math.max(0, Math.ceilDiv(pads[2] - kw * dilations[2], strides[2]));
    int shift = kw * dilations[2] - pads[2];
    int last = Math.min(out[2], Math.floorDiv(in[2] - 1 - shift, strides[2]) + 1);
    for (int od = 0; od < out[0]; od++) {
      int d = position(0, od, kd);
      for (int oh = 0; oh < out[1]; oh++) {
        int h = position(1, oh, kh);
        if (d < 0 || d >= in[0] || h < 0 || h >= in[1]) {
          continue;
        }
        int row = from + (d * in[1] + h) * in[2] + shift;
        int to = (od * out[1] + oh) * out[2];
        int step = strides[2];
        for (int ow = first; ow < last; ow++) {
          plane[to + ow] += v * x[row + ow * step];
        }
      }
    }
  }
}
