package npusim.compiler.quant;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import npusim.compiler.decompose.Emit;
import npusim.compiler.decompose.Value;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.passes.GraphPass;
import npusim.compiler.passes.PassContext;
import npusim.isa.DType;

/**
 * Stores constant weights of matrix products in few bits, activations untouched. With one scale per
 * column x·W becomes (x·Q)·s: the matrix unit widens the stored elements, the scale is applied to
 * sums. Where groups of inner elements have scales of their own the vector unit widens and scales
 * tiles of Q in the scratchpad, on their way to the matrix unit.
 *
 * <p>A scale is the one of several that gives the least squared error. The product that makes the
 * model's result keeps 8 bits, as quantisers leave it: nothing behind it evens its error out.
 */
public final class WeightOnly extends GraphPass {
  /** Smaller weights are not worth their scales. */
  private static final long MIN_ELEMENTS = 1024;

  /** Scales tried per group of few-bit weights. */
  private static final int CANDIDATES = 16;

  /** How far beyond the range the largest value may be brought, as a share of the range. */
  private static final double CLIPPED = 0.5;

  private static final Set<String> PRODUCTS =
      Set.of("MatMul", "Gemm", "Conv", "Attention", "ScaledMatMul");

  private final DType type;
  private final int group;

  /**
   * Stores weights in a type.
   *
   * @param type signed integer type
   * @param group inner elements that share a scale; 0 for all of a column
   */
  public WeightOnly(DType type, int group) {
    this.type = type;
    this.group = group;
  }

  @Override
  public String name() {
    return "weight-only";
  }

  @Override
  public String summary() {
    return "stores constant weights of matrix products in few bits with scales per column or group";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    if (!type.isInteger() || Recast.isQuantised(m)) {
      return false;
    }
    boolean changed = false;
    for (Node n : List.copyOf(g.nodes())) {
      if ((n.is("MatMul") || isPlainGemm(n)) && isWeight(g, n.input(1))) {
        rewrite(g, n);
        changed = true;
      }
    }
    return changed;
  }

  private static boolean isPlainGemm(Node n) {
    return n.is("Gemm")
        && n.intAttr("transA", 0) == 0
        && n.floatAttr("alpha", 1) == 1
        && n.floatAttr("beta", 1) == 1;
  }

  private static boolean isWeight(Graph g, String value) {
    Tensor t = g.isConstant(value) ? g.initializer(value) : null;
    return t != null && t.rank() == 2 && t.dtype().isFloat() && t.size() >= MIN_ELEMENTS;
  }

  /** A weight matrix [K, N], whichever way round it is stored, in groups of its rows. */
  private record Matrix(Tensor w, boolean turned, long size) {
    long inner() {
      return w.dim(turned ? 1 : 0);
    }

    long columns() {
      return w.dim(turned ? 0 : 1);
    }

    long groups() {
      return inner() / size;
    }

    double at(long k, long column) {
      return w.at(turned ? column * inner() + k : k * columns() + column);
    }
  }

  private void rewrite(Graph g, Node n) {
    Tensor w = g.initializer(n.input(1));
    boolean turned = n.intAttr("transB", 0) != 0;
    long k = w.dim(turned ? 1 : 0);
    boolean few = type.bits() < 8;
    boolean wide = few && isLast(g, n);
    DType to = wide ? DType.I8 : type;
    Matrix m = new Matrix(w, turned, !wide && group > 0 && k % group == 0 ? group : k);
    Emit e = new Emit(g, n);
    Value x = e.in(0);
    Tensor scales = scales(m, to, x.dtype());
    Value y;
    if (m.groups() == 1) {
      long[] dims = {m.inner(), m.columns()};
      Value q = e.constant(stored(m, to, scales, dims, false));
      y = e.mul(e.matmul(x, q), e.constant(scales.reshaped(m.columns())));
    } else {
      long[] dims = {m.columns(), m.inner()};
      Value q = e.constant(stored(m, to, scales, dims, true));
      y = e.scaledMatmul(x, q, e.constant(scales), null, m.size());
    }
    e.result(0, e.optional(2) == null ? y : e.add(y, e.in(2)));
    e.finish();
  }

  /** True when other products come before and none reads what a node makes. */
  private static boolean isLast(Graph g, Node n) {
    if (g.nodes().stream().filter(p -> PRODUCTS.contains(p.opType())).count() < 2) {
      return false;
    }
    Deque<Node> work = new ArrayDeque<>(List.of(n));
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    while (!work.isEmpty()) {
      for (String out : work.poll().outputs()) {
        for (Node reader : g.consumers(out)) {
          if (PRODUCTS.contains(reader.opType()) || !reader.domain().isEmpty()) {
            return false;
          }
          if (seen.add(reader)) {
            work.add(reader);
          }
        }
      }
    }
    return true;
  }

  /** Scales [G, N], as the type of the activations holds them. */
  private static Tensor scales(Matrix m, DType to, DType as) {
    long[] dims = {m.groups(), m.columns()};
    long limit = to.maxLong();
    if (!m.w().hasData()) {
      return Tensor.generate(as, dims, i -> 1.0 / limit);
    }
    Tensor out = Tensor.zeros(as, dims);
    double[] values = new double[Math.toIntExact(m.size())];
    for (long c = 0; c < m.columns(); c++) {
      for (long g = 0; g < m.groups(); g++) {
        for (int i = 0; i < values.length; i++) {
          values[i] = m.at(g * m.size() + i, c);
        }
        chooseScale(values, to, out, g * m.columns() + c);
      }
    }
    return out;
  }

  /**
   * The scale of least squared error of those that bring the largest value, with either sign, to
   * the end of the range or beyond it.
   */
  private static void chooseScale(double[] values, DType to, Tensor out, long at) {
    double largest = 0;
    for (double v : values) {
      largest = Math.abs(v) > Math.abs(largest) ? v : largest;
    }
    if (largest == 0) {
      out.setDouble(at, 1);
      return;
    }
    double least = Double.POSITIVE_INFINITY;
    double best = 0;
    int tries = to.bits() < 8 ? CANDIDATES : 1;
    for (int i = 0; i < tries; i++) {
      // The range reaches one further down than up; a negative scale turns it around.
      double end = to.minLong() * (1 + CLIPPED * i / CANDIDATES);
      out.setDouble(at, largest / end);
      double s = out.at(at);
      double error = 0;
      for (double v : values) {
        double d = v - s * quantised(v, s, to);
        error += d * d;
      }
      if (s != 0 && error < least) {
        least = error;
        best = s;
      }
    }
    out.setDouble(at, best == 0 ? 1 : best);
  }

  private static long quantised(double v, double scale, DType to) {
    return (long) Math.clamp(Math.rint(v / scale), (double) to.minLong(), (double) to.maxLong());
  }

  /** The integers as [K, N], or turned as [N, K]. */
  private static Tensor stored(Matrix m, DType to, Tensor scales, long[] dims, boolean turned) {
    if (!m.w().hasData()) {
      return Tensor.absent(to, dims);
    }
    return Tensor.lazy(
        to,
        dims,
        () ->
            Tensor.generateLongs(
                    to,
                    dims,
                    i -> {
                      long k = turned ? i % m.inner() : i / m.columns();
                      long c = turned ? i / m.inner() : i % m.columns();
                      double s = scales.at(k / m.size() * m.columns() + c);
                      return quantised(m.at(k, c), s, to);
                    })
                .data());
  }
}
