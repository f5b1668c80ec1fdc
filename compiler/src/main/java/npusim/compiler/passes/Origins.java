package npusim.compiler.passes;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Origin;

/**
 * Follows the nodes of a model through the passes. Passes know nothing of it: what a pass has done
 * is read off the values that are still made and those that no longer are. A node that makes a
 * value in the place of another one succeeds that one; it absorbs those that led to it and are
 * gone; what is made only for it belongs to it.
 */
public final class Origins {
  /** A node before a pass. */
  private record Before(Node node, List<String> inputs, Origin origin) {}

  private final Graph graph;
  private Map<String, Before> producers;
  private Set<Node> known;
  private long revision;
  private boolean labelled;

  private Origins(Graph graph) {
    this.graph = graph;
  }

  /** Begins with a graph as it was read: its nodes are numbered in its order. */
  public static Origins number(Graph graph) {
    var origins = new Origins(graph);
    List<Node> nodes = graph.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      nodes.get(i).origin().number(i);
    }
    origins.remember();
    return origins;
  }

  /** Brings the nodes up to date after a pass. */
  public void follow() {
    if (graph.revision() == revision) {
      return;
    }
    for (Node n : graph.nodes()) {
      succeed(n);
    }
    // Against the order: what is made for a node is met after it.
    for (Node n : graph.nodes().reversed()) {
      if (!n.origin().isEmpty()) {
        handBack(n);
      }
    }
    remember();
  }

  /** Gives nodes the names they have now for people; once, when functions have been expanded. */
  public void label() {
    if (labelled) {
      return;
    }
    labelled = true;
    for (Node n : graph.nodes()) {
      n.origin().setLabel(labelOf(n));
    }
  }

  private static String labelOf(Node n) {
    return n.name().isEmpty() && !n.outputs().isEmpty() ? n.outputs().getFirst() : n.name();
  }

  private static Set<Node> identitySet() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  private void remember() {
    revision = graph.revision();
    producers = new HashMap<>();
    known = identitySet();
    for (Node n : graph.nodes()) {
      var before = new Before(n, List.copyOf(n.uses()), n.origin());
      n.outputs().forEach(o -> producers.put(o, before));
      known.add(n);
    }
    producers.remove("");
  }

  /** Takes over from who made the node's outputs before, and from those gone behind them. */
  private void succeed(Node n) {
    Set<Node> seen = identitySet();
    Deque<String> gone = new ArrayDeque<>();
    for (String out : n.outputs()) {
      Before b = producers.get(out);
      if (b != null && seen.add(b.node())) {
        if (b.node() != n) {
          n.origin().succeed(b.origin());
        }
        addGone(b, gone);
      }
    }
    while (!gone.isEmpty()) {
      Before b = producers.get(gone.pop());
      if (seen.add(b.node())) {
        n.origin().absorb(b.origin());
        addGone(b, gone);
      }
    }
  }

  private void addGone(Before b, Deque<String> gone) {
    for (String value : b.inputs()) {
      if (isGone(value)) {
        gone.add(value);
      }
    }
  }

  /** True for a value that a node made before and nothing makes now. */
  private boolean isGone(String value) {
    return producers.containsKey(value) && !graph.defines(value);
  }

  /** New nodes without a past whose results a node reads belong to it. */
  private void handBack(Node n) {
    for (String in : n.uses()) {
      Node p = graph.producer(in);
      if (p != null && !known.contains(p) && p.origin().isEmpty()) {
        p.origin().succeed(n.origin());
      }
    }
  }
}
