package npusim.compiler.shape;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ops.InferContext;
import npusim.isa.DType;

/**
 * Follows shapes with data-dependent extents as values: what Shape gives, and what exporters
 * compute from it before it becomes the shape of a Reshape or Expand. An element is a {@link Dim};
 * {@link Dim#UNKNOWN} stands for the value -1.
 */
final class ShapeValues {
  private static final int MAX_ELEMENTS = 64;

  private final Scope scope;
  private final InferContext c;
  private final Node node;

  private ShapeValues(Scope scope, InferContext c) {
    this.scope = scope;
    this.c = c;
    this.node = c.node();
  }

  /** The value of a node's only output as extents, or null when it is none. */
  static List<Dim> of(Scope scope, InferContext c) {
    Node n = c.node();
    if (!n.domain().isEmpty() || n.outputs().size() != 1) {
      return null;
    }
    return new ShapeValues(scope, c).compute();
  }

  private List<Dim> compute() {
    return switch (node.opType()) {
      case "Shape" -> shape();
      case "Size" -> sized(List.of(InferContext.product(c.dims(0))));
      case "Identity", "Cast", "Unsqueeze", "Squeeze", "Reshape" -> input(0);
      case "Gather" -> gather();
      case "Concat" -> concat();
      case "Slice" -> slice();
      case "Mul" -> multiply();
      case "ReduceProd" -> input(0) == null ? null : sized(List.of(InferContext.product(input(0))));
      case "Where" -> where();
      default -> null;
    };
  }

  /**
   * Extents known for an input: constants of a few integers, or followed extents; null otherwise.
   */
  private List<Dim> input(int i) {
    if (!node.hasInput(i)) {
      return null;
    }
    List<Dim> followed = scope.extents(node.input(i));
    return followed != null ? followed : constant(c.value(i));
  }

  static List<Dim> constant(Tensor t) {
    boolean integers = t != null && (t.dtype() == DType.I64 || t.dtype() == DType.I32);
    if (!integers || t.size() > MAX_ELEMENTS || t.rank() > 1) {
      return null;
    }
    List<Dim> out = new ArrayList<>();
    for (long v : t.toLongs()) {
      if (v < -1) {
        return null;
      }
      out.add(Dim.of(v));
    }
    return out;
  }

  private static List<Dim> sized(List<Dim> dims) {
    return dims.stream().allMatch(d -> d.max() >= 0) ? dims : null;
  }

  private List<Dim> shape() {
    int rank = c.rank(0);
    long start = node.intAttr("start", 0);
    long end = node.intAttr("end", rank);
    int from = Math.clamp(start < 0 ? start + rank : start, 0, rank);
    int to = Math.clamp(end < 0 ? end + rank : end, 0, rank);
    return sized(c.dims(0).subList(from, Math.max(from, to)));
  }

  private List<Dim> gather() {
    List<Dim> data = input(0);
    Tensor index = c.value(1);
    if (data == null || index == null) {
      return null;
    }
    List<Dim> out = new ArrayList<>();
    for (long i : index.toLongs()) {
      long at = i < 0 ? i + data.size() : i;
      if (at < 0 || at >= data.size()) {
        return null;
      }
      out.add(data.get((int) at));
    }
    return out;
  }

  private List<Dim> concat() {
    List<Dim> out = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      List<Dim> part = input(i);
      if (part == null) {
        return null;
      }
      out.addAll(part);
    }
    return out;
  }

  private List<Dim> slice() {
    List<Dim> data = input(0);
    boolean known = data != null && c.opset() >= 10;
    for (int i = 1; known && i < node.inputs().size(); i++) {
      known = !node.hasInput(i) || c.value(i) != null;
    }
    if (!known || (node.hasInput(4) && c.value(4).longAt(0) != 1)) {
      return null;
    }
    long start = c.value(1).longAt(0);
    long end = c.value(2).longAt(0);
    int n = data.size();
    int from = (int) Math.clamp(start < 0 ? start + n : start, 0L, (long) n);
    int to = (int) Math.clamp(end < 0 ? Math.max(end, -n) + n : end, 0L, (long) n);
    return data.subList(from, Math.max(from, to));
  }

  private List<Dim> multiply() {
    List<Dim> a = input(0);
    List<Dim> b = input(1);
    if (a == null || b == null) {
      return null;
    }
    int n = Math.max(a.size(), b.size());
    List<Dim> out = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Dim x = a.get(a.size() == 1 ? 0 : i);
      Dim y = b.get(b.size() == 1 ? 0 : i);
      if (x.max() < 0 || y.max() < 0) {
        return null;
      }
      out.add(
          x.known() && x.value() == 1
              ? y
              : y.known() && y.value() == 1 ? x : InferContext.product(List.of(x, y)));
    }
    return out;
  }

  private List<Dim> where() {
    Tensor condition = c.value(0);
    List<Dim> a = input(1);
    List<Dim> b = input(2);
    if (condition == null || a == null || b == null) {
      return null;
    }
    int n = Math.max((int) condition.size(), Math.max(a.size(), b.size()));
    List<Dim> out = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      boolean yes = condition.longAt(condition.size() == 1 ? 0 : i) != 0;
      List<Dim> from = yes ? a : b;
      out.add(from.get(from.size() == 1 ? 0 : i));
    }
    return out;
  }

  /**
   * The constant that a comparison with data-dependent extents gives all the same: no extent equals
   * a negative number.
   */
  static Tensor compare(Scope scope, InferContext c) {
    Node n = c.node();
    if (!n.is("Equal")) {
      return null;
    }
    ShapeValues v = new ShapeValues(scope, c);
    List<Dim> a = v.input(0);
    List<Dim> b = v.input(1);
    if (a == null || b == null) {
      return null;
    }
    List<Dim> shorter = a.size() == 1 ? Collections.nCopies(b.size(), a.getFirst()) : a;
    List<Dim> other = b.size() == 1 ? Collections.nCopies(shorter.size(), b.getFirst()) : b;
    for (int i = 0; i < other.size(); i++) {
      Dim x = shorter.get(i);
      Dim y = other.get(i);
      boolean decided =
          (minusOneOrKnown(x) && minusOneOrKnown(y))
              || x.equals(Dim.UNKNOWN)
              || y.equals(Dim.UNKNOWN);
      if (!decided) {
        return null;
      }
    }
    List<Dim> left = shorter;
    long[] shape = c.results()[0].shape();
    return Tensor.generate(
        DType.BOOL, shape, i -> left.get((int) i).equals(other.get((int) i)) ? 1 : 0);
  }

  private static boolean minusOneOrKnown(Dim d) {
    return d.known() || d.equals(Dim.UNKNOWN);
  }
}
