package npusim.compiler.kernels;

import java.util.List;
import npusim.compiler.memory.View;
import npusim.isa.DType;

/**
 * A convolution and what is computed with its result.
 *
 * @param x image, [N, C, spatial…]
 * @param w weights, [M, C / groups, window…]
 * @param out result, [N, M, spatial…]
 * @param win strides, dilations and padding of the window
 * @param groups groups of channels that are convolved apart
 * @param epilogue makes the result of a sum and the extras
 * @param extras further operands of the epilogue, which broadcast to the result
 * @param accType type of the sums
 */
record Convolution(
    View x,
    View w,
    View out,
    Window win,
    long groups,
    Region epilogue,
    List<View> extras,
    DType accType) {

  /** The same of the image at another place. */
  Convolution of(View image) {
    return new Convolution(image, w, out, win, groups, epilogue, extras, accType);
  }

  /** The extras in the result's dimensions, [N, G, M / G, spatial…] for {@code apart} groups. */
  List<View> extras(long apart) {
    return extras.stream().map(v -> grouped(v.broadcast(out.dims()), apart)).toList();
  }

  /** [N, C, …] as [N, G, C / G, …]. */
  static View grouped(View v, long groups) {
    long[] d = new long[v.rank() + 1];
    long[] s = new long[d.length];
    for (int i = 0; i < v.rank(); i++) {
      int j = i < 1 ? i : i + 1;
      d[j] = v.dims()[i];
      s[j] = v.strides()[i];
    }
    d[1] = groups;
    d[2] = v.dims()[1] / groups;
    s[1] = d[2] * v.strides()[1];
    return new View(v.storage(), v.offset(), d, s);
  }

  /** [M, C, …] as [G, M / G, C, …]. */
  static View groupedWeights(View v, long groups) {
    long[] d = new long[v.rank() + 1];
    long[] s = new long[d.length];
    System.arraycopy(v.dims(), 0, d, 1, v.rank());
    System.arraycopy(v.strides(), 0, s, 1, v.rank());
    d[0] = groups;
    d[1] = v.dims()[0] / groups;
    s[0] = d[1] * v.strides()[0];
    return new View(v.storage(), v.offset(), d, s);
  }
}
