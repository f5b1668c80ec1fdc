package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.ir.Dim;
import npusim.isa.DType;

/** Convolutions and poolings. */
final class ConvOps {
  private ConvOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    o.add(
        onnx("Conv", "convolution", 1, 11, 22)
            .takes("X:T[N,C,_,..] W:T[M,_,_,..] B:T[M]? | " + Rules.CONV)
            .infer(c -> conv(c, 0, 1, c.productType())));
    o.add(
        onnx("ConvInteger", "convolution of 8-bit integers in int32", 10)
            .takes(
                "x:T1[N,C,_,..] w:T2[M,_,_,..] x_zero_point:T1? w_zero_point:T2? | " + Rules.CONV)
            .types(TypeSet.BYTE)
            .infer(c -> conv(c, 0, 1, DType.I32)));
    o.add(
        onnx("QLinearConv", "convolution of quantised tensors, quantised again", 10)
            .takes(
                "x:T1[N,C,_,..] x_scale:f32[one] x_zero_point:T1[one] w:T2[M,_,_,..] "
                    + "w_scale:f32[one/M] w_zero_point:T2[one/M] y_scale:f32[one] "
                    + "y_zero_point:T3[one] B:i32[M]? | "
                    + Rules.CONV)
            .types(TypeSet.BYTE)
            .infer(c -> conv(c, 0, 3, c.dtype(7))));
    o.add(
        onnx("DeformConv", "convolution at learned offsets", 19, 22)
            .takes(
                "X:T[N,C,_,_] W:T[M,_,KH,KW] offset:T[N,_,OH,OW] B:T[M]? mask:T[N,_,OH,OW]? |"
                    + " dilations:ints(1..1048576) group:int(1..1048576)"
                    + " kernel_shape:ints(1..1048576) offset_group:int(1..1048576)"
                    + " pads:ints(0..1048576) strides:ints(1..1048576)")
            .infer(c -> conv(c, 0, 1, c.dtype(0))));
    o.add(
        onnx("ConvTranspose", "transposed convolution", 1, 11, 22)
            .takes(
                "X:T[N,C,_,..] W:T[C,_,_,..] B:T[_]? | "
                    + Rules.CONV
                    + " output_padding:ints(0..) output_shape:ints(1..1048576)")
            .infer(ConvOps::convTranspose));
    o.add(
        onnx("AveragePool", "mean over a window", 7, 10, 11, 19, 22)
            .takes("X:T[N,C,_,..] | " + Rules.POOL)
            .infer(ConvOps::pool));
    o.add(
        onnx("MaxPool", "largest element of a window", 1, 8, 10, 11, 12, 22)
            .takes("X:T[N,C,_,..] | " + Rules.POOL)
            .types(TypeSet.NUMERIC)
            .infer(ConvOps::pool));
    o.add(
        onnx("LpPool", "p-norm of a window", 2, 11, 18, 22)
            .takes("X:T[N,C,_,..] | " + Rules.POOL)
            .infer(ConvOps::pool));
    o.add(
        onnx("GlobalAveragePool", "mean over all positions", 1, 22)
            .takes("X:T[N,C,..]")
            .infer(ConvOps::global));
    o.add(
        onnx("GlobalMaxPool", "largest element over all positions", 1, 22)
            .takes("X:T[N,C,..]")
            .infer(ConvOps::global));
    o.add(
        onnx("GlobalLpPool", "p-norm over all positions", 2, 22)
            .takes("X:T[N,C,..] | p:int(1..)")
            .infer(ConvOps::global));
    o.add(
        onnx("CausalConvWithState", "depthwise convolution over time that carries its state", 27)
            .takes(
                "input:T[B,C,_] weight:T[C,1,_] bias:T[C]? past_state:T[B,C,_]? | "
                    + "activation:{none,silu,swish}")
            .infer(
                c -> {
                  c.set(0, c.type(0));
                  long k = c.known(1, -1);
                  if (k < 1) {
                    throw c.fail("the window is empty");
                  }
                  c.expectExtent(3, 2, k - 1, "window less one");
                  c.set(1, c.dtype(0), List.of(c.dim(0, 0), c.dim(0, 1), Dim.of(k - 1)));
                }));
    o.add(
        onnx("Col2Im", "sums columns of windows back into an image", 18)
            .takes(
                "input:T[N,_,_] image_shape:i64[_] block_shape:i64[_] | "
                    + "dilations:ints(1..1048576) pads:ints(0..1048576) strides:ints(1..1048576)")
            .types(TypeSet.NUMERIC_OR_BOOL)
            .infer(ConvOps::col2Im));
    return o;
  }

  /** Spatial extents of an input in NC… layout. */
  static long[] spatial(InferContext c, int input) {
    c.checkRank(input, 3, Integer.MAX_VALUE);
    long[] out = new long[c.rank(input) - 2];
    for (int i = 0; i < out.length; i++) {
      out[i] = c.known(input, i + 2);
    }
    return out;
  }

  private static List<Dim> output(Dim batch, Dim channels, long[] spatial) {
    List<Dim> out = new ArrayList<>(List.of(batch, channels));
    Arrays.stream(spatial).mapToObj(Dim::of).forEach(out::add);
    return out;
  }

  static void conv(InferContext c, int x, int w, DType result) {
    long[] input = spatial(c, x);
    long[] kernel = spatial(c, w);
    if (kernel.length != input.length) {
      throw c.fail("weights " + c.type(w) + " don't fit input " + c.type(x));
    }
    long group = c.attr("group", 1L);
    if (c.known(w, 1) * group != c.known(x, 1)) {
      throw c.fail(
          "weights " + c.type(w) + " with group " + group + " don't fit input " + c.type(x));
    }
    c.expectMultiple(c.known(w, 0), group, "kernels in groups");
    kernelShape(c, kernel);
    ConvGeometry g = ConvGeometry.of(c, input, kernel, false);
    c.set(0, result, output(c.dim(x, 0), c.dim(w, 0), g.output()));
  }

  private static void kernelShape(InferContext c, long[] kernel) {
    long[] given = c.attrs("kernel_shape", kernel);
    if (!Arrays.equals(given, kernel)) {
      throw c.fail(
          "attribute 'kernel_shape' is "
              + Arrays.toString(given)
              + ", the weights have "
              + Arrays.toString(kernel));
    }
  }

  private static void convTranspose(InferContext c) {
    long[] kernel = spatial(c, 1);
    c.checkRank(1, c.rank(0), c.rank(0));
    kernelShape(c, kernel);
    c.expectMultiple(c.known(0, 1), c.attr("group", 1L), "channels in groups");
    ConvGeometry g = ConvGeometry.transposed(c, spatial(c, 0), kernel);
    long channels = c.known(1, 1) * c.attr("group", 1L);
    c.expectExtent(2, 0, channels, "result channels");
    c.set(0, c.dtype(0), output(c.dim(0, 0), Dim.of(channels), g.output()));
  }

  static void pool(InferContext c) {
    long[] kernel = c.attrs("kernel_shape", (long[]) null);
    long[] input = spatial(c, 0);
    if (kernel == null || kernel.length != input.length) {
      throw c.fail("kernel_shape " + Arrays.toString(kernel) + " doesn't fit input " + c.type(0));
    }
    ConvGeometry g = ConvGeometry.of(c, input, kernel, c.attr("ceil_mode", 0L) != 0);
    for (int i = 0; i < kernel.length; i++) {
      long most = kernel[i] * g.dilations()[i] - 1;
      if (g.padBegin()[i] > most || g.padEnd()[i] > most) {
        throw c.fail(
            "attribute 'pads' has "
                + Math.max(g.padBegin()[i], g.padEnd()[i])
                + " for spatial dimension "
                + i
                + ", expected less than the window: 0 to "
                + most);
      }
    }
    List<Dim> out = output(c.dim(0, 0), c.dim(0, 1), g.output());
    c.set(0, c.dtype(0), out);
    if (c.node().is("MaxPool")) {
      c.set(1, DType.I64, out);
    }
  }

  private static void global(InferContext c) {
    c.checkRank(0, 2, Integer.MAX_VALUE);
    long[] ones = new long[c.rank(0) - 2];
    Arrays.fill(ones, 1);
    c.set(0, c.dtype(0), output(c.dim(0, 0), c.dim(0, 1), ones));
  }

  private static void col2Im(InferContext c) {
    long[] image = c.longs(1);
    long[] block = c.longs(2);
    if (image.length == 0 || image.length != block.length) {
      throw c.fail(
          "image_shape has "
              + image.length
              + " entries and block_shape "
              + block.length
              + ", expected as many");
    }
    long window = 1;
    for (int i = 0; i < block.length; i++) {
      c.extent(image[i], "image_shape");
      window *= Math.max(c.extent(block[i], "block_shape").value(), 1);
    }
    c.expectMultiple(c.known(0, 1), window, "channels in windows");
    ConvGeometry g = ConvGeometry.of(c, image, block, false);
    long positions = Arrays.stream(g.output()).reduce(1, Math::multiplyExact);
    c.expectExtent(0, 2, positions, "positions of the window");
    c.set(0, c.dtype(0), output(c.dim(0, 0), Dim.of(c.known(0, 1) / window), image));
  }
}
