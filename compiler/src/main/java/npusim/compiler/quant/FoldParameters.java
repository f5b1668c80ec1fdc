package npusim.compiler.quant;

import java.util.List;
import npusim.compiler.eval.Evaluator;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.passes.GraphPass;
import npusim.compiler.passes.PassContext;

/**
 * Dequantises small constants (biases, scales, embeddings of a few rows) and quantises constants at
 * compile time. Large quantised weights stay quantised: reading them in few bits is what they were
 * quantised for.
 */
public final class FoldParameters extends GraphPass {
  private static final long MAX_ELEMENTS = 4096;

  @Override
  public String name() {
    return "fold-parameters";
  }

  @Override
  public String summary() {
    return "dequantises small constants at compile time, keeps large weights quantised";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    boolean changed = false;
    for (Node n : List.copyOf(g.nodes())) {
      boolean small =
          n.is("DequantizeLinear") && g.tensorType(n.output(0)).elements() <= MAX_ELEMENTS;
      if ((small || n.is("QuantizeLinear")) && !g.outputs().contains(n.output(0))) {
        changed |= fold(g, n);
      }
    }
    return changed;
  }

  private static boolean fold(Graph g, Node n) {
    Tensor[] in = new Tensor[n.inputs().size()];
    for (int i = 0; i < in.length; i++) {
      in[i] = n.hasInput(i) ? IntegerArithmetic.constant(g, n.input(i)) : null;
      if (n.hasInput(i) && in[i] == null) {
        return false;
      }
    }
    Tensor value = Evaluator.evaluate(n, in)[0];
    String out = n.output(0);
    g.remove(n);
    g.addInitializer(out, value);
    return true;
  }
}
