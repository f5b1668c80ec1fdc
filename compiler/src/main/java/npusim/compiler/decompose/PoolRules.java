package npusim.compiler.decompose;

import java.util.Arrays;
import java.util.List;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/**
 * Pooling and convolution: explicit pads for every way of stating them, and the kinds made of
 * others.
 */
final class PoolRules {
  private PoolRules() {}

  static List<Rule> rules() {
    return List.of(
        Rule.form(
            "Conv", "explicit pads", (n, g) -> !explicit(n), (n, e) -> e.result(0, conv(n, e, 2))),
        Rule.form(
            "MaxPool",
            "explicit pads; indices by Gather and ArgMax",
            (n, g) -> !explicit(n) || n.hasOutput(1),
            PoolRules::maxPool),
        Rule.form("AveragePool", "explicit pads", (n, g) -> !explicit(n), PoolRules::averagePool),
        Rule.of("LpPool", "(depthwise sum of |x|^p)^(1/p)", PoolRules::lpPool),
        Rule.of(
            "ConvTranspose",
            "zeros between inputs, then Conv with the mirrored kernel",
            ConvTransposeRule::expand),
        Rule.microsoft("FusedConv", "Conv, sum, activation", PoolRules::fusedConv));
  }

  private static boolean explicit(Node n) {
    return n.has("pads")
        && n.has("strides")
        && n.has("dilations")
        && n.has("kernel_shape")
        && !n.has("auto_pad")
        && !n.has("ceil_mode");
  }

  /**
   * Geometry of a window sliding over spatial axes.
   *
   * @param kernel window extents
   * @param strides steps
   * @param dilations distances within the window
   * @param pads as stated, beginnings then ends
   * @param extra what the last windows need beyond that when the count of windows was rounded up
   */
  record Window(long[] kernel, long[] strides, long[] dilations, long[] pads, long[] extra) {
    static Window of(Node n, Value x, long[] kernelShape, long[] outShape) {
      int r = x.rank() - 2;
      long[] strides = n.intsAttr("strides", LongArrays.filled(r, 1));
      long[] dilations = n.intsAttr("dilations", LongArrays.filled(r, 1));
      long[] pads = n.intsAttr("pads", new long[2 * r]);
      String auto = n.stringAttr("auto_pad", "NOTSET");
      long[] extra = new long[r];
      for (int i = 0; i < r; i++) {
        long extent = (kernelShape[i] - 1) * dilations[i] + 1;
        long in = x.dim(i + 2);
        if (auto.startsWith("SAME")) {
          long total = Math.max(0, (Math.ceilDiv(in, strides[i]) - 1) * strides[i] + extent - in);
          pads[i] = auto.equals("SAME_UPPER") ? total / 2 : total - total / 2;
          pads[i + r] = total - pads[i];
        } else if (auto.equals("VALID")) {
          pads[i] = 0;
          pads[i + r] = 0;
        }
        extra[i] =
            Math.max(0, (outShape[i + 2] - 1) * strides[i] + extent - (in + pads[i] + pads[i + r]));
      }
      return new Window(kernelShape, strides, dilations, pads, extra);
    }

    /** Pads with the extra at the ends. */
    long[] fullPads() {
      long[] out = pads.clone();
      for (int i = 0; i < extra.length; i++) {
        out[i + extra.length] += extra[i];
      }
      return out;
    }

    boolean roundsUp() {
      return Arrays.stream(extra).anyMatch(v -> v > 0);
    }

    void set(Node n, long[] explicitPads) {
      n.set("kernel_shape", kernel)
          .set("strides", strides)
          .set("dilations", dilations)
          .set("pads", explicitPads);
    }
  }

  /** The convolution of inputs 0 (x), 1 (w) and, when present, the bias at an input. */
  static Value conv(Node n, Emit e, int biasInput) {
    Value x = e.in(0);
    Value w = e.in(1);
    long[] kernel = Arrays.copyOfRange(w.shape(), 2, w.rank());
    Window g = Window.of(n, x, kernel, e.outType(0).shape());
    return e.conv(
        x, w, e.optional(biasInput), n.intAttr("group", 1), g.strides, g.dilations, g.pads);
  }

  private static void fusedConv(Node n, Emit e) {
    Value y = conv(n, e, 2);
    if (e.optional(3) != null) {
      y = e.add(y, e.in(3));
    }
    float[] p = n.floatsAttr("activation_params");
    e.result(0, Activations.apply(n, e, y, n.stringAttr("activation", ""), p));
  }

  private static void maxPool(Node n, Emit e) {
    Value x = e.in(0);
    Window g = Window.of(n, x, n.intsAttr("kernel_shape"), e.outType(0).shape());
    if (!n.hasOutput(1)) {
      Value y = e.op("MaxPool", e.outType(0), x);
      g.set(e.last(), g.fullPads());
      e.result(0, y);
      return;
    }
    maxWithIndices(n, e, x, g);
  }

  /**
   * Windows are gathered side by side (positions outside read a padding of the lowest value), then
   * ArgMax picks.
   */
  private static void maxWithIndices(Node n, Emit e, Value x, Window g) {
    long[] s = x.shape();
    long[] out = e.outType(0).shape();
    int r = s.length - 2;
    long plane = LongArrays.product(Arrays.copyOfRange(s, 2, s.length));
    long windows = LongArrays.product(Arrays.copyOfRange(out, 2, out.length));
    long size = LongArrays.product(g.kernel());
    boolean columnMajor = n.intAttr("storage_order", 0) != 0;
    long[] source = new long[Math.toIntExact(windows * size)];
    long[] reported = new long[source.length];
    for (int i = 0; i < source.length; i++) {
      long w = i / size;
      long k = i % size;
      long at = 0;
      long stride = 1;
      long column = 0;
      boolean inside = true;
      long[] position = new long[r];
      for (int a = r - 1; a >= 0; a--) {
        position[a] =
            (w % out[a + 2]) * g.strides()[a]
                - g.pads()[a]
                + (k % g.kernel()[a]) * g.dilations()[a];
        w /= out[a + 2];
        k /= g.kernel()[a];
        inside &= position[a] >= 0 && position[a] < s[a + 2];
        at += position[a] * stride;
        stride *= s[a + 2];
      }
      stride = 1;
      for (int a = 0; a < r; a++) {
        column += position[a] * stride;
        stride *= s[a + 2];
      }
      source[i] = inside ? at : plane;
      reported[i] = columnMajor ? column : at;
    }
    double lowest = x.dtype().isFloat() ? Double.NEGATIVE_INFINITY : x.dtype().minLong();
    Value rows =
        e.pad(
            e.reshape(x, s[0] * s[1], plane),
            new long[2],
            new long[] {0, 1},
            e.scalar(x.dtype(), lowest));
    Value taken = e.reshape(e.gather(rows, e.vector(source), 1), s[0] * s[1], windows, size);
    e.result(0, e.reshape(e.reduce("ReduceMax", taken, false, 2), out));
    Value best = e.argReduce("ArgMax", taken, 2);
    Value table = e.constant(Tensor.ofLongs(new long[] {1, windows, size}, reported));
    Value local = e.gatherElements(e.expand(table, s[0] * s[1], windows, size), best, 2);
    Value base =
        e.constant(Tensor.generateLongs(DType.I64, new long[] {s[0] * s[1], 1, 1}, i -> i * plane));
    e.result(1, e.reshape(e.add(local, base), out));
  }

  private static void averagePool(Node n, Emit e) {
    Value x = e.in(0);
    Window g = Window.of(n, x, n.intsAttr("kernel_shape"), e.outType(0).shape());
    boolean countPads = n.intAttr("count_include_pad", 0) != 0;
    long[] pads = g.fullPads();
    if (countPads && g.roundsUp()) {
      // Stated pads count, what a rounded-up last window reaches beyond them does not: make the
      // pads elements.
      int r = x.rank() - 2;
      long[] before = LongArrays.join(new long[2], Arrays.copyOf(g.pads(), r));
      long[] after = LongArrays.join(new long[2], Arrays.copyOfRange(g.pads(), r, 2 * r));
      x = e.pad(x, before, after, e.scalar(x.dtype(), 0));
      pads = LongArrays.join(new long[r], g.extra());
      countPads = false;
    }
    Value y = e.op("AveragePool", e.outType(0), x);
    g.set(e.last(), pads);
    e.last().set("count_include_pad", countPads ? 1 : 0);
    e.result(0, y);
  }

  private static void lpPool(Node n, Emit e) {
    Value x = e.in(0);
    double p = n.opset() < 2 ? n.floatAttr("p", 2) : n.intAttr("p", 2);
    Window g = Window.of(n, x, n.intsAttr("kernel_shape"), e.outType(0).shape());
    long c = x.dim(1);
    Value powered = ReductionRules.power(e, x, p);
    Value ones = e.fill(x.dtype(), 1, LongArrays.join(new long[] {c, 1}, g.kernel()));
    Value sum = e.conv(powered, ones, null, c, g.strides(), g.dilations(), g.fullPads());
    e.result(0, ReductionRules.root(e, sum, p));
  }
}
