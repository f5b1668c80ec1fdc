package npusim.compiler.fusion;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.passes.GraphPass;
import npusim.compiler.passes.PassContext;

/**
 * Takes multiplications and additions of constants per output channel into the weights and bias of
 * the convolution or matrix product before them. Batch normalisation, once decomposed, disappears
 * this way. Weights without values stay without.
 */
public final class FoldAffine extends GraphPass {
  @Override
  public String name() {
    return "fold-affine";
  }

  @Override
  public String summary() {
    return "takes per-channel scales and offsets (batch normalisation) into weights and bias";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    boolean changed = false;
    for (Node n : List.copyOf(g.nodes())) {
      if (n.is("Conv")) {
        while (foldConv(g, n)) {
          changed = true;
        }
      } else if (n.is("MatMul")) {
        while (foldMatMul(g, n)) {
          changed = true;
        }
      }
    }
    return changed;
  }

  private static boolean foldConv(Graph g, Node conv) {
    String weight = conv.input(1);
    boolean ready = g.isConstant(weight) && (!conv.hasInput(2) || g.isConstant(conv.input(2)));
    Node next = ready ? consumer(g, conv) : null;
    if (next == null) {
      return false;
    }
    TensorType out = g.tensorType(conv.output(0));
    Tensor w = g.initializer(weight);
    long channels = w.dim(0);
    Tensor v = perChannel(g, next, conv.output(0), out, 1, channels);
    if (v == null) {
      return false;
    }
    Tensor bias = conv.hasInput(2) ? g.initializer(conv.input(2)) : null;
    if (next.is("Mul")) {
      long each = w.size() / Math.max(1, channels);
      conv.setInput(1, g.addConstant(weight + "_scaled", combined(w, v, each, (a, b) -> a * b)));
      if (bias != null) {
        conv.setInput(
            2, g.addConstant(conv.input(2) + "_scaled", combined(bias, v, 1, (a, b) -> a * b)));
      }
    } else if (bias == null) {
      conv.setInput(2, g.addConstant(weight + "_bias", v));
    } else {
      conv.setInput(2, g.addConstant(conv.input(2) + "_moved", combined(bias, v, 1, Double::sum)));
    }
    absorb(g, conv, next);
    return true;
  }

  /** Scales of a product's columns go into the weights; sums stay for the kernel's epilogue. */
  private static boolean foldMatMul(Graph g, Node product) {
    String weight = product.input(1);
    Node next =
        g.isConstant(weight) && g.consumers(weight).size() == 1 ? consumer(g, product) : null;
    boolean matrix =
        next != null
            && next.is("Mul")
            && g.initializer(weight).rank() == 2
            && g.initializer(weight).dtype().isFloat();
    if (!matrix) {
      return false;
    }
    TensorType out = g.tensorType(product.output(0));
    Tensor w = g.initializer(weight);
    Tensor v = perChannel(g, next, product.output(0), out, out.rank() - 1, w.dim(1));
    if (v == null) {
      return false;
    }
    long columns = w.dim(1);
    Tensor scaled =
        made(
            w,
            v,
            () ->
                Tensor.generate(
                    w.dtype(), w.dims(), i -> w.at(i) * v.at(v.size() == 1 ? 0 : i % columns)));
    product.setInput(1, g.addConstant(weight + "_scaled", scaled));
    absorb(g, product, next);
    return true;
  }

  private static Node consumer(Graph g, Node n) {
    Node next = g.onlyConsumer(n.output(0));
    TensorType t = g.tensorType(n.output(0));
    boolean affine =
        next != null && (next.is("Mul") || next.is("Add")) && t != null && t.dtype().isFloat();
    return affine && t.equals(g.tensorType(next.output(0))) ? next : null;
  }

  /**
   * The other operand as a vector over an axis of the result (or of one element), or null when it
   * is none.
   */
  private static Tensor perChannel(
      Graph g, Node next, String value, TensorType out, int axis, long channels) {
    if (next.input(0).equals(next.input(1))) {
      return null;
    }
    String other = next.input(next.input(0).equals(value) ? 1 : 0);
    Tensor t = g.isConstant(other) ? g.initializer(other) : null;
    if (t == null || t.dtype() != out.dtype()) {
      return null;
    }
    if (t.size() == 1) {
      // One number for all channels: spelt out, so that it can become a bias.
      return made(
          t, t, () -> Tensor.generate(t.dtype(), new long[] {channels}, i -> t.at(0)), channels);
    }
    int at = axis - (out.rank() - t.rank());
    return t.size() == channels && at >= 0 && t.dim(at) == channels ? t.reshaped(channels) : null;
  }

  private static Tensor combined(Tensor a, Tensor v, long each, DoubleBinaryOperator f) {
    return made(
        a,
        v,
        () -> Tensor.generate(a.dtype(), a.dims(), i -> f.applyAsDouble(a.at(i), v.at(i / each))));
  }

  private static Tensor made(Tensor a, Tensor v, java.util.function.Supplier<Tensor> values) {
    return made(a, v, values, a.dims());
  }

  /** Computed when its bytes are first asked for; without values when an operand has none. */
  private static Tensor made(
      Tensor a, Tensor v, java.util.function.Supplier<Tensor> values, long... dims) {
    return a.hasData() && v.hasData()
        ? Tensor.lazy(a.dtype(), dims, () -> values.get().data())
        : Tensor.absent(a.dtype(), dims);
  }

  private static void absorb(Graph g, Node n, Node next) {
    String out = next.output(0);
    g.remove(next);
    n.setOutput(0, out);
  }
}
