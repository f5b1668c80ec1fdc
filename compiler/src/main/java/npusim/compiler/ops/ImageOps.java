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
            .takes("X:T scales:f32[_] | mode:{nearest,linear}")
            .takes(
                11,
                "X:T roi:float[_]? scales:f32[_]? sizes:i64[_]? | mode:{nearest,linear,cubic}"
                    + " coordinate_transformation_mode:{half_pixel,half_pixel_symmetric,pytorch_half_pixel,align_corners,asymmetric,tf_crop_and_resize,tf_half_pixel_for_nn}"
                    + " nearest_mode:{round_prefer_floor,round_prefer_ceil,floor,ceil}"
                    + " cubic_coeff_a:float exclude_outside:int(0..1) extrapolation_value:float"
                    + " axes:ints antialias:int(0..1) "
                    + "keep_aspect_ratio_policy:{stretch,not_larger,not_smaller}")
            .types(TypeSet.NUMERIC)
            .infer(c -> c.set(0, c.dtype(0), extents(c, resizeShape(c)))));
    o.add(
        onnx("Upsample", "resamples to a larger size", 7, 9)
            .takes("X:T | mode:{nearest,linear,bilinear} scales:floats!")
            .takes(9, "X:T scales:f32[_] | mode:{nearest,linear}")
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
                  c.set(0, c.dtype(0), extents(c, out));
                }));
    o.add(
        onnx("GridSample", "samples at given positions", 16, 20, 22)
            .takes(
                "X:T[N,C,_,..] grid:float[N,_,..,_] | align_corners:int(0..1) "
                    + "mode:{bilinear,linear,nearest,bicubic,cubic} "
                    + "padding_mode:{zeros,border,reflection}")
            .types(TypeSet.NUMERIC)
            .infer(
                c -> {
                  c.checkRank(1, c.rank(0), c.rank(0));
                  c.expectExtent(1, -1, c.rank(0) - 2, "spatial dimensions");
                  List<Dim> out = new ArrayList<>(c.dims(0).subList(0, 2));
                  out.addAll(c.dims(1).subList(1, c.rank(1) - 1));
                  c.set(0, c.dtype(0), out);
                }));
    o.add(
        onnx("AffineGrid", "sampling positions of an affine map", 20)
            .takes("theta:T[N,2,3/N,3,4] size:i64[_] | align_corners:int(0..1)")
            .infer(
                c -> {
                  long[] size = c.longs(1);
                  if (size.length != c.dim(0, 1).value() + 2) {
                    throw c.fail(
                        "size has "
                            + size.length
                            + " entries, expected "
                            + (c.dim(0, 1).value() + 2));
                  }
                  c.expectExtent(0, 0, size[0], "batch in size");
                  List<Dim> out = new ArrayList<>(List.of(c.extent(size[0], "size")));
                  for (int i = 2; i < size.length; i++) {
                    out.add(c.extent(size[i], "size"));
                  }
                  out.add(Dim.of(size.length - 2));
                  c.set(0, c.dtype(0), out);
                }));
    o.add(
        onnx("RoiAlign", "pools regions at fractional positions", 10, 16, 22)
            .takes(
                "X:T[N,C,H,W] rois:T[R,4] batch_indices:i64[R] | mode:{avg,max} "
                    + "output_height:int(1..) output_width:int(1..) sampling_ratio:int(0..) "
                    + "spatial_scale:float "
                    + "coordinate_transformation_mode:{half_pixel,output_half_pixel}")
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

  private static List<Dim> extents(InferContext c, long[] shape) {
    return Arrays.stream(shape).mapToObj(n -> c.extent(n, "a size")).toList();
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
