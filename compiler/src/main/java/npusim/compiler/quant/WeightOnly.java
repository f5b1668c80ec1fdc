package npusim.compiler.quant;

import java.util.List;
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
 * Stores constant weights of matrix products in few bits, activations untouched: x·W becomes
 * (x·Q)·s with integer Q and one scale per column, or, where groups of inner elements have scales
 * of their own, the sum over groups of (x_g·Q_g)·s_g. The matrix unit widens the stored elements,
 * the scales are applied to sums on the vector unit.
 */
public final class WeightOnly extends GraphPass {
  /** Smaller weights are not worth their scales. */
  private static final long MIN_ELEMENTS = 1024;

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
    Matrix m = new Matrix(w, turned, group > 0 && k % group == 0 ? group : k);
    Tensor scales = scales(m);
    Emit e = new Emit(g, n);
    Value x = e.in(0);
    Value s = e.constant(converted(scales, x.dtype(), m.groups() > 1));
    Value q = e.constant(stored(m, scales));
    Value y;
    if (m.groups() == 1) {
      y = e.mul(e.matmul(x, q), s);
    } else {
      // [rows, K] as [groups, rows, size], so that every group is a product of its own.
      long rows = x.elements() / k;
      Value parts = e.transpose(e.reshape(x, rows, m.groups(), m.size()), 1, 0, 2);
      Value sums = e.mul(e.matmul(parts, q), s);
      y = e.reshape(e.reduce("ReduceSum", sums, false, 0), e.outType(0).shape());
    }
    e.result(0, e.optional(2) == null ? y : e.add(y, e.in(2)));
    e.finish();
  }

  private Tensor scales(Matrix m) {
    long limit = type.maxLong();
    long[] dims = {m.groups(), m.columns()};
    if (!m.w().hasData()) {
      return Tensor.generate(DType.F32, dims, i -> 1.0 / limit);
    }
    double[] max = new double[Math.toIntExact(m.groups() * m.columns())];
    for (long k = 0; k < m.inner(); k++) {
      for (long c = 0; c < m.columns(); c++) {
        int at = (int) (k / m.size() * m.columns() + c);
        max[at] = Math.max(max[at], Math.abs(m.at(k, c)));
      }
    }
    return Tensor.generate(DType.F32, dims, i -> max[(int) i] == 0 ? 1 : max[(int) i] / limit);
  }

  private static Tensor converted(Tensor scales, DType to, boolean perGroup) {
    long groups = scales.dim(0);
    long columns = scales.dim(1);
    long[] dims = perGroup ? new long[] {groups, 1, columns} : new long[] {columns};
    return Tensor.generate(to, dims, scales::at);
  }

  private Tensor stored(Matrix m, Tensor scales) {
    long columns = m.columns();
    long[] dims =
        m.groups() == 1
            ? new long[] {m.size(), columns}
            : new long[] {m.groups(), m.size(), columns};
    if (!m.w().hasData()) {
      return Tensor.absent(type, dims);
    }
    long limit = type.maxLong();
    return Tensor.lazy(
        type,
        dims,
        () ->
            Tensor.generateLongs(
                    type,
                    dims,
                    i -> {
                      long k = i / columns;
                      long c = i % columns;
                      double s = scales.at(k / m.size() * columns + c);
                      return (long) Math.max(-limit, Math.min(limit, Math.rint(m.at(k, c) / s)));
                    })
                .data());
  }
}
