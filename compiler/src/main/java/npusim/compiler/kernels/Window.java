package npusim.compiler.kernels;

import java.util.Arrays;
import npusim.compiler.codegen.Axis;
import npusim.compiler.ir.Node;

/**
 * Geometry of a sliding window, per spatial dimension.
 *
 * @param kernel extents of the window
 * @param stride steps of the window
 * @param dilation distance of the window's elements
 * @param pad padding before the input
 */
record Window(long[] kernel, long[] stride, long[] dilation, long[] pad) {

  /** Geometry of a convolution; {@code weights} are [M, C, kernel…]. */
  static Window of(Node n, long[] weights, int spatial) {
    return of(n, spatial, Arrays.copyOfRange(weights, 2, weights.length));
  }

  /** Geometry from a node's attributes; pads are explicit. */
  static Window of(Node n, int spatial, long[] kernel) {
    long[] one = new long[spatial];
    Arrays.fill(one, 1);
    long[] pads = n.intsAttr("pads", new long[2 * spatial]);
    return new Window(
        kernel,
        n.intsAttr("strides", one),
        n.intsAttr("dilations", one),
        Arrays.copyOf(pads, spatial));
  }

  /** Number of spatial dimensions. */
  int rank() {
    return kernel.length;
  }

  /** How the window lies along spatial dimension {@code i} of an input of {@code size} elements. */
  Axis.Halo halo(int i, long size) {
    return new Axis.Halo(stride[i], (kernel[i] - 1) * dilation[i] + 1, pad[i], size);
  }

  /** Whether the input is cut into windows side by side, as an image into patches. */
  boolean patches() {
    return taps() > 1
        && Arrays.equals(kernel, stride)
        && Arrays.stream(dilation).allMatch(d -> d == 1);
  }

  /** Elements of the window. */
  long taps() {
    return Arrays.stream(kernel).reduce(1, Math::multiplyExact);
  }

  /** True when some window reaches outside the input. */
  boolean padded(long[] out, long[] in) {
    for (int i = 0; i < rank(); i++) {
      Axis.Halo h = halo(i, in[i]);
      if (pad[i] > 0 || h.span(out[i]) - pad[i] > in[i]) {
        return true;
      }
    }
    return false;
  }
}
