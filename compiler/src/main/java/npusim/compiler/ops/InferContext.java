package npusim.compiler.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/** Context of a shape rule: it sets the output types. */
public final class InferContext extends OpContext {
  /**
   * Attribute of a product of 8-bit floating-point numbers that npusim made: type of its result,
   * which isn't the operands'.
   */
  public static final String OUTPUT_TYPE = "output_type";

  /** No dimension is larger. */
  private static final long MAX_EXTENT = 1L << 40;

  /** Says that a shape depends on a value that isn't known at compile time. */
  public static final class NeedsValue extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int input;

    NeedsValue(int input) {
      super("input " + input, null, false, false);
      this.input = input;
    }

    /** Index of the node's input. */
    public int input() {
      return input;
    }
  }

  private final TensorType[] types;
  private final Tensor[] values;
  private final TensorType[] results;
  private IntFunction<List<Dim>> extents = i -> null;

  /**
   * A context of one node.
   *
   * @param types input types, null where absent or not a tensor
   * @param values constant inputs, null where unknown
   */
  public InferContext(Node node, TensorType[] types, Tensor[] values) {
    super(node);
    this.types = types;
    this.values = values;
    this.results = new TensorType[node.outputs().size()];
  }

  /** Tells how to find inputs that are shapes with data-dependent extents; null for others. */
  public void followExtents(IntFunction<List<Dim>> lookup) {
    extents = lookup;
  }

  /**
   * Input {@code i} as a shape, which the rule can't do without: its integers, or data-dependent
   * extents. {@link Dim#UNKNOWN} stands for -1.
   */
  public List<Dim> extents(int i) {
    List<Dim> followed = has(i) && value(i) == null ? extents.apply(i) : null;
    if (followed != null) {
      return followed;
    }
    List<Dim> out = new ArrayList<>();
    for (long v : longs(i)) {
      if (v < -1) {
        throw fail("input '" + node().input(i) + "' holds a dimension of " + v);
      }
      out.add(Dim.of(v));
    }
    return out;
  }

  @Override
  public TensorType type(int i) {
    TensorType t = i < types.length ? types[i] : null;
    if (t == null) {
      throw has(i)
          ? fail("input " + i + " '" + node().input(i) + "' has no tensor type")
          : fail("input " + i + " is missing");
    }
    if (!t.ranked()) {
      throw fail(
          "the rank of input '"
              + node().input(i)
              + "' is not known; declare the shape of the graph's inputs");
    }
    return t;
  }

  /** Element type and shape of input {@code i}, or null when absent or not a tensor. */
  TensorType typeOrNull(int i) {
    return i < types.length ? types[i] : null;
  }

  @Override
  public Tensor value(int i) {
    return i < values.length ? values[i] : null;
  }

  @Override
  public Tensor require(int i) {
    if (!has(i)) {
      throw fail("input " + i + " is missing");
    }
    Tensor v = value(i);
    if (v == null) {
      throw new NeedsValue(i);
    }
    return v;
  }

  /** Dimensions of input {@code i}. */
  public List<Dim> dims(int i) {
    return type(i).dims();
  }

  /** Dimension of input {@code i}, negative counted from the end. */
  public Dim dim(int i, int axis) {
    return type(i).dim(axis);
  }

  /** Dimensions of input {@code i} as a list that may be changed. */
  public List<Dim> copyDims(int i) {
    return new ArrayList<>(dims(i));
  }

  /** Element type of a product: that of the first operand, or what {@link #OUTPUT_TYPE} says. */
  public DType productType() {
    return DType.ofOnnx((int) attr(OUTPUT_TYPE, 0L)).orElseGet(() -> dtype(0));
  }

  /** Sets an output's type; ignored when the output isn't wanted. */
  public void set(int output, DType dtype, List<Dim> dims) {
    set(output, new TensorType(dtype, dims));
  }

  /** Sets an output's type; ignored when the output isn't wanted. */
  public void set(int output, TensorType type) {
    if (output < results.length) {
      results[output] = type;
    }
  }

  /** Output types, null where the rule set none. */
  public TensorType[] results() {
    return results;
  }

  /** Shape of operands brought together by NumPy's broadcasting rule. */
  public List<Dim> broadcast(int... inputs) {
    List<Dim> out = List.of();
    for (int i : inputs) {
      out = broadcast(out, dims(i));
    }
    return out;
  }

  /** Two shapes brought together by NumPy's broadcasting rule. */
  public List<Dim> broadcast(List<Dim> a, List<Dim> b) {
    int rank = Math.max(a.size(), b.size());
    List<Dim> out = new ArrayList<>(rank);
    for (int i = 0; i < rank; i++) {
      int ia = i - rank + a.size();
      int ib = i - rank + b.size();
      out.add(ia < 0 ? b.get(ib) : ib < 0 ? a.get(ia) : unify(a.get(ia), b.get(ib), a, b));
    }
    return out;
  }

  private Dim unify(Dim x, Dim y, List<Dim> a, List<Dim> b) {
    if (x.sameAs(y) || (y.known() && y.value() == 1)) {
      return x;
    }
    if (x.known() && x.value() == 1) {
      return y;
    }
    if (x.known() && y.known()) {
      throw fail("shapes " + a + " and " + b + " can't be broadcast together");
    }
    return x.known() ? x : y.known() ? y : x.isBounded() ? x : y;
  }

  /** Product of dimensions; unknown when one is, unless another is zero. */
  public static Dim product(List<Dim> dims) {
    long n = 1;
    boolean known = true;
    boolean bounded = true;
    long max = 1;
    String symbol = null;
    for (Dim d : dims) {
      if (d.known()) {
        if (d.value() == 0) {
          return Dim.of(0);
        }
        // More elements than memory could hold compare as one size; no result may have it.
        n = n > Long.MAX_VALUE / d.value() ? Long.MAX_VALUE : n * d.value();
      } else {
        known = false;
        symbol = d.symbol();
        bounded &= d.isBounded();
      }
      max = d.max() <= 0 ? max : max > Long.MAX_VALUE / d.max() ? Long.MAX_VALUE : max * d.max();
    }
    if (known) {
      return Dim.of(n);
    }
    return bounded
        ? Dim.bounded(symbol + "*" + n, max)
        : n == 1 && dims.size() == 1 ? dims.getFirst() : Dim.UNKNOWN;
  }

  /** A known dimension of an input, or an error. */
  public long known(int i, int axis) {
    Dim d = dim(i, axis);
    if (d.max() < 0) {
      throw fail(
          "dimension " + axis + " of input '" + node().input(i) + "' is not known: " + type(i));
    }
    return d.max();
  }

  /**
   * A dimension of a result.
   *
   * @throws npusim.diag.NpusimException when it is negative or absurdly large
   */
  public Dim extent(long n, String what) {
    if (n < 0 || n > MAX_EXTENT) {
      throw fail(what + " is " + n + ", expected 0 to " + MAX_EXTENT);
    }
    return Dim.of(n);
  }

  /** Checks that input {@code i}, where given, broadcasts to a shape without widening it. */
  public void broadcastsTo(int i, List<Dim> target) {
    if (!has(i)) {
      return;
    }
    List<Dim> d = dims(i);
    boolean fits = d.size() <= target.size();
    for (int k = 0; fits && k < d.size(); k++) {
      Dim own = d.get(k);
      Dim want = target.get(k + target.size() - d.size());
      fits = !own.known() || !want.known() || own.value() == 1 || own.value() == want.value();
    }
    if (!fits) {
      throw fail(
          "input "
              + i
              + " '"
              + node().input(i)
              + "' has shape "
              + d
              + ", expected one that broadcasts to "
              + target);
    }
  }

  /** Checks an extent of input {@code i}, where given and known. */
  public void expectExtent(int i, int axis, long want, String what) {
    if (has(i) && dim(i, axis).known() && dim(i, axis).value() != want) {
      throw fail(
          "input "
              + i
              + " '"
              + node().input(i)
              + "' has extent "
              + dim(i, axis)
              + " at dimension "
              + axis
              + ", expected "
              + want
              + " ("
              + what
              + ")");
    }
  }

  /** Checks that {@code parts} divides {@code whole}. */
  public void expectMultiple(long whole, long parts, String what) {
    if (parts < 1 || whole % parts != 0) {
      throw fail(what + ": " + whole + " is not a multiple of " + parts);
    }
  }

  /** Checks the rank of input {@code i}. */
  public void checkRank(int i, int min, int max) {
    if (rank(i) < min || rank(i) > max) {
      throw fail(
          "input '"
              + node().input(i)
              + "' has rank "
              + rank(i)
              + ", expected "
              + (min == max
                  ? "" + min
                  : max == Integer.MAX_VALUE ? "at least " + min : min + " to " + max));
    }
  }
}
