package npusim.e2e;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import npusim.e2e.RandomGraph.Value;
import npusim.isa.DType;

/** Nodes that a {@link RandomGraph} may grow by. */
final class RandomOps {
  private static final String[] SMOOTH = {
    "Sigmoid", "Tanh", "Erf", "Sin", "Cos", "Softplus", "Elu", "LeakyRelu", "HardSigmoid",
    "HardSwish", "Gelu", "Mish", "Selu", "Celu", "Softsign", "Atan", "Asinh", "Sinh"
  };
  private static final String[] EXACT = {"Neg", "Abs", "Relu", "Identity"};
  private static final String[] STEPS = {"Floor", "Ceil", "Round", "Sign"};
  private static final String[] COMPARE = {
    "Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"
  };
  private static final String[] REDUCE = {
    "ReduceSum",
    "ReduceMean",
    "ReduceL1",
    "ReduceL2",
    "ReduceSumSquare",
    "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMin"
  };
  private static final String[] CASTS = {"1", "6", "7", "9"};

  private final RandomGraph g;

  private RandomOps(RandomGraph g) {
    this.g = g;
  }

  /** A graph of a few nodes. */
  static RandomGraph graph(long seed) {
    var g = new RandomGraph(seed);
    var ops = new RandomOps(g);
    for (int i = g.below(3); i >= 0; i--) {
      ops.input();
    }
    int nodes = 1 + g.below(9);
    for (int i = 0; i < nodes * 4 && g.statements().size() < nodes && g.refused() == null; i++) {
      ops.step();
    }
    for (String leaf : g.leaves()) {
      Value v = g.value(leaf);
      if (v.type() != DType.F32 && v.type() != DType.I64 && v.type() != DType.I32) {
        g.node("Cast", "to = 6", true, leaf);
      }
    }
    return g;
  }

  private void input() {
    int rank = 1 + g.below(4);
    long[] d = new long[rank];
    for (int i = 0; i < rank; i++) {
      d[i] = g.below(6) == 0 ? g.between(1, 40) : g.between(1, 7);
    }
    while (Arrays.stream(d).reduce(1, (a, b) -> a * b) > 2048) {
      d[g.below(rank)] = 2;
    }
    DType t = g.below(6) == 0 ? DType.I64 : g.below(8) == 0 ? DType.I32 : DType.F32;
    g.input(t, d);
  }

  private void step() {
    switch (g.below(30)) {
      case 0, 1 -> smooth();
      case 2 -> exact();
      case 3 -> steps();
      case 4, 5, 6 -> binary();
      case 7 -> compare();
      case 8 -> where();
      case 9, 10 -> reduce();
      case 11 -> arg();
      case 12 -> transpose();
      case 13 -> reshape();
      case 14 -> concat();
      case 15 -> slice();
      case 16 -> split();
      case 17 -> pad();
      case 18 -> gather();
      case 19 -> tile();
      case 20, 21 -> matmul();
      case 22 -> conv();
      case 23 -> pool();
      case 24 -> normalise();
      case 25 -> softmax();
      case 26 -> cast();
      case 27 -> quantised();
      case 28 -> rows();
      default -> spatial();
    }
  }

  private String any(String... of) {
    return of[g.below(of.length)];
  }

  private Value floats() {
    return g.pick(Value::isFloat);
  }

  private int axis(Value v) {
    return g.below(v.rank());
  }

  private void smooth() {
    Value x = floats();
    if (x == null) {
      return;
    }
    switch (g.below(8)) {
      case 0 -> g.node("Exp", "", false, bounded(x));
      case 1 -> g.node(any("Log", "Sqrt", "Reciprocal"), "", false, positive(x));
      case 2 -> g.node("Pow", "", false, positive(x), g.scalar("float", any("2.0", "0.5", "3.0")));
      default -> g.node(any(SMOOTH), "", false, bounded(x));
    }
  }

  /** Kept within ±8, so that nothing grows out of bounds. */
  private String bounded(Value x) {
    return g.node(
            "Clip", "", x.exact(), x.name(), g.scalar("float", "-8.0"), g.scalar("float", "8.0"))
        .name();
  }

  /** |x| + 0.5. */
  private String positive(Value x) {
    Value a = g.node("Abs", "", x.exact(), x.name());
    return g.node("Add", "", false, a.name(), g.scalar("float", "0.5")).name();
  }

  private void exact() {
    Value x = g.pick(v -> v.type() != DType.BOOL && v.type().bits() >= 32);
    if (x != null) {
      String op = x.isFloat() ? any(EXACT) : any("Neg", "Abs", "Identity");
      g.node(op, "", x.exact(), x.name());
    }
  }

  private void steps() {
    Value x = g.pick(v -> v.isFloat() && v.exact());
    if (x != null) {
      g.node(any(STEPS), "", true, x.name());
    }
  }

  /**
   * A value that broadcasts with x: another one, x itself, or a constant of some of its extents.
   */
  private String partner(Value x) {
    Value y = g.pick(v -> v.type() == x.type() && broadcasts(v.dims(), x.dims()));
    if (!x.isFloat() || g.below(3) != 0) {
      return y.name();
    }
    long[] d = Arrays.copyOfRange(x.dims(), g.below(x.rank() + 1), x.rank());
    for (int i = 0; i < d.length; i++) {
      d[i] = g.below(3) == 0 ? 1 : d[i];
    }
    return g.weights(1, 0.25, d.length == 0 ? new long[] {1} : d);
  }

  private static boolean broadcasts(long[] a, long[] b) {
    for (int i = 1; i <= Math.min(a.length, b.length); i++) {
      long x = a[a.length - i];
      long y = b[b.length - i];
      if (x != y && x != 1 && y != 1) {
        return false;
      }
    }
    return true;
  }

  private void binary() {
    Value x = g.pick(v -> v.type() != DType.BOOL && v.type().bits() >= 32);
    if (x == null) {
      return;
    }
    if (!x.isFloat()) {
      g.node(any("Add", "Sub", "Mul", "Min", "Max"), "", true, x.name(), partner(x));
    } else if (g.below(5) == 0) {
      g.node("Div", "", false, x.name(), positive(x));
    } else {
      g.node(any("Add", "Sub", "Mul", "Max", "Min", "PRelu"), "", false, slope(x));
    }
  }

  /** Operands; PRelu's slope must broadcast to x alone, so y is always the smaller one. */
  private String[] slope(Value x) {
    Value y =
        g.pick(
            v ->
                v.isFloat()
                    && v.rank() <= x.rank()
                    && broadcasts(v.dims(), x.dims())
                    && v.size() <= x.size()
                    && fitsInto(v.dims(), x.dims()));
    return new String[] {x.name(), y.name()};
  }

  private static boolean fitsInto(long[] small, long[] large) {
    for (int i = 1; i <= small.length; i++) {
      long s = small[small.length - i];
      if (s != 1 && s != large[large.length - i]) {
        return false;
      }
    }
    return true;
  }

  private void compare() {
    Value x = g.pick(v -> v.exact() && v.type() != DType.BOOL && v.type().bits() >= 32);
    if (x == null) {
      return;
    }
    Value y = g.pick(v -> v.exact() && v.type() == x.type() && broadcasts(v.dims(), x.dims()));
    Value c = g.node(any(COMPARE), "", true, x.name(), y.name());
    if (c != null && g.below(3) == 0) {
      g.node(any("And", "Or", "Xor"), "", true, c.name(), g.node("Not", "", true, c.name()).name());
    }
  }

  private void where() {
    Value c = g.pick(v -> v.type() == DType.BOOL);
    Value x = c == null ? null : g.pick(v -> v.isFloat() && broadcasts(v.dims(), c.dims()));
    if (x == null) {
      return;
    }
    Value y =
        g.pick(
            v -> v.isFloat() && broadcasts(v.dims(), c.dims()) && broadcasts(v.dims(), x.dims()));
    if (y != null) {
      g.node("Where", "", x.exact() && y.exact(), c.name(), x.name(), y.name());
    }
  }

  private void reduce() {
    Value x = floats();
    if (x == null) {
      return;
    }
    long[] axes =
        IntStream.range(0, x.rank()).filter(i -> g.below(2) == 0).asLongStream().toArray();
    String op = any(REDUCE);
    boolean exact = x.exact() && (op.equals("ReduceMax") || op.equals("ReduceMin"));
    String keep = "keepdims = " + g.below(2);
    String from = op.equals("ReduceLogSumExp") ? bounded(x) : x.name();
    if (axes.length == 0) {
      g.node(op, keep, exact, from);
    } else {
      g.node(op, keep, exact, from, g.ints(axes));
    }
  }

  private void arg() {
    Value x = g.pick(v -> v.isFloat() && v.exact());
    if (x == null) {
      return;
    }
    int axis = axis(x);
    if (g.below(2) == 0) {
      String attrs = "axis = " + axis + ", keepdims = " + g.below(2);
      g.node(any("ArgMax", "ArgMin"), attrs, true, x.name());
      return;
    }
    String attrs = "axis = " + axis + ", largest = " + g.below(2);
    List<Value> out =
        g.nodes("TopK", attrs, true, 2, x.name(), g.ints(g.between(1, x.dims()[axis])));
    if (!out.isEmpty()) {
      // Which of equal elements comes first is open.
      g.hide(out.get(1));
    }
  }

  private void transpose() {
    Value x = g.pick(v -> v.rank() > 1);
    if (x == null) {
      return;
    }
    List<Integer> perm = new ArrayList<>(IntStream.range(0, x.rank()).boxed().toList());
    java.util.Collections.shuffle(perm, g.random);
    String p = perm.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    g.node("Transpose", "perm = " + p, x.exact(), x.name());
  }

  private void reshape() {
    Value x = g.pick(v -> true);
    int axis = axis(x);
    long d = x.dims()[axis];
    switch (g.below(4)) {
      case 0 -> g.node("Flatten", "axis = " + axis, x.exact(), x.name());
      case 1 ->
          g.node("Unsqueeze", "", x.exact(), x.rank() > 4 ? flat(x).name() : x.name(), g.ints(0));
      case 2 -> flat(x);
      default -> {
        long f = LongFactor.of(d, g.random);
        long[] s = new long[x.rank() + 1];
        System.arraycopy(x.dims(), 0, s, 0, axis);
        s[axis] = f;
        s[axis + 1] = d / f;
        System.arraycopy(x.dims(), axis + 1, s, axis + 2, x.rank() - axis - 1);
        if (s.length <= 5) {
          g.node("Reshape", "", x.exact(), x.name(), g.ints(s));
        }
      }
    }
  }

  private Value flat(Value x) {
    return g.node("Reshape", "", x.exact(), x.name(), g.ints(-1));
  }

  /** A divisor. */
  private static final class LongFactor {
    static long of(long n, java.util.Random r) {
      long[] all =
          IntStream.rangeClosed(1, (int) n).filter(i -> n % i == 0).asLongStream().toArray();
      return all[r.nextInt(all.length)];
    }
  }

  private void concat() {
    Value x = g.pick(v -> true);
    int axis = axis(x);
    Value y =
        g.pick(
            v -> {
              long[] a = v.dims().clone();
              if (v.type() != x.type() || a.length != x.rank()) {
                return false;
              }
              a[axis] = x.dims()[axis];
              return Arrays.equals(a, x.dims());
            });
    g.node("Concat", "axis = " + axis, x.exact() && y.exact(), x.name(), y.name(), x.name());
  }

  private void slice() {
    Value x = g.pick(v -> v.type().bits() >= 32 && v.dims()[v.rank() - 1] > 1);
    if (x == null) {
      return;
    }
    int axis = axis(x);
    long d = x.dims()[axis];
    boolean back = g.below(4) == 0;
    long a = g.between(0, d - 1);
    long b = g.between(0, d - 1);
    long low = Math.min(a, b);
    long high = Math.max(a, b);
    long step = g.between(1, 3);
    g.node(
        "Slice",
        "",
        x.exact(),
        x.name(),
        g.ints(back ? high : low),
        g.ints(back ? low - 1 - (low == 0 ? d : 0) : high + 1),
        g.ints(axis),
        g.ints(back ? -step : step));
  }

  private void split() {
    Value x = g.pick(v -> Arrays.stream(v.dims()).anyMatch(d -> d > 1));
    if (x == null) {
      return;
    }
    int axis = axis(x);
    long d = x.dims()[axis];
    if (d > 1) {
      long first = g.between(1, d - 1);
      g.nodes("Split", "axis = " + axis, x.exact(), 2, x.name(), g.ints(first, d - first));
    }
  }

  private void pad() {
    Value x = floats();
    if (x == null) {
      return;
    }
    String mode = any("constant", "constant", "edge", "reflect");
    long[] p = new long[2 * x.rank()];
    for (int i = 0; i < p.length; i++) {
      long most = mode.equals("reflect") ? Math.min(2, x.dims()[i % x.rank()] - 1) : 2;
      p[i] = g.between(0, most);
    }
    g.node("Pad", "mode = \"" + mode + "\"", x.exact(), x.name(), g.ints(p));
  }

  private void gather() {
    Value x = g.pick(v -> v.type().bits() >= 32);
    if (x == null) {
      return;
    }
    int axis = axis(x);
    long d = x.dims()[axis];
    long[] i = new long[1 + g.below(4)];
    Arrays.setAll(i, k -> g.between(-d, d - 1));
    String name = g.below(3) == 0 ? g.scalar("int64", Long.toString(i[0])) : g.ints(i);
    g.node("Gather", "axis = " + axis, x.exact(), x.name(), name);
  }

  private void tile() {
    Value x = g.pick(v -> v.type().bits() >= 32 && v.size() < 512);
    if (x == null) {
      return;
    }
    long[] r = new long[x.rank()];
    Arrays.setAll(r, k -> g.below(3) == 0 ? 2 : 1);
    if (g.below(2) == 0) {
      g.node("Tile", "", x.exact(), x.name(), g.ints(r));
    } else {
      long[] s = new long[x.rank() + 1];
      s[0] = 2;
      System.arraycopy(x.dims(), 0, s, 1, x.rank());
      g.node("Expand", "", x.exact(), x.name(), g.ints(s));
    }
  }

  private void matmul() {
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

  private void conv() {
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
    String attrs =
        "kernel_shape = "
            + repeat(k, r)
            + ", strides = "
            + repeat(g.between(1, 2), r)
            + ", pads = "
            + repeat(turned ? 0 : pad, 2 * r)
            + ", group = "
            + groups;
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

  private void pool() {
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
    String attrs =
        "kernel_shape = "
            + repeat(k, r)
            + ", strides = "
            + repeat(g.between(1, 2), r)
            + ", pads = "
            + repeat(pad, 2 * r);
    boolean max = g.below(2) == 0;
    String count = max ? "" : ", count_include_pad = " + g.below(2);
    g.node(max ? "MaxPool" : "AveragePool", attrs + count, max && x.exact(), x.name());
  }

  private void normalise() {
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

  private void softmax() {
    Value x = floats();
    if (x != null) {
      g.node(any("Softmax", "LogSoftmax"), "axis = " + axis(x), false, bounded(x));
    }
  }

  private void cast() {
    Value x = g.pick(Value::exact);
    if (x != null) {
      g.node("Cast", "to = " + any(CASTS), true, x.name());
    }
  }

  /** Through 8 bits with a scale that divides exactly, maybe with a product of integers. */
  private void quantised() {
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

  private void rows() {
    Value x = floats();
    if (x == null) {
      return;
    }
    switch (g.below(3)) {
      case 0 -> {
        String attrs = "exclusive = " + g.below(2) + ", reverse = " + g.below(2);
        g.node("CumSum", attrs, false, x.name(), g.scalar("int64", "" + axis(x)));
      }
      case 1 -> {
        if (x.rank() >= 2) {
          g.node("Trilu", "upper = " + g.below(2), x.exact(), x.name());
        }
      }
      default -> {
        int axis = axis(x);
        long[] i = new long[(int) x.size()];
        long d = x.dims()[axis];
        Arrays.setAll(i, k -> g.between(0, d - 1));
        String index = g.ints("int64", x.dims(), i);
        g.node("GatherElements", "axis = " + axis, x.exact(), x.name(), index);
      }
    }
  }

  private void spatial() {
    Value x = g.pick(v -> v.isFloat() && v.rank() == 4);
    if (x == null) {
      return;
    }
    long[] d = x.dims();
    switch (g.below(3)) {
      case 0 -> {
        if (d[1] % 4 == 0) {
          g.node("DepthToSpace", "blocksize = 2", x.exact(), x.name());
        }
      }
      case 1 -> {
        if (d[2] % 2 == 0 && d[3] % 2 == 0) {
          g.node("SpaceToDepth", "blocksize = 2", x.exact(), x.name());
        }
      }
      default -> {
        String attrs =
            "mode = \"nearest\", coordinate_transformation_mode = \"asymmetric\","
                + " nearest_mode = \"floor\"";
        String sizes = g.ints(d[0], d[1], d[2] * 2, d[3] * g.between(1, 2));
        g.node("Resize", attrs, x.exact(), x.name(), "", "", sizes);
      }
    }
  }
}
