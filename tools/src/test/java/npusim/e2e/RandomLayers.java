package npusim.e2e;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import npusim.e2e.RandomGraph.Value;

/** Products, convolutions, pools, normalisations and their 8-bit kin. */
final class RandomLayers extends RandomNodes {
  RandomLayers(RandomGraph g) {
    super(g);
  }

  void matmul() {
    Value x = g.pick(v -> v.isFloat() && v.rank() >= 2);
    if (x == null) {
      return;
    }
    long k = x.dims()[x.rank() - 1];
    long n = g.between(1, 20);
    Value y = g.pick(v -> v.isFloat() && v.rank() == 2 && v.dims()[0] == k);
    switch (g.below(4)) {
      case 0 -> {
        if (x.rank() == 2) {
          boolean turned = g.below(2) == 0;
          String w = turned ? g.weights(0.5, 0, n, k) : g.weights(0.5, 0, k, n);
          String attrs = "transB = " + (turned ? 1 : 0) + ", alpha = 0.5";
          g.node("Gemm", attrs, false, x.name(), w, g.weights(1, 0, n));
        }
      }
      case 1 -> {
        if (y != null) {
          g.node("MatMul", "", false, x.name(), y.name());
        }
      }
      default -> {
        Value z = g.node("MatMul", "", false, x.name(), g.weights(0.5, 0, k, n));
        if (z != null && g.below(2) == 0) {
          Value sum = g.node("Add", "", false, z.name(), g.weights(1, 0, n));
          g.node(any("Relu", "Sigmoid", "Tanh"), "", false, sum.name());
        }
      }
    }
  }

  private Value image() {
    return g.pick(v -> v.isFloat() && (v.rank() == 4 || v.rank() == 3));
  }

  private static String repeat(long v, int n) {
    return IntStream.range(0, n)
        .mapToObj(i -> Long.toString(v))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  void conv() {
    Value x = image();
    if (x == null) {
      return;
    }
    int r = x.rank() - 2;
    long c = x.dims()[1];
    long k = g.between(1, 3);
    long pad = g.between(0, k - 1);
    long least = Arrays.stream(x.dims()).skip(2).min().orElse(1);
    if (least + 2 * pad < k) {
      return;
    }
    long groups = g.below(3) == 0 ? c : 1;
    boolean turned = g.below(4) == 0 && groups == 1;
    long out = groups == 1 ? g.between(1, 9) : c * g.between(1, 2);
    long[] w = new long[x.rank()];
    Arrays.fill(w, k);
    w[0] = turned ? c : out;
    w[1] = turned ? out : c / groups;
    String attrs = window(r, k, turned ? 0 : pad) + ", group = " + groups;
    Value y =
        g.node(
            turned ? "ConvTranspose" : "Conv",
            attrs,
            false,
            x.name(),
            g.weights(0.5, 0, w),
            g.weights(1, 0, out));
    if (y != null && g.below(2) == 0) {
      g.node(any("Relu", "HardSwish"), "", false, y.name());
    }
  }

  /** Attributes of a window of {@code k} elements and a random stride in every dimension. */
  private String window(int rank, long k, long pad) {
    return "kernel_shape = "
        + repeat(k, rank)
        + ", strides = "
        + repeat(g.between(1, 2), rank)
        + ", pads = "
        + repeat(pad, 2 * rank);
  }

  void pool() {
    Value x = image();
    if (x == null) {
      return;
    }
    int r = x.rank() - 2;
    if (g.below(4) == 0) {
      boolean max = g.below(2) == 0;
      g.node(max ? "GlobalMaxPool" : "GlobalAveragePool", "", max && x.exact(), x.name());
      return;
    }
    long k = g.between(1, 3);
    long pad = g.between(0, k - 1);
    if (Arrays.stream(x.dims()).skip(2).min().orElse(1) + 2 * pad < k) {
      return;
    }
    String attrs = window(r, k, pad);
    boolean max = g.below(2) == 0;
    String count = max ? "" : ", count_include_pad = " + g.below(2);
    g.node(max ? "MaxPool" : "AveragePool", attrs + count, max && x.exact(), x.name());
  }

  void normalise() {
    Value x = g.pick(v -> v.isFloat() && v.rank() >= 2);
    if (x == null) {
      return;
    }
    long last = x.dims()[x.rank() - 1];
    long c = x.dims()[1];
    switch (g.below(3)) {
      case 0 -> {
        if (last > 1) {
          String s = g.weights(0.2, 1, last);
          g.node("LayerNormalization", "axis = -1", false, x.name(), s, g.weights(1, 0, last));
        }
      }
      case 1 ->
          g.node(
              "BatchNormalization",
              "",
              false,
              x.name(),
              g.weights(0.2, 1, c),
              g.weights(1, 0, c),
              g.weights(1, 0, c),
              g.weights(0.2, 1, c));
      default -> {
        if (x.rank() >= 3 && x.size() / x.dims()[0] / c > 1) {
          String s = g.weights(0.2, 1, c);
          g.node("InstanceNormalization", "", false, x.name(), s, g.weights(1, 0, c));
        }
      }
    }
  }

  void softmax() {
    Value x = floats();
    if (x != null) {
      g.node(any("Softmax", "LogSoftmax"), "axis = " + axis(x), false, bounded(x));
    }
  }

  /** Through 8 bits with a scale that divides exactly, maybe with a product of integers. */
  void quantised() {
    Value x = g.pick(v -> v.isFloat() && v.exact());
    if (x == null) {
      return;
    }
    String type = any("int8", "uint8");
    long point = type.equals("int8") ? g.between(-9, 9) : g.between(90, 140);
    String zero = g.scalar(type, Long.toString(point));
    String scale = g.scalar("float", any("0.0625", "0.03125"));
    Value q = g.node("QuantizeLinear", "", true, x.name(), scale, zero);
    if (q == null) {
      return;
    }
    if (q.rank() == 2 && g.below(2) == 0) {
      long k = q.dims()[1];
      long n = g.between(1, 9);
      long[] w = new long[(int) (k * n)];
      // ONNX Runtime's kernels for processors without VNNI saturate sums of two products at 16
      // bits.
      Arrays.setAll(w, i -> g.between(-63, 63));
      String weights = g.ints("int8", new long[] {k, n}, w);
      g.node("MatMulInteger", "", true, q.name(), weights, zero);
    } else {
      g.node("DequantizeLinear", "", true, q.name(), scale, zero);
    }
  }
}
