package npusim.compiler.quant;

import java.util.List;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.passes.GraphPass;
import npusim.compiler.passes.PassContext;
import npusim.isa.DType;

/**
 * Joins the scale of integer sums with the scale they are quantised to; a rectification in between
 * moves to the stored side.
 */
public final class MergeScales extends GraphPass {
  private static final int OPSET = 23;

  @Override
  public String name() {
    return "merge-scales";
  }

  @Override
  public String summary() {
    return "quantises int32 sums in one step with the quotient of both scales";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    boolean changed = false;
    for (Node n : List.copyOf(g.nodes())) {
      if (n.is("QuantizeLinear")) {
        changed |= requantize(g, n) || rectifyStored(g, n);
      }
    }
    return changed;
  }

  /**
   * QuantizeLinear of scaled int32 sums: the sums quantised by the quotient of the scales, in one
   * step.
   */
  private static boolean requantize(Graph g, Node q) {
    Node above = g.producer(q.input(0));
    Node relu = above != null && above.is("Relu") && ofZero(g, q) ? above : null;
    Node mul = relu == null ? above : g.producer(relu.input(0));
    Node cast = mul == null || !mul.is("Mul") ? null : g.producer(mul.input(0));
    Tensor scale = cast == null ? null : IntegerArithmetic.constant(g, mul.input(1));
    Tensor step = IntegerArithmetic.constant(g, q.input(1));
    boolean fits =
        cast != null
            && cast.is("Cast")
            && scale != null
            && step != null
            && step.size() == 1
            && scale.dtype() == DType.F32
            && g.tensorType(cast.input(0)).dtype() == DType.I32
            && g.onlyConsumer(mul.output(0)) == (relu == null ? q : relu)
            && (relu == null || positive(scale) && g.onlyConsumer(relu.output(0)) == q);
    if (!fits) {
      return false;
    }
    TensorType t = g.tensorType(cast.input(0));
    long n = scale.size();
    int axis = channelAxis(scale, t.rank());
    if (n > 1 && axis < 0) {
      return false;
    }
    long[] dims = n == 1 ? new long[0] : new long[] {n};
    q.setInput(0, cast.input(0));
    q.setInput(
        1,
        g.addConstant(q.input(1), Tensor.generate(DType.F32, dims, i -> step.at(0) / scale.at(i))));
    if (n > 1) {
      DType type = g.tensorType(q.output(0)).dtype();
      Tensor zero = q.hasInput(2) ? IntegerArithmetic.constant(g, q.input(2)) : Tensor.scalar(0);
      long z = zero.longAt(0);
      q.setInput(2, g.addConstant(q.output(0) + "_zero", Tensor.generateLongs(type, dims, i -> z)));
      q.set("axis", (long) axis);
    }
    if (relu != null) {
      behind(g, q, relu);
    }
    return true;
  }

  /** QuantizeLinear of a rectified value by one scale: rectified once it is stored. */
  private static boolean rectifyStored(Graph g, Node q) {
    Node relu = g.producer(q.input(0));
    Tensor step = IntegerArithmetic.constant(g, q.input(1));
    boolean fits =
        relu != null
            && relu.is("Relu")
            && g.onlyConsumer(relu.output(0)) == q
            && step != null
            && step.size() == 1
            && step.at(0) > 0
            && q.intAttr("block_size", 0) == 0
            && q.hasInput(2)
            && ofZero(g, q)
            && (g.tensorType(q.output(0)).dtype() == DType.I8
                || g.tensorType(q.output(0)).dtype() == DType.U8);
    if (fits) {
      q.setInput(0, relu.input(0));
      behind(g, q, relu);
    }
    return fits;
  }

  /** Quantises before the rectification, which is then one of bytes (and nothing on unsigned). */
  private static void behind(Graph g, Node q, Node relu) {
    String result = q.output(0);
    TensorType t = g.tensorType(result);
    if (t.dtype() != DType.U8) {
      String signed = g.freshName(result + "_signed");
      g.setType(signed, t);
      q.setOutput(0, signed);
      Node after = Node.of("Relu", OPSET, List.of(signed), result);
      after.setName(relu.name());
      g.insertAfter(q, after);
    }
    g.remove(relu);
  }

  private static boolean positive(Tensor scale) {
    for (long i = 0; i < scale.size(); i++) {
      if (scale.at(i) <= 0) {
        return false;
      }
    }
    return true;
  }

  /** True when 0 is stored as 0. */
  private static boolean ofZero(Graph g, Node q) {
    Tensor zero = q.hasInput(2) ? IntegerArithmetic.constant(g, q.input(2)) : Tensor.scalar(0);
    return zero != null && java.util.Arrays.stream(zero.toLongs()).allMatch(z -> z == 0);
  }

  /** The axis of a tensor of a rank that a per-channel constant [C, 1, …] runs along, or -1. */
  private static int channelAxis(Tensor scale, int rank) {
    for (int i = 0; i < scale.rank(); i++) {
      if (scale.dim(i) == scale.size()) {
        return rank - scale.rank() + i;
      }
    }
    return -1;
  }
}
