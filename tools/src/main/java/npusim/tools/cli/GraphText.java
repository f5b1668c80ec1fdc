package npusim.tools.cli;

import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;

/** A graph as text for {@code --dump-after}. */
final class GraphText {
  private GraphText() {}

  static String print(Graph g) {
    var s = new StringBuilder(g.toString()).append('\n');
    for (Node n : g.nodes()) {
      s.append("  ").append(n).append('\n');
    }
    return s.toString();
  }
}
