package npusim.compiler.decompose;

import java.util.ArrayDeque;
import java.util.Deque;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;

/** Applies decomposition rules to a graph until only core operators are left. */
public final class Decomposer {
  /** No chain of rules is longer than this; a longer one is a rule that rewrites its own result. */
  private static final int MAX_DEPTH = 16;

  private final Graph graph;

  /** A decomposition of a graph whose value types are known. */
  public Decomposer(Graph graph) {
    this.graph = graph;
  }

  private record Item(Node node, int depth) {}

  /**
   * Rewrites the graph.
   *
   * @return the number of nodes expanded
   * @throws npusim.diag.NpusimException infeasible, naming the first node that has no rule or a
   *     form no rule knows
   */
  public int run() {
    Deque<Item> work = new ArrayDeque<>();
    graph.nodes().forEach(n -> work.add(new Item(n, 0)));
    int expanded = 0;
    while (!work.isEmpty()) {
      Item item = work.poll();
      Node n = item.node;
      Rule rule = Decompositions.of(n);
      if (rule != null && rule.when().test(n, graph)) {
        if (item.depth >= MAX_DEPTH) {
          throw new IllegalStateException(
              "rule of " + n.qualifiedOp() + " does not reach core form: " + n);
        }
        Emit e = new Emit(graph, n);
        rule.expansion().expand(n, e);
        e.finish().reversed().forEach(m -> work.addFirst(new Item(m, item.depth + 1)));
        expanded++;
      } else if (!CoreOps.isCore(n)) {
        throw Refusal.of(n, "not supported");
      }
    }
    return expanded;
  }
}
