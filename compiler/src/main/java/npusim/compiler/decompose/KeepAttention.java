package npusim.compiler.decompose;

import java.util.function.BiPredicate;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.passes.GraphPass;
import npusim.compiler.passes.PassContext;

/**
 * Marks the attentions that the chip computes in one kernel, so that decomposition leaves them
 * whole ({@code npusim.Attention}).
 */
public final class KeepAttention extends GraphPass {
  /** Metadata of a marked node. */
  static final String MARK = "npusim.attention";

  private final BiPredicate<Graph, Node> kernel;

  /**
   * A pass for a chip.
   *
   * @param kernel whether a kernel computes an Attention node of a graph
   */
  public KeepAttention(BiPredicate<Graph, Node> kernel) {
    this.kernel = kernel;
  }

  @Override
  public String name() {
    return "keep-attention";
  }

  @Override
  public String summary() {
    return "leaves whole the attentions that one kernel computes";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    boolean changed = false;
    for (Node n : g.nodes()) {
      if (n.is("Attention") && kernel.test(g, n)) {
        n.metadata().put(MARK, "kernel");
        changed = true;
      }
    }
    return changed;
  }
}
