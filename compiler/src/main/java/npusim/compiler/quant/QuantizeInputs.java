package npusim.compiler.quant;

import java.util.List;
import npusim.compiler.ModelNotes;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.passes.GraphPass;
import npusim.compiler.passes.PassContext;

/**
 * Has the host hand over an input as the 8-bit integers that all its readers want, as vendors'
 * runtimes and MLPerf's int8 submissions do. Only inputs that the model says this of ({@link
 * ModelNotes#STORED}): the others keep the type they are declared with.
 */
public final class QuantizeInputs extends GraphPass {
  @Override
  public String name() {
    return "quantize-inputs";
  }

  @Override
  public String summary() {
    return "takes inputs that the model leaves open as the integers they are quantised to";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    boolean changed = false;
    for (String in : g == m.graph() ? List.copyOf(g.inputs()) : List.<String>of()) {
      List<Node> readers = g.consumers(in);
      boolean open =
          m.metadata().containsKey(ModelNotes.STORED + in)
              && !g.isConstant(in)
              && !g.outputs().contains(in)
              && readers.size() == 1;
      Node q = open ? readers.getFirst() : null;
      if (q == null || !q.is("QuantizeLinear") || g.outputs().contains(q.output(0))) {
        continue;
      }
      Tensor scale = IntegerArithmetic.constant(g, q.input(1));
      Tensor zero = q.hasInput(2) ? IntegerArithmetic.constant(g, q.input(2)) : null;
      if (scale == null || scale.size() != 1 || zero == null || zero.dtype().isFloat()) {
        continue;
      }
      m.metadata().put(ModelNotes.STORED + in, scale.at(0) + " " + zero.longAt(0));
      g.setType(in, g.tensorType(q.output(0)));
      for (Node r : List.copyOf(g.consumers(q.output(0)))) {
        for (int i = 0; i < r.inputs().size(); i++) {
          if (r.input(i).equals(q.output(0))) {
            r.setInput(i, in);
          }
        }
      }
      g.remove(q);
      changed = true;
    }
    return changed;
  }
}
