package npusim.compiler.ops;

import java.util.Arrays;

/**
 * Window arithmetic of convolutions and poolings over the spatial dimensions, explicit whatever the
 * node leaves to {@code auto_pad} and defaults.
 *
 * @param kernel window extents
 * @param strides steps of the window
 * @param dilations distances between taps of the window
 * @param padBegin elements of border before each dimension
 * @param padEnd elements of border after each dimension
 * @param output output extents
 */
public record ConvGeometry(
    long[] kernel,
    long[] strides,
    long[] dilations,
    long[] padBegin,
    long[] padEnd,
    long[] output) {

  /**
   * Geometry of a convolution or pooling.
   *
   * @param input spatial extents of the input
   * @param kernel window extents
   * @param ceil whether a last window that is only partly inside counts
   */
  public static ConvGeometry of(OpContext c, long[] input, long[] kernel, boolean ceil) {
    int n = input.length;
    long[] strides = attr(c, "strides", n);
    long[] dilations = attr(c, "dilations", n);
    long[] begin = new long[n];
    long[] end = new long[n];
    long[] output = new long[n];
    String auto = c.attr("auto_pad", "NOTSET");
    long[] pads = lengths(c, "pads", new long[2 * n], 2 * n);
    for (int i = 0; i < n; i++) {
      long window = (kernel[i] - 1) * dilations[i] + 1;
      switch (auto) {
        case "NOTSET", "" -> {
          begin[i] = pads[i];
          end[i] = pads[i + n];
          long room = input[i] + begin[i] + end[i] - window;
          if (room < 0) {
            throw c.fail(
                "window of " + window + " is larger than the padded input of " + (room + window));
          }
          output[i] = (ceil ? (room + strides[i] - 1) / strides[i] : room / strides[i]) + 1;
          // A window that would begin in the border after the input doesn't count.
          if (ceil && (output[i] - 1) * strides[i] >= input[i] + begin[i]) {
            output[i]--;
          }
        }
        case "VALID" -> {
          if (input[i] < window) {
            throw c.fail("window of " + window + " is larger than the input of " + input[i]);
          }
          output[i] = (input[i] - window) / strides[i] + 1;
        }
        case "SAME_UPPER", "SAME_LOWER" -> {
          output[i] = (input[i] + strides[i] - 1) / strides[i];
          long total = Math.max(0, (output[i] - 1) * strides[i] + window - input[i]);
          begin[i] = auto.equals("SAME_UPPER") ? total / 2 : total - total / 2;
          end[i] = total - begin[i];
        }
        default -> throw c.fail("unknown auto_pad '" + auto + "'");
      }
    }
    return new ConvGeometry(kernel.clone(), strides, dilations, begin, end, output);
  }

  /**
   * Geometry of a transposed convolution; pads crop the full output.
   *
   * @param input spatial extents of the input
   * @param kernel window extents
   */
  public static ConvGeometry transposed(OpContext c, long[] input, long[] kernel) {
    int n = input.length;
    long[] strides = attr(c, "strides", n);
    long[] dilations = attr(c, "dilations", n);
    long[] extra = lengths(c, "output_padding", new long[n], n);
    long[] wanted = c.attrs("output_shape", (long[]) null);
    if (wanted != null && wanted.length != n && wanted.length != n + 2) {
      throw c.fail("has " + wanted.length + " output_shape for " + n + " spatial dimensions");
    }
    long[] pads = lengths(c, "pads", new long[2 * n], 2 * n);
    String auto = c.attr("auto_pad", "NOTSET");
    long[] begin = new long[n];
    long[] end = new long[n];
    long[] output = new long[n];
    for (int i = 0; i < n; i++) {
      long full = strides[i] * (input[i] - 1) + extra[i] + (kernel[i] - 1) * dilations[i] + 1;
      boolean same = auto.startsWith("SAME");
      if (wanted != null || same) {
        output[i] = wanted != null ? wanted[wanted.length - n + i] : input[i] * strides[i];
        long total = Math.max(0, full - output[i]);
        boolean upper = auto.equals("SAME_UPPER");
        begin[i] = upper ? total / 2 : total - total / 2;
        end[i] = total - begin[i];
      } else {
        begin[i] = auto.equals("VALID") ? 0 : pads[i];
        end[i] = auto.equals("VALID") ? 0 : pads[i + n];
        output[i] = full - begin[i] - end[i];
      }
      if (output[i] < 0) {
        throw c.fail("pads crop more than the output of " + full);
      }
    }
    return new ConvGeometry(kernel.clone(), strides, dilations, begin, end, output);
  }

  private static long[] lengths(OpContext c, String key, long[] fallback, int n) {
    long[] v = c.attrs(key, fallback);
    if (v.length != n) {
      throw c.fail("attribute '" + key + "' has " + v.length + " entries, expected " + n);
    }
    return v;
  }

  private static long[] attr(OpContext c, String key, int n) {
    long[] ones = new long[n];
    Arrays.fill(ones, 1);
    return lengths(c, key, ones, n);
  }
}
