package npusim.compiler.passes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import npusim.compiler.ir.Function;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.shape.ShapeInference;

/**
 * Computes at compile time what depends on constants and shapes only. Results larger than the limit
 * stay, unless they are no larger than what they are made of; those are computed when their bytes
 * are first asked for.
 */
public final class ConstantFolding implements Pass {
  @Override
  public String name() {
    return "fold-constants";
  }

  @Override
  public String summary() {
    return "computes what depends on constants and shapes only";
  }

  @Override
  public boolean run(Model m, PassContext c) {
    ShapeInference.Result r = ShapeInference.inferCore(m, c.foldLimit());
    boolean changed = fold(m.graph(), r);
    for (Function f : m.functions().values()) {
      changed |= fold(f.body(), r);
    }
    return changed;
  }

  private static boolean fold(Graph g, ShapeInference.Result r) {
    Map<String, Tensor> values = r.values(g);
    List<Node> gone = new ArrayList<>();
    for (Node n : List.copyOf(g.nodes())) {
      for (Graph nested : n.subgraphs()) {
        if (fold(nested, r)) {
          g.subgraphsChanged(n);
        }
      }
      boolean all = !n.outputs().isEmpty();
      boolean output = false;
      for (String o : n.outputs()) {
        all &= o.isEmpty() || values.containsKey(o);
        output |= g.outputs().contains(o);
      }
      if (!all || (output && n.is("Identity") && g.isConstant(n.input(0)))) {
        continue;
      }
      gone.add(n);
    }
    g.removeAll(gone);
    for (Node n : gone) {
      for (String o : n.outputs()) {
        if (!o.isEmpty()) {
          define(g, n, o, values.get(o));
        }
      }
    }
    return !gone.isEmpty();
  }

  /** A graph output keeps a node behind it, which copies the constant. */
  private static void define(Graph g, Node n, String name, Tensor value) {
    if (!g.outputs().contains(name)) {
      g.addInitializer(name, value);
      return;
    }
    String constant = g.addConstant(name + "_value", value);
    Node copy = Node.of("Identity", Math.max(n.opset(), 13), List.of(constant), name);
    copy.setName(n.name());
    g.add(copy);
    for (Node reader : List.copyOf(g.consumers(name))) {
      for (int i = 0; i < reader.inputs().size(); i++) {
        if (reader.input(i).equals(name)) {
          reader.setInput(i, constant);
        }
      }
    }
    g.setType(name, value.type());
  }
}
