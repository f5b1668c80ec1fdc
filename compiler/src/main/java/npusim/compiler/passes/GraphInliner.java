package npusim.compiler.passes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;

/** Copies the content of one graph into another under fresh names. */
final class GraphInliner {
  private final Graph target;
  private final Map<String, Attribute> attributes;
  private final String prefix;

  /**
   * @param target graph that takes the copies
   * @param attributes values for references to a function's attributes; null when there are none to
   *     resolve
   * @param prefix put before node names
   */
  GraphInliner(Graph target, Map<String, Attribute> attributes, String prefix) {
    this.target = target;
    this.attributes = attributes;
    this.prefix = prefix;
  }

  /**
   * Copies a graph.
   *
   * @param args names in the target for the inputs of the body; empty for absent ones
   * @param nodes takes the copied nodes, in order; constants go to the target at once
   * @return names in the target of the outputs of the body
   */
  List<String> inline(Graph body, List<String> args, List<Node> nodes) {
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < body.inputs().size(); i++) {
      names.put(body.inputs().get(i), i < args.size() ? args.get(i) : "");
    }
    for (Map.Entry<String, Tensor> e : body.initializers().entrySet()) {
      if (!names.containsKey(e.getKey())) {
        names.put(e.getKey(), target.addConstant(e.getKey(), e.getValue()));
      }
    }
    for (Node n : body.nodes()) {
      List<String> outputs = new ArrayList<>();
      for (String o : n.outputs()) {
        String fresh = o.isEmpty() ? "" : target.freshName(o);
        names.put(o, fresh);
        outputs.add(fresh);
        if (!o.isEmpty() && body.type(o) != null) {
          target.setType(fresh, body.type(o));
        }
      }
      nodes.add(copy(n, names, outputs));
    }
    return body.outputs().stream().map(s -> names.getOrDefault(s, s)).toList();
  }

  private Node copy(Node n, Map<String, String> names, List<String> outputs) {
    List<String> inputs = n.inputs().stream().map(s -> names.getOrDefault(s, s)).toList();
    String name =
        prefix.isEmpty() ? n.name() : prefix + "/" + (n.name().isEmpty() ? n.opType() : n.name());
    Node c = new Node(name, n.domain(), n.opType(), n.opset(), inputs, outputs);
    c.setOverload(n.overload());
    c.metadata().putAll(n.metadata());
    n.attributes().forEach((k, a) -> setAttribute(c, k, a, names));
    return c;
  }

  private void setAttribute(Node c, String key, Attribute a, Map<String, String> names) {
    switch (a) {
      case Attribute.Ref r -> {
        Attribute given = attributes == null ? r : attributes.get(r.name());
        if (given != null) {
          c.set(key, given);
        }
      }
      case Attribute.GraphAttr g -> c.set(key, new Attribute.GraphAttr(rename(g.value(), names)));
      case Attribute.Graphs gs ->
          c.set(
              key, new Attribute.Graphs(gs.values().stream().map(g -> rename(g, names)).toList()));
      default -> c.set(key, a);
    }
  }

  /**
   * Copy of a nested graph that reads outer values by their new names. Its own names stay when they
   * don't collide.
   */
  private Graph rename(Graph g, Map<String, String> outer) {
    Map<String, String> names = new HashMap<>(outer);
    Graph copy = new Graph(g.name());
    for (String in : g.inputs()) {
      names.put(in, inner(in));
      copy.addInput(names.get(in), g.type(in));
    }
    g.initializers()
        .forEach(
            (k, t) -> {
              names.computeIfPresent(k, (x, old) -> g.inputs().contains(k) ? old : inner(k));
              names.putIfAbsent(k, inner(k));
              copy.addInitializer(names.get(k), t);
            });
    for (Node n : g.nodes()) {
      List<String> outputs = new ArrayList<>();
      for (String o : n.outputs()) {
        String fresh = o.isEmpty() ? "" : inner(o);
        names.put(o, fresh);
        outputs.add(fresh);
        if (!o.isEmpty() && g.type(o) != null) {
          copy.setType(fresh, g.type(o));
        }
      }
      copy.add(copy(n, names, outputs));
    }
    for (String o : g.outputs()) {
      String renamed = names.getOrDefault(o, o);
      copy.addOutput(renamed, null);
    }
    return copy;
  }

  private String inner(String name) {
    return target.freshName(name);
  }
}
