package npusim.compiler.passes;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;

/** Removes nodes and constants that no output depends on. */
public final class DeadCodeElimination extends GraphPass {
  @Override
  public String name() {
    return "eliminate-dead";
  }

  @Override
  public String summary() {
    return "removes nodes and constants that no output depends on";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    boolean changed = false;
    List<Node> nodes = new ArrayList<>(g.nodes());
    for (Node n : nodes.reversed()) {
      boolean used = false;
      for (String o : n.outputs()) {
        used |= !g.consumers(o).isEmpty() || g.outputs().contains(o);
      }
      if (!used) {
        g.remove(n);
        changed = true;
      }
    }
    for (String k : List.copyOf(g.initializers().keySet())) {
      if (g.consumers(k).isEmpty() && !g.outputs().contains(k)) {
        g.removeInitializer(k);
        changed = true;
      }
    }
    g.pruneTypes();
    return changed;
  }
}
