package npusim.compiler.passes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Function;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.diag.Diagnostic;
import npusim.diag.NpusimException;

/** Replaces calls of model-local functions by their bodies. */
public final class FunctionInlining implements Pass {
  private static final int MAX_DEPTH = 100;

  @Override
  public String name() {
    return "inline-functions";
  }

  @Override
  public String summary() {
    return "replaces calls of model-local functions by their bodies";
  }

  @Override
  public boolean run(Model m, PassContext c) {
    if (m.functions().isEmpty()) {
      return false;
    }
    inline(m, m.graph());
    m.graph().nameNodes();
    m.functions().clear();
    return true;
  }

  private static void inline(Model m, Graph g) {
    for (int depth = 0; ; depth++) {
      List<Node> calls = g.nodes().stream().filter(n -> m.function(n) != null).toList();
      if (calls.isEmpty()) {
        break;
      }
      if (depth == MAX_DEPTH) {
        throw NpusimException.usage(
            Diagnostic.error(
                "onnx-function", "function " + calls.getFirst().qualifiedOp() + " calls itself"));
      }
      calls.forEach(n -> expand(m, g, n, m.function(n)));
    }
    for (Node n : List.copyOf(g.nodes())) {
      for (Graph nested : n.subgraphs()) {
        inline(m, nested);
      }
      if (!n.subgraphs().isEmpty()) {
        g.subgraphsChanged(n);
      }
    }
  }

  private static void expand(Model m, Graph g, Node call, Function f) {
    Map<String, Attribute> attributes = new LinkedHashMap<>(f.attributeDefaults());
    attributes.putAll(call.attributes());
    Set<String> missing =
        f.attributeNames().stream()
            .filter(a -> !attributes.containsKey(a))
            .collect(Collectors.toSet());
    attributes.keySet().removeAll(missing);
    List<Node> nodes = new ArrayList<>();
    List<String> results =
        new GraphInliner(g, attributes, call.name()).inline(f.body(), call.inputs(), nodes);
    // A function's body may be of another opset than the model; its nodes carry their own.
    for (int i = 0; i < call.outputs().size(); i++) {
      if (call.hasOutput(i)) {
        nodes.add(
            Node.of("Identity", Math.max(m.opset(""), 1), List.of(results.get(i)), call.output(i)));
      }
    }
    g.replace(call, nodes);
  }
}
