package npusim.compiler.passes;

import java.util.List;
import npusim.compiler.ir.Function;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;

/** A pass that treats every graph by itself: the main one, nested ones and bodies of functions. */
public abstract class GraphPass implements Pass {
  @Override
  public final boolean run(Model m, PassContext c) {
    boolean changed = visit(m.graph(), m, c);
    for (Function f : List.copyOf(m.functions().values())) {
      changed |= visit(f.body(), m, c);
    }
    return changed;
  }

  private boolean visit(Graph g, Model m, PassContext c) {
    boolean changed = false;
    for (Node n : List.copyOf(g.nodes())) {
      List<Graph> nested = n.subgraphs();
      for (Graph s : nested) {
        changed |= visit(s, m, c);
      }
      if (!nested.isEmpty()) {
        g.subgraphsChanged(n);
      }
    }
    return runOn(g, m, c) || changed;
  }

  /**
   * Transforms one graph; nested ones are done already.
   *
   * @return true when anything changed
   */
  protected abstract boolean runOn(Graph g, Model m, PassContext c);
}
