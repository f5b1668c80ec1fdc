package npusim.compiler.ir;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Checks that a graph is well formed: one definition per value, definitions before uses, types and
 * operators known.
 */
public final class GraphVerifier {
  private final List<String> problems = new ArrayList<>();
  private final Predicate<Node> knownOperator;
  private final boolean typed;

  private GraphVerifier(Predicate<Node> knownOperator, boolean typed) {
    this.knownOperator = knownOperator;
    this.typed = typed;
  }

  /**
   * Verifies a model.
   *
   * @param knownOperator true for nodes that the current stage knows
   * @param typed whether every value outside nested graphs must have a type with known (or bounded)
   *     extents
   * @return what is wrong, one sentence each; empty when all is well
   */
  public static List<String> verify(Model m, Predicate<Node> knownOperator, boolean typed) {
    GraphVerifier v = new GraphVerifier(n -> m.function(n) != null || knownOperator.test(n), typed);
    v.graph("", m.graph(), new HashSet<>());
    m.functions().forEach((k, f) -> v.graph("function " + k + ": ", f.body(), new HashSet<>()));
    return v.problems;
  }

  private void graph(String where, Graph g, Set<String> outer) {
    Set<String> defined = new HashSet<>(outer);
    Set<String> own = new HashSet<>();
    for (String in : g.inputs()) {
      define(where, "input", in, own);
      type(where, outer.isEmpty(), g, in);
    }
    for (String k : g.initializers().keySet()) {
      if (!g.inputs().contains(k)) {
        define(where, "constant", k, own);
      }
    }
    defined.addAll(own);
    for (Node n : g.nodes()) {
      if (!knownOperator.test(n)) {
        problems.add(where + "node " + n.describe() + " has an operator that isn't known here");
      }
      for (String s : n.uses()) {
        if (!defined.contains(s)) {
          problems.add(
              where
                  + "node "
                  + n.describe()
                  + " reads '"
                  + s
                  + "' before or without its definition");
        }
        if (outer.isEmpty() && !g.consumers(s).contains(n)) {
          problems.add(
              where + "node " + n.describe() + " isn't listed as a consumer of '" + s + "'");
        }
      }
      n.subgraphs().forEach(s -> graph(where + "in node " + n.describe() + ": ", s, defined));
      for (String o : n.outputs()) {
        if (!o.isEmpty()) {
          define(where, "output of node " + n.describe() + ",", o, own);
          type(where, outer.isEmpty(), g, o);
          if (g.producer(o) != n) {
            problems.add(
                where + "node " + n.describe() + " isn't listed as the producer of '" + o + "'");
          }
        }
      }
      defined.addAll(own);
    }
    for (String o : g.outputs()) {
      if (!defined.contains(o)) {
        problems.add(where + "graph output '" + o + "' isn't defined");
      }
    }
  }

  private void define(String where, String what, String name, Set<String> own) {
    if (!own.add(name)) {
      problems.add(where + what + " '" + name + "' is defined twice");
    }
  }

  private void type(String where, boolean outermost, Graph g, String name) {
    if (typed && outermost && !(g.type(name) instanceof TensorType t && t.isBounded())) {
      problems.add(where + "value '" + name + "' has type " + g.type(name));
    }
  }
}
