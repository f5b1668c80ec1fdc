package npusim.e2e;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import npusim.e2e.RandomGraph.Value;
import npusim.isa.DType;

/** Nodes that a {@link RandomGraph} may grow by. */
final class RandomOps extends RandomNodes {
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

  private final RandomShapes shapes;
  private final RandomLayers layers;

  private RandomOps(RandomGraph g) {
    super(g);
    shapes = new RandomShapes(g);
    layers = new RandomLayers(g);
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
      case 12 -> shapes.transpose();
      case 13 -> shapes.reshape();
      case 14 -> shapes.concat();
      case 15 -> shapes.slice();
      case 16 -> shapes.split();
      case 17 -> shapes.pad();
      case 18 -> shapes.gather();
      case 19 -> shapes.tile();
      case 20, 21 -> layers.matmul();
      case 22 -> layers.conv();
      case 23 -> layers.pool();
      case 24 -> layers.normalise();
      case 25 -> layers.softmax();
      case 26 -> cast();
      case 27 -> layers.quantised();
      case 28 -> shapes.rows();
      default -> shapes.spatial();
    }
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

  private void cast() {
    Value x = g.pick(Value::exact);
    if (x != null) {
      g.node("Cast", "to = " + any(CASTS), true, x.name());
    }
  }
}
