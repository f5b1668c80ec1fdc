package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Tensor;

/** Resampling of images. */
final class ImageOps {
  private ImageOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    o.add(
        onnx("Resize", "resamples to another size", 10, 11, 13, 18, 19)
            .types(TypeSet.NUMERIC)
            .infer(c -> c.set(0, c.dtype(0), Rules.dims(resizeShape(c)))));
    o.add(
        onnx("Upsample", "resamples to a larger size", 7, 9)
            .types(TypeSet.NUMERIC)
            .infer(
                c -> {
                  float[] s =
                      c.opset() >= 9 ? c.require(1).toFloats() : c.node().floatsAttr("scales");
                  if (s == null || s.length != c.rank(0)) {
                    throw c.fail("scales don't fit rank " + c.rank(0));
                  }
                  long[] out = new long[s.length];
                  for (int i = 0; i < s.length; i++) {
                    out[i] = (long) Math.floor(c.known(0, i) * (double) s[i]);
                  }
                  c.set(0, c.dtype(0), Rules.dims(out));
                }));
    o.add(
        onnx("GridSample", "samples at given positions", 16, 20, 22)
            .types(TypeSet.NUMERIC)
            .infer(
                c -> {
                  List<Dim> out = new ArrayList<>(c.dims(0).subList(0, 2));
                  out.addAll(c.dims(1).subList(1, c.rank(1) - 1));
                  c.set(0, c.dtype(0), out);
                }));
    o.add(
        onnx("AffineGrid", "sampling positions of an affine map", 20)
            .infer(
                c -> {
                  long[] size = c.longs(1);
                  List<Dim> out = new ArrayList<>(List.of(Dim.of(size[0])));
                  for (int i = 2; i < size.length; i++) {
                    out.add(Dim.of(size[i]));
                  }
                  out.add(Dim.of(size.length - 2));
                  c.set(0, c.dtype(0), out);
                }));
    o.add(
        onnx("RoiAlign", "pools regions at fractional positions", 10, 16, 22)
            .infer(
                c ->
                    c.set(
                        0,
                        c.dtype(0),
                        List.of(
                            c.dim(1, 0),
                            c.dim(0, 1),
                            Dim.of(c.attr("output_height", 1L)),
                            Dim.of(c.attr("output_width", 1L))))));
    return o;
  }

  /** Axes that a Resize names, or all. */
  static int[] resizeAxes(OpContext c) {
    long[] axes = c.attrs("axes", (long[]) null);
    int rank = c.rank(0);
    return axes == null
        ? IntStream.range(0, rank).toArray()
        : Arrays.stream(axes).mapToInt(a -> c.axis(a, rank)).toArray();
  }

  private static long[] resizeShape(InferContext c) {
    int[] axes = resizeAxes(c);
    long[] in = new long[c.rank(0)];
    for (int i = 0; i < in.length; i++) {
      in[i] = c.known(0, i);
    }
    long[] out = in.clone();
    boolean crop =
        c.attr("coordinate_transformation_mode", "half_pixel").equals("tf_crop_and_resize");
    Tensor roi = crop ? c.require(1) : null;
    int scalesAt = c.opset() < 11 ? 1 : 2;
    Tensor scales = c.has(scalesAt) && !isEmpty(c, scalesAt) ? c.require(scalesAt) : null;
    if (scales != null) {
      if (scales.size() != axes.length) {
        throw c.fail("has " + scales.size() + " scales for " + axes.length + " axes");
      }
      for (int i = 0; i < axes.length; i++) {
        double extent = in[axes[i]];
        if (crop) {
          extent *= roi.at(axes.length + i) - roi.at(i);
        }
        out[axes[i]] = (long) Math.floor(extent * scales.floatAt(i));
      }
      return out;
    }
    long[] sizes = c.longs(3);
    if (sizes.length != axes.length) {
      throw c.fail("has " + sizes.length + " sizes for " + axes.length + " axes");
    }
    String policy = c.attr("keep_aspect_ratio_policy", "stretch");
    if (policy.equals("stretch")) {
      for (int i = 0; i < axes.length; i++) {
        out[axes[i]] = sizes[i];
      }
      return out;
    }
    boolean smallest = policy.equals("not_larger");
    double scale = smallest ? Double.MAX_VALUE : 0;
    for (int i = 0; i < axes.length; i++) {
      double s = sizes[i] / (double) in[axes[i]];
      scale = smallest ? Math.min(scale, s) : Math.max(scale, s);
    }
    for (int a : axes) {
      out[a] = (long) Math.floor(scale * in[a] + 0.5);
    }
    return out;
  }

  private static boolean isEmpty(InferContext c, int i) {
    return c.type(i).isStatic() && c.type(i).elements() == 0;
  }
}
