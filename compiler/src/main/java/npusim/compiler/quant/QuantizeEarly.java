package npusim.compiler.quant;

import java.util.List;
import java.util.Set;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.passes.GraphPass;
import npusim.compiler.passes.PassContext;
import npusim.isa.DType;

/**
 * Quantises a tensor before it is reshaped or transposed rather than after, so that the kernel that
 * computes it also quantises it and only bytes are moved; a factor before the quantisation goes
 * into its scale.
 */
public final class QuantizeEarly extends GraphPass {
  private static final int OPSET = 23;

  /** What rounding may make of a scale. */
  private static final double SLACK = 1e-6;

  private static final Set<String> MOVES =
      Set.of("Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze");

  @Override
  public String name() {
    return "quantize-early";
  }

  @Override
  public String summary() {
    return "quantises before reshapes and transposes, takes a factor into the scale";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    boolean changed = false;
    for (Node n : List.copyOf(g.nodes())) {
      boolean scalar =
          n.is("QuantizeLinear")
              && g.tensorType(n.input(1)).elements() == 1
              && g.isConstant(n.input(1))
              && (!n.hasInput(2) || g.isConstant(n.input(2)));
      for (Node q = n; scalar && q != null; ) {
        Node next = factor(g, q) || limits(g, q) || rounding(g, q) ? q : beforeMove(g, q);
        changed |= next != null;
        q = next;
      }
    }
    return changed;
  }

  /** The quantisation in front of the move that made its input, or null when none did. */
  private static Node beforeMove(Graph g, Node q) {
    Node move = g.producer(q.input(0));
    if (move == null
        || !move.domain().isEmpty()
        || !MOVES.contains(move.opType())
        || g.onlyConsumer(move.output(0)) != q
        || g.outputs().contains(move.output(0))
        || g.isConstant(move.input(0))) {
      return null;
    }
    String from = move.input(0);
    String early = g.freshName(from + "_int8");
    g.setType(early, g.tensorType(from).withDtype(g.tensorType(q.output(0)).dtype()));
    Node first = q.copy();
    first.setInput(0, from);
    first.setOutput(0, early);
    first.setName(early);
    first.set("axis", 0L);
    Node after = move.copy();
    after.setInput(0, early);
    after.setOutput(0, q.output(0));
    g.replace(q, List.of(first, after));
    g.remove(move);
    return first;
  }

  /**
   * Leaves out a conversion to a narrower float, also one before a rectification, in front of a
   * quantisation; whether there was one.
   */
  private static boolean rounding(Graph g, Node q) {
    Node above = g.producer(q.input(0));
    boolean rectified = above != null && above.is("Relu") && g.onlyConsumer(above.output(0)) == q;
    Node cast = rectified ? g.producer(above.input(0)) : above;
    Node reader = rectified ? above : q;
    boolean fits =
        cast != null
            && cast.is("Cast")
            && g.onlyConsumer(cast.output(0)) == reader
            && g.tensorType(cast.input(0)).dtype() == DType.F32
            && g.tensorType(cast.output(0)).dtype().isFloat();
    if (fits) {
      reader.setInput(0, cast.input(0));
      if (rectified) {
        g.setType(above.output(0), g.tensorType(above.output(0)).withDtype(DType.F32));
      }
      g.remove(cast);
    }
    return fits;
  }

  /**
   * Leaves limits to the quantisation that saturates at them: all of them on an unsigned type,
   * those of a rectification remain on a signed one; whether there were such.
   */
  private static boolean limits(Graph g, Node q) {
    Node clip = g.producer(q.input(0));
    Tensor step = IntegerArithmetic.constant(g, q.input(1));
    Tensor zero = q.hasInput(2) ? IntegerArithmetic.constant(g, q.input(2)) : null;
    boolean fits =
        clip != null
            && clip.is("Clip")
            && clip.hasInput(1)
            && clip.hasInput(2)
            && g.onlyConsumer(clip.output(0)) == q
            && step != null
            && zero != null
            && zero.longAt(0) == 0
            && !zero.dtype().isFloat();
    Tensor low = fits ? IntegerArithmetic.constant(g, clip.input(1)) : null;
    Tensor high = fits ? IntegerArithmetic.constant(g, clip.input(2)) : null;
    if (low == null || high == null || low.at(0) != 0) {
      return false;
    }
    long most = zero.dtype().maxLong();
    if (high.at(0) < most * step.at(0) * (1 - SLACK)) {
      return false;
    }
    if (zero.dtype() == DType.U8) {
      q.setInput(0, clip.input(0));
      g.remove(clip);
    } else {
      Node relu = Node.of("Relu", OPSET, List.of(clip.input(0)), clip.output(0));
      relu.setName(clip.name());
      g.replace(clip, List.of(relu));
    }
    return true;
  }

  /** Takes a positive factor of the quantised value into the scale; whether there was one. */
  private static boolean factor(Graph g, Node q) {
    Node mul = g.producer(q.input(0));
    if (mul == null || !mul.is("Mul") || g.onlyConsumer(mul.output(0)) != q) {
      return false;
    }
    Tensor step = IntegerArithmetic.constant(g, q.input(1));
    for (int i = 0; i < 2 && step != null && step.dtype() == DType.F32; i++) {
      Tensor f = IntegerArithmetic.constant(g, mul.input(i));
      String x = mul.input(1 - i);
      if (f != null
          && f.size() == 1
          && f.at(0) > 0
          && !g.isConstant(x)
          && g.tensorType(x).equals(g.tensorType(mul.output(0)))) {
        q.setInput(0, x);
        q.setInput(1, g.addConstant(q.input(1), Tensor.scalar(DType.F32, step.at(0) / f.at(0))));
        if (g.consumers(mul.output(0)).isEmpty()) {
          g.remove(mul);
        }
        return true;
      }
    }
    return false;
  }
}
