package npusim.compiler.quant;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongToDoubleFunction;
import npusim.compiler.ModelNotes;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.passes.GraphPass;
import npusim.compiler.passes.PassContext;
import npusim.isa.DType;

/**
 * Post-training quantisation to int8: matrix products and convolutions get QuantizeLinear and
 * DequantizeLinear on their activations (symmetric, one scale per tensor, from calibrated ranges)
 * and weights quantised at compile time (symmetric, one scale per output channel). What is never
 * negative may be uint8. A tensor is quantised where it is made, so that every reader gets the
 * stored 8-bit values; what a mean over all places of an image reads is quantised, too. Works on
 * core operators, after constants are folded.
 */
public final class QuantizeModel extends GraphPass {
  static final int OPSET = 23;

  /**
   * Operators through which a tensor is quantised before rather than after: they move elements or
   * pick larger ones.
   */
  private static final Set<String> MOVES =
      Set.of("Reshape", "Transpose", "Slice", "MaxPool", "Expand");

  private final DType type;
  private final double limit;
  private final boolean unsigned;

  /**
   * Quantises products.
   *
   * @param type int8 or an 8-bit floating-point type
   * @param unsigned whether products take uint8 beside int8
   */
  public QuantizeModel(DType type, boolean unsigned) {
    this.type = type;
    this.unsigned = unsigned && type == DType.I8;
    this.limit =
        switch (type) {
          case F8E4M3FN -> 448;
          case F8E5M2 -> 57344;
          default -> 127;
        };
  }

  @Override
  public String name() {
    return "quantize-model";
  }

  @Override
  public String summary() {
    return "quantises products and convolutions to 8 bits with calibrated activation ranges";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    if (Recast.isQuantised(m) && g == m.graph()) {
      return false;
    }
    List<Node> products =
        g.nodes().stream()
            .filter(n -> (n.is("Conv") || n.is("MatMul") || n.is("Gemm")) && isFloat(g, n.input(0)))
            .toList();
    if (products.isEmpty()) {
      return false;
    }
    if (type.isFloat() && g == m.graph() && m.metadata().containsKey(ModelNotes.KERNEL)) {
      new NarrowKernel(g, type).run();
      return true;
    }
    Ranges ranges = Ranges.of(g, c);
    Map<String, Double> done = new LinkedHashMap<>();
    for (Node n : products) {
      double x = activation(g, n, 0, ranges, done);
      if (g.isConstant(n.input(1))) {
        weights(g, n, x);
      } else {
        activation(g, n, 1, ranges, done);
      }
    }
    for (Node n : List.copyOf(g.nodes())) {
      if (!type.isFloat() && isPool(g, n)) {
        activation(g, n, 0, ranges, done);
      }
      Node waiting = n.is("Add") ? waiting(g, n) : null;
      if (waiting != null && !done.containsKey(waiting.output(0))) {
        quantise(g, waiting.output(0), ranges.absMax(waiting.output(0)) / limit, type);
      }
    }
    return true;
  }

  /**
   * Of two quantised products that meet in an addition (a residual block with a projection), the
   * one whose result has to wait for the other's: it is stored in 8 bits like every other tensor.
   */
  private static Node waiting(Graph g, Node add) {
    Node a = g.producer(add.input(0));
    Node b = g.producer(add.input(1));
    boolean both = a != null && b != null && a != b && a.is("Conv") && b.is("Conv");
    if (!both || !g.tensorType(a.output(0)).equals(g.tensorType(b.output(0)))) {
      return null;
    }
    Node first = g.nodes().indexOf(a) < g.nodes().indexOf(b) ? a : b;
    return g.onlyConsumer(first.output(0)) == add ? first : null;
  }

  /** True for a mean over all places of an image: its input is stored in 8 bits as well. */
  private static boolean isPool(Graph g, Node n) {
    if (!n.is("ReduceMean") || !n.hasInput(1) || !g.isConstant(n.input(1))) {
      return false;
    }
    int rank = g.tensorType(n.input(0)).rank();
    long[] axes = g.initializer(n.input(1)).toLongs();
    return rank > 2
        && axes.length == rank - 2
        && Arrays.stream(axes).allMatch(a -> (a < 0 ? a + rank : a) > 1)
        && isFloat(g, n.input(0))
        && !g.isConstant(n.input(0));
  }

  private static boolean isFloat(Graph g, String value) {
    return g.tensorType(value).dtype().isFloat();
  }

  /** Puts quantisation where an input's tensor is made; the scale. */
  private double activation(Graph g, Node n, int input, Ranges ranges, Map<String, Double> done) {
    String value = n.input(input);
    if (g.isConstant(value)) {
      double scale = Math.max(absMax(g.initializer(value)), Float.MIN_NORMAL) / limit;
      n.setInput(input, constant(g, value, scale));
      return scale;
    }
    String source = value;
    Node p = g.producer(source);
    while (p != null
        && p.domain().isEmpty()
        && MOVES.contains(p.opType())
        && !(type.isFloat() && p.is("MaxPool"))
        && !g.isConstant(p.input(0))) {
      source = p.input(0);
      p = g.producer(source);
    }
    // The moves between source and product read what is dequantised; IntegerArithmetic takes them
    // to the stored side.
    Double known = done.get(source);
    if (known != null) {
      return known;
    }
    boolean positive = unsigned && neverNegative(g, g.producer(source));
    double scale = ranges.absMax(source) / (positive ? 255 : limit);
    done.put(source, scale);
    done.put(quantise(g, source, scale, positive ? DType.U8 : type), scale);
    return scale;
  }

  private static boolean neverNegative(Graph g, Node n) {
    if (n == null || !n.domain().isEmpty()) {
      return false;
    }
    Tensor low = n.is("Clip") && n.hasInput(1) ? IntegerArithmetic.constant(g, n.input(1)) : null;
    boolean bounded = low != null && low.at(0) >= 0;
    return bounded || n.is("Relu") || n.is("Sigmoid") || n.is("Softmax");
  }

  /** Makes every reader of a value read it quantised and dequantised; the name they read now. */
  private static String quantise(Graph g, String value, double scale, DType stored) {
    TensorType t = g.tensorType(value);
    String s = g.addConstant(value + "_scale", Tensor.scalar(DType.F32, scale));
    String z = g.addConstant(value + "_zero", Tensor.zeros(stored));
    String q = g.freshName(value + "_int8");
    String back = g.freshName(value + "_dequantized");
    List<Node> readers = List.copyOf(g.consumers(value));
    Node quantize = Node.of("QuantizeLinear", OPSET, List.of(value, s, z), q).set("axis", 0L);
    Node dequantize = Node.of("DequantizeLinear", OPSET, List.of(q, s, z), back).set("axis", 0L);
    typed(dequantize, t.dtype());
    quantize.setName(q);
    dequantize.setName(back);
    g.setType(q, t.withDtype(stored));
    g.setType(back, t);
    Node p = g.producer(value);
    if (p == null) {
      g.add(0, quantize);
    } else {
      g.insertAfter(p, quantize);
    }
    g.insertAfter(quantize, dequantize);
    for (Node r : readers) {
      for (int i = 0; i < r.inputs().size(); i++) {
        if (r.input(i).equals(value)) {
          r.setInput(i, back);
        }
      }
    }
    return back;
  }

  /** Weights per output channel, and the bias in the scale of the sums. */
  private void weights(Graph g, Node n, double activationScale) {
    Tensor w = g.initializer(n.input(1));
    int axis = n.is("Conv") || n.intAttr("transB", 0) != 0 ? 0 : w.rank() - 1;
    Tensor scales = channelScales(w, axis);
    n.setInput(1, dequantized(g, n.input(1), quantized(w, scales, axis), scales, axis));
    boolean plain = !n.is("Gemm") || (n.floatAttr("alpha", 1) == 1 && n.floatAttr("beta", 1) == 1);
    // Sums of floating-point products are no integers: their bias stays what it is.
    if (!type.isFloat() && !n.is("MatMul") && plain && n.hasInput(2) && g.isConstant(n.input(2))) {
      Tensor b = g.initializer(n.input(2));
      if (b.rank() == 1 && b.size() == scales.size()) {
        Tensor s = Tensor.generate(DType.F32, scales.dims(), i -> scales.at(i) * activationScale);
        Tensor q =
            b.hasData()
                ? Tensor.generateLongs(DType.I32, b.dims(), i -> Math.round(b.at(i) / s.at(i)))
                : Tensor.absent(DType.I32, b.dims());
        n.setInput(2, dequantized(g, n.input(2), q, s, 0));
      }
    }
  }

  private static void typed(Node dequantize, DType result) {
    if (result != DType.F32) {
      dequantize.set("output_dtype", (long) result.onnxCode());
    }
  }

  private static String dequantized(Graph g, String name, Tensor q, Tensor scales, int axis) {
    DType type = g.initializer(name).dtype();
    String qName = g.addConstant(name + "_int", q);
    String s = g.addConstant(name + "_scale", scales);
    String out = g.freshName(name + "_dequantized");
    Node dq = Node.of("DequantizeLinear", OPSET, List.of(qName, s), out).set("axis", (long) axis);
    typed(dq, type);
    dq.setName(out);
    g.setType(out, q.type().withDtype(type));
    g.add(0, dq);
    return out;
  }

  private String constant(Graph g, String name, double scale) {
    Tensor t = g.initializer(name);
    Tensor s = Tensor.scalar(DType.F32, scale);
    Tensor q = t.hasData() ? stored(t.dims(), i -> t.at(i) / scale) : Tensor.absent(type, t.dims());
    return dequantized(g, name, q, s, 0);
  }

  /** Quotients by the scale as stored: rounded, within the limit. */
  private Tensor stored(long[] dims, LongToDoubleFunction quotient) {
    LongToDoubleFunction within = i -> Math.clamp(quotient.applyAsDouble(i), -limit, limit);
    return type.isFloat()
        ? Tensor.generate(type, dims, within)
        : Tensor.generateLongs(type, dims, i -> (long) Math.rint(within.applyAsDouble(i)));
  }

  private static double absMax(Tensor t) {
    double max = 0;
    for (long i = 0; t.hasData() && i < t.size(); i++) {
      max = Math.max(max, Math.abs(t.at(i)));
    }
    return t.hasData() ? max : 1;
  }

  private static long inner(Tensor w, int axis) {
    long inner = 1;
    for (int i = axis + 1; i < w.rank(); i++) {
      inner *= w.dim(i);
    }
    return inner;
  }

  /** Largest magnitude per channel over the limit; weights without values are taken to reach 1. */
  Tensor channelScales(Tensor w, int axis) {
    int channels = Math.toIntExact(w.dim(axis));
    double[] max = new double[channels];
    if (w.hasData()) {
      long inner = inner(w, axis);
      for (long i = 0; i < w.size(); i++) {
        int c = (int) (i / inner % channels);
        max[c] = Math.max(max[c], Math.abs(w.at(i)));
      }
    } else {
      java.util.Arrays.fill(max, 1);
    }
    return Tensor.generate(
        DType.F32, new long[] {channels}, i -> max[(int) i] == 0 ? 1 : max[(int) i] / limit);
  }

  Tensor quantized(Tensor w, Tensor scales, int axis) {
    if (!w.hasData()) {
      return Tensor.absent(type, w.dims());
    }
    long inner = inner(w, axis);
    return Tensor.lazy(
        type,
        w.dims(),
        () -> stored(w.dims(), i -> w.at(i) / scales.at(i / inner % scales.size())).data());
  }
}
