package npusim.compiler.decompose;

import java.util.Arrays;
import java.util.stream.IntStream;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/**
 * Resize and Upsample, axis by axis: nearest is a Gather at constant positions; linear and cubic
 * are a product with a constant interpolation matrix [out, in].
 */
final class ResizeRule {
  private ResizeRule() {}

  static void expand(Node n, Emit e) {
    Value x = e.in(0);
    long[] out = e.outType(0).shape();
    double[] scale = scales(n, e, x);
    double[] roi = roi(n, e, x);
    String mode = n.stringAttr("mode", "nearest");
    boolean crop = ResizeAxis.Transform.of(n).crops();
    DType work =
        mode.equals("nearest") || x.dtype() == DType.F64 || x.dtype() == DType.F32
            ? x.dtype()
            : DType.F32;
    Value y = mode.equals("nearest") ? x : e.cast(x, work);
    Value outside = null;
    for (int i = 0; i < out.length; i++) {
      ResizeAxis axis = ResizeAxis.of(n, x.dim(i), out[i], scale[i], roi[i], roi[i + out.length]);
      if (axis.isIdentity()) {
        continue;
      }
      y =
          mode.equals("nearest")
              ? e.gather(y, e.vector(axis.nearest()), i)
              : interpolate(e, y, i, axis.matrix(n, mode), out[i]);
      if (crop && axis.hasOutside()) {
        outside = or(e, outside, axis, i, out);
      }
    }
    if (outside != null) {
      y = e.where(outside, e.scalar(y.dtype(), n.floatAttr("extrapolation_value", 0)), y);
    }
    e.result(0, e.cast(y, x.dtype()));
  }

  private static Value or(Emit e, Value before, ResizeAxis axis, int at, long[] out) {
    long[] s = LongArrays.filled(out.length, 1);
    s[at] = out[at];
    Value here =
        e.constant(Tensor.generateLongs(DType.BOOL, s, i -> axis.isOutside((int) i) ? 1 : 0));
    return before == null ? here : e.compare("Or", before, here);
  }

  /**
   * y = M·x along an axis: as one matrix product with the axis moved to the place that needs no
   * copy.
   */
  private static Value interpolate(Emit e, Value x, int axis, double[][] m, long out) {
    long[] s = x.shape();
    long in = s[axis];
    long before = LongArrays.product(Arrays.copyOf(s, axis));
    long after = LongArrays.product(Arrays.copyOfRange(s, axis + 1, s.length));
    long[] result = s.clone();
    result[axis] = out;
    if (after == 1) {
      Value w =
          e.constant(
              Tensor.generate(
                  x.dtype(), new long[] {in, out}, i -> m[(int) (i % out)][(int) (i / out)]));
      return e.reshape(e.matmul(e.reshape(x, before, in), w), result);
    }
    Value w =
        e.constant(
            Tensor.generate(
                x.dtype(), new long[] {out, in}, i -> m[(int) (i / in)][(int) (i % in)]));
    return e.reshape(e.matmul(w, e.reshape(x, before, in, after)), result);
  }

  /**
   * Scale per axis: as stated, or implied by the sizes (kept equal by the aspect-ratio policies).
   */
  private static double[] scales(Node n, Emit e, Value x) {
    int rank = x.rank();
    double[] scale = new double[rank];
    Arrays.fill(scale, 1);
    long[] axes = n.intsAttr("axes", IntStream.range(0, rank).asLongStream().toArray());
    if (n.is("Upsample") || n.opset() < 11) {
      float[] attr = n.floatsAttr("scales");
      for (int i = 0; i < rank; i++) {
        scale[i] = attr != null ? attr[i] : e.doubles(1, "scales")[i];
      }
      return scale;
    }
    Value stated = e.optional(2);
    if (stated != null && stated.elements() > 0) {
      double[] v = e.doubles(2, "scales");
      for (int i = 0; i < axes.length; i++) {
        scale[(int) Math.floorMod(axes[i], (long) rank)] = v[i];
      }
      return scale;
    }
    long[] sizes = e.longs(3, "sizes");
    String policy = n.stringAttr("keep_aspect_ratio_policy", "stretch");
    double common = policy.equals("not_larger") ? Double.POSITIVE_INFINITY : 0;
    for (int i = 0; i < axes.length; i++) {
      int a = (int) Math.floorMod(axes[i], (long) rank);
      scale[a] = sizes[i] / (double) x.dim(a);
      common =
          policy.equals("not_larger") ? Math.min(common, scale[a]) : Math.max(common, scale[a]);
    }
    if (!policy.equals("stretch")) {
      for (long axis : axes) {
        scale[(int) Math.floorMod(axis, (long) rank)] = common;
      }
    }
    return scale;
  }

  /** Region of interest, normalised: starts then ends, for every axis. */
  private static double[] roi(Node n, Emit e, Value x) {
    int rank = x.rank();
    double[] out = new double[2 * rank];
    Arrays.fill(out, rank, 2 * rank, 1);
    if (!ResizeAxis.Transform.of(n).crops()) {
      return out;
    }
    double[] v = e.doubles(1, "roi");
    long[] axes = n.intsAttr("axes", IntStream.range(0, rank).asLongStream().toArray());
    for (int i = 0; i < axes.length; i++) {
      int a = (int) Math.floorMod(axes[i], (long) rank);
      out[a] = v[i];
      out[a + rank] = v[i + axes.length];
    }
    return out;
  }
}
