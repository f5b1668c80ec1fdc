package npusim.compiler.decompose;

import java.util.function.DoubleUnaryOperator;
import npusim.compiler.ir.Node;

/**
 * Where each output position of one axis of a Resize reads, by the formulas of ONNX's operator
 * description.
 */
final class ResizeAxis {
  /** Values of {@code coordinate_transformation_mode}. */
  enum Transform {
    HALF_PIXEL,
    HALF_PIXEL_SYMMETRIC,
    PYTORCH_HALF_PIXEL,
    ALIGN_CORNERS,
    ASYMMETRIC,
    TF_HALF_PIXEL_FOR_NN,
    TF_CROP_AND_RESIZE;

    static Transform of(Node n) {
      boolean first = n.is("Upsample") || n.opset() < 11;
      String name =
          n.stringAttr("coordinate_transformation_mode", first ? "asymmetric" : "half_pixel");
      for (Transform t : values()) {
        if (t.name().equalsIgnoreCase(name)) {
          return t;
        }
      }
      throw Refusal.of(n, "unknown coordinate_transformation_mode '" + name + "'");
    }

    boolean crops() {
      return this == TF_CROP_AND_RESIZE;
    }
  }

  private final long in;
  private final long out;
  private final double scale;
  private final double[] source;
  private final boolean identity;
  private final String rounding;

  private ResizeAxis(long in, long out, double scale, double[] source, String rounding) {
    this.in = in;
    this.out = out;
    this.scale = scale;
    this.source = source;
    this.rounding = rounding;
    boolean same = in == out;
    for (int i = 0; same && i < out; i++) {
      same = source[i] == i;
    }
    this.identity = same;
  }

  static ResizeAxis of(Node n, long in, long out, double scale, double roiStart, double roiEnd) {
    Transform t = Transform.of(n);
    double[] source = new double[Math.toIntExact(out)];
    // The length that the stated scale gives, before it is rounded down to the output's extent.
    double length = scale * in;
    for (int i = 0; i < out; i++) {
      source[i] =
          switch (t) {
            case HALF_PIXEL -> (i + 0.5) / scale - 0.5;
            case HALF_PIXEL_SYMMETRIC -> {
              double adjustment = out / length;
              double center = in / 2.0;
              yield center * (1 - adjustment) + (i + 0.5) / scale - 0.5;
            }
            case PYTORCH_HALF_PIXEL -> length > 1 ? (i + 0.5) / scale - 0.5 : 0;
            case ALIGN_CORNERS -> length == 1 ? 0 : i * (in - 1.0) / (length - 1);
            case ASYMMETRIC -> i / scale;
            case TF_HALF_PIXEL_FOR_NN -> (i + 0.5) / scale;
            case TF_CROP_AND_RESIZE ->
                out > 1
                    ? roiStart * (in - 1) + i * (roiEnd - roiStart) * (in - 1) / (out - 1)
                    : 0.5 * (roiStart + roiEnd) * (in - 1);
          };
    }
    boolean first = n.is("Upsample") || n.opset() < 11;
    return new ResizeAxis(
        in,
        out,
        scale,
        source,
        n.stringAttr("nearest_mode", first ? "floor" : "round_prefer_floor"));
  }

  boolean isIdentity() {
    return identity;
  }

  boolean isOutside(int i) {
    return source[i] < 0 || source[i] > in - 1;
  }

  boolean hasOutside() {
    for (int i = 0; i < out; i++) {
      if (isOutside(i)) {
        return true;
      }
    }
    return false;
  }

  /** Positions read by nearest mode. */
  long[] nearest() {
    long[] at = new long[source.length];
    for (int i = 0; i < at.length; i++) {
      double p = source[i];
      double r =
          switch (rounding) {
            case "round_prefer_ceil" -> Math.floor(p + 0.5);
            case "floor" -> Math.floor(p);
            case "ceil" -> Math.ceil(p);
            default -> Math.ceil(p - 0.5);
          };
      at[i] = Math.clamp((long) r, 0L, in - 1);
    }
    return at;
  }

  /** Weights [out][in] of linear or cubic mode. */
  double[][] matrix(Node n, String mode) {
    double a = n.floatAttr("cubic_coeff_a", -0.75f);
    DoubleUnaryOperator kernel =
        mode.equals("cubic") ? x -> cubic(x, a) : x -> Math.max(0, 1 - Math.abs(x));
    double radius = mode.equals("cubic") ? 2 : 1;
    boolean excludeOutside = n.intAttr("exclude_outside", 0) != 0;
    double stretch = n.intAttr("antialias", 0) != 0 ? Math.min(scale, 1) : 1;
    double reach = radius / stretch;
    double[][] m = new double[source.length][Math.toIntExact(in)];
    for (int i = 0; i < m.length; i++) {
      double p =
          mode.equals("cubic") || stretch != 1 ? source[i] : Math.clamp(source[i], 0, in - 1);
      double sum = 0;
      for (long j = (long) Math.floor(p - reach); j <= (long) Math.ceil(p + reach); j++) {
        double w = kernel.applyAsDouble((j - p) * stretch);
        boolean inside = j >= 0 && j < in;
        if (w == 0 || (excludeOutside && !inside)) {
          continue;
        }
        sum += w;
        m[i][(int) Math.clamp(j, 0L, in - 1)] += w;
      }
      for (int j = 0; j < in; j++) {
        m[i][j] /= sum;
      }
    }
    return m;
  }

  /** Keys' cubic convolution kernel. */
  private static double cubic(double x, double a) {
    double t = Math.abs(x);
    if (t <= 1) {
      return ((a + 2) * t - (a + 3)) * t * t + 1;
    }
    return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
  }
}
