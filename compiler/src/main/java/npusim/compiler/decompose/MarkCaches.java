package npusim.compiler.decompose;

import java.util.HashMap;
import java.util.Map;
import npusim.compiler.ModelNotes;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.passes.Pass;
import npusim.compiler.passes.PassContext;

/** Marks attentions whose KV cache stays in place and whose length is set at launch. */
public final class MarkCaches implements Pass {
  @Override
  public String name() {
    return "mark-caches";
  }

  @Override
  public String summary() {
    return "mark attentions whose KV cache stays in place and grows from launch to launch";
  }

  @Override
  public boolean run(Model m, PassContext c) {
    ModelNotes notes = ModelNotes.of(m);
    if (notes.launch().isEmpty()) {
      return false;
    }
    Graph g = m.graph();
    Map<String, String> states = new HashMap<>();
    notes.states().forEach((out, in) -> states.put(origin(g, out), in));
    boolean changed = false;
    for (Node n : g.nodes()) {
      if (n.is("com.microsoft", "GroupQueryAttention")
          && notes.launch().containsKey(n.input(6))
          && n.input(3).equals(states.get(n.output(1)))
          && n.input(4).equals(states.get(n.output(2)))) {
        n.set(GroupQueryRule.IN_PLACE, 1L);
        changed = true;
      }
    }
    return changed;
  }

  /** The value that an output is another name of. */
  private static String origin(Graph g, String value) {
    Node p = g.producer(value);
    return p != null && p.is("Identity") ? origin(g, p.input(0)) : value;
  }
}
