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
    o.add(onnx("Conv", "convolution", 1, 11, 22).infer(c -> conv(c, 0, 1, c.dtype(0))));
    o.add(
        onnx("ConvInteger", "convolution of 8-bit integers in int32", 10)
            .types(TypeSet.BYTE)
            .infer(c -> conv(c, 0, 1, DType.I32)));
    o.add(
        onnx("QLinearConv", "convolution of quantised tensors, quantised again", 10)
            .types(TypeSet.BYTE)
            .infer(c -> conv(c, 0, 3, c.dtype(7))));
    o.add(
        onnx("DeformConv", "convolution at learned offsets", 19, 22)
            .infer(c -> conv(c, 0, 1, c.dtype(0))));
    o.add(onnx("ConvTranspose", "transposed convolution", 1, 11, 22).infer(ConvOps::convTranspose));
    o.add(onnx("AveragePool", "mean over a window", 7, 10, 11, 19, 22).infer(ConvOps::pool));
    o.add(
        onnx("MaxPool", "largest element of a window", 1, 8, 10, 11, 12, 22)
            .types(TypeSet.NUMERIC)
            .infer(ConvOps::pool));
    o.add(onnx("LpPool", "p-norm of a window", 2, 11, 18, 22).infer(ConvOps::pool));
    o.add(onnx("GlobalAveragePool", "mean over all positions", 1, 22).infer(ConvOps::global));
    o.add(
        onnx("GlobalMaxPool", "largest element over all positions", 1, 22).infer(ConvOps::global));
    o.add(onnx("GlobalLpPool", "p-norm over all positions", 2, 22).infer(ConvOps::global));
    o.add(
        onnx("CausalConvWithState", "depthwise convolution over time that carries its state", 27)
            .infer(
                c -> {
                  c.set(0, c.type(0));
                  long k = c.known(1, -1);
                  c.set(1, c.dtype(0), List.of(c.dim(0, 0), c.dim(0, 1), Dim.of(k - 1)));
                }));
    o.add(
        onnx("Col2Im", "sums columns of windows back into an image", 18)
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
    ConvGeometry g = ConvGeometry.of(c, input, kernel, false);
    c.set(0, result, output(c.dim(x, 0), c.dim(w, 0), g.output()));
  }

  private static void convTranspose(InferContext c) {
    ConvGeometry g = ConvGeometry.transposed(c, spatial(c, 0), spatial(c, 1));
    long channels = c.known(1, 1) * c.attr("group", 1L);
    c.set(0, c.dtype(0), output(c.dim(0, 0), Dim.of(channels), g.output()));
  }

  static void pool(InferContext c) {
    long[] kernel = c.attrs("kernel_shape", (long[]) null);
    long[] input = spatial(c, 0);
    if (kernel == null || kernel.length != input.length) {
      throw c.fail("kernel_shape " + Arrays.toString(kernel) + " doesn't fit input " + c.type(0));
    }
    ConvGeometry g = ConvGeometry.of(c, input, kernel, c.attr("ceil_mode", 0L) != 0);
    List<Dim> out = output(c.dim(0, 0), c.dim(0, 1), g.output());
    c.set(0, c.dtype(0), out);
    c.set(1, DType.I64, out);
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
    long window = Arrays.stream(block).reduce(1, (a, b) -> a * b);
    c.set(0, c.dtype(0), output(c.dim(0, 0), Dim.of(c.known(0, 1) / window), image));
  }
}
