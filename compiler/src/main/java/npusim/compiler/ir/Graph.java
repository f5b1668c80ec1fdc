package npusim.compiler.ir;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph of nodes over named values. Values are graph inputs, initializers (constants) or node
 * outputs; each has one definition. The node list is in topological order whenever a pass hands the
 * graph on. Producers and consumers are looked up in constant time and kept up to date by the
 * mutators.
 */
public final class Graph {
  private String name;
  private final List<Node> nodes = new ArrayList<>();
  private final List<String> inputs = new ArrayList<>();
  private final List<String> outputs = new ArrayList<>();
  private final Map<String, Tensor> initializers = new LinkedHashMap<>();
  private final Map<String, ValueType> types = new LinkedHashMap<>();
  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, List<Node>> consumers = new HashMap<>();
  private final Map<String, Integer> freshCounters = new HashMap<>();
  private final Set<String> reserved = new HashSet<>();
  private final Set<Node> nested = Collections.newSetFromMap(new IdentityHashMap<>());

  private long revision;

  /** An empty graph. */
  public Graph(String name) {
    this.name = name;
  }

  /** Deep copy; constants are shared. */
  public Graph copy() {
    Graph g = new Graph(name);
    g.inputs.addAll(inputs);
    g.outputs.addAll(outputs);
    g.initializers.putAll(initializers);
    g.types.putAll(types);
    for (Node n : nodes) {
      g.add(n.copy());
    }
    return g;
  }

  /** Graph name. */
  public String name() {
    return name;
  }

  /** Renames the graph. */
  public void setName(String name) {
    this.name = name;
  }

  /** Nodes in order, read-only; take a copy before changing the graph while walking. */
  public List<Node> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  /**
   * Input names in order; mutable. An initializer may share an input's name: it is then a default
   * value.
   */
  public List<String> inputs() {
    return inputs;
  }

  /** Output names in order; mutable. */
  public List<String> outputs() {
    return outputs;
  }

  /** Constants by name, in order, read-only. */
  public Map<String, Tensor> initializers() {
    return Collections.unmodifiableMap(initializers);
  }

  /** The constant of a name, or null. */
  public Tensor initializer(String value) {
    return initializers.get(value);
  }

  /** Adds or replaces a constant and its type. */
  public void addInitializer(String value, Tensor tensor) {
    initializers.put(value, tensor);
    types.put(value, tensor.type());
  }

  /** Adds a constant under a fresh name made from {@code hint} and returns the name. */
  public String addConstant(String hint, Tensor tensor) {
    String value = freshName(hint);
    addInitializer(value, tensor);
    return value;
  }

  /** Removes a constant; its type stays when the name is a graph input too. */
  public void removeInitializer(String value) {
    initializers.remove(value);
    if (!inputs.contains(value)) {
      types.remove(value);
    }
  }

  /** Adds an input. */
  public void addInput(String value, ValueType type) {
    inputs.add(value);
    if (type != null) {
      types.put(value, type);
    }
  }

  /** Adds an output. */
  public void addOutput(String value, ValueType type) {
    outputs.add(value);
    if (type != null) {
      types.put(value, type);
    }
  }

  /** Declared or inferred types by value name, read-only. */
  public Map<String, ValueType> types() {
    return Collections.unmodifiableMap(types);
  }

  /** Type of a value, or null when unknown. */
  public ValueType type(String value) {
    return types.get(value);
  }

  /** Tensor type of a value, or null when it has none. */
  public TensorType tensorType(String value) {
    return types.get(value) instanceof TensorType t ? t : null;
  }

  /** Sets the type of a value; null removes it. */
  public void setType(String value, ValueType type) {
    if (type == null) {
      types.remove(value);
    } else {
      types.put(value, type);
    }
  }

  /** The node that produces a value, or null for inputs, constants and unknown names. */
  public Node producer(String value) {
    return producers.get(value);
  }

  /**
   * The nodes that read a value, directly or through nested graphs, each once, in the order added.
   */
  public List<Node> consumers(String value) {
    List<Node> c = consumers.get(value);
    return c == null ? List.of() : Collections.unmodifiableList(c);
  }

  /** The only consumer of a value that isn't a graph output, or null. */
  public Node onlyConsumer(String value) {
    List<Node> c = consumers.get(value);
    return c != null && c.size() == 1 && !outputs.contains(value) ? c.getFirst() : null;
  }

  /**
   * True when the value is an initializer that a caller can't override by an input of the same
   * name.
   */
  public boolean isConstant(String value) {
    return initializers.containsKey(value) && !inputs.contains(value);
  }

  /** True when the name is defined here: input, constant or node output. */
  public boolean defines(String value) {
    return producers.containsKey(value)
        || initializers.containsKey(value)
        || inputs.contains(value);
  }

  /** Appends a node. */
  public Node add(Node n) {
    return add(nodes.size(), n);
  }

  /** Inserts a node at a position. */
  public Node add(int at, Node n) {
    if (n.owner != null) {
      throw new IllegalArgumentException("node is in a graph already: " + n);
    }
    n.owner = this;
    nodes.add(at, n);
    register(n);
    return n;
  }

  /** Inserts a node before another. */
  public Node insertBefore(Node anchor, Node n) {
    return add(indexOf(anchor), n);
  }

  /** Inserts a node after another. */
  public Node insertAfter(Node anchor, Node n) {
    return add(indexOf(anchor) + 1, n);
  }

  /** Removes a node; its output types stay until {@link #pruneTypes}. */
  public void remove(Node n) {
    nodes.remove(indexOf(n));
    detach(n);
  }

  /** Removes many nodes at once. */
  public void removeAll(Collection<Node> gone) {
    Set<Node> set = Collections.newSetFromMap(new IdentityHashMap<>());
    set.addAll(gone);
    nodes.removeIf(set::contains);
    set.forEach(this::detach);
  }

  /** Puts nodes in the place of one; they must define the outputs of the old one that are used. */
  public void replace(Node old, List<Node> by) {
    int at = indexOf(old);
    remove(old);
    for (Node n : by) {
      add(at++, n);
    }
  }

  private void detach(Node n) {
    unregister(n);
    n.owner = null;
  }

  private int indexOf(Node n) {
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i) == n) {
        return i;
      }
    }
    throw new IllegalArgumentException("node is not in the graph: " + n);
  }

  /** Counts changes of nodes: which there are, what they read and what they make. */
  public long revision() {
    return revision;
  }

  void register(Node n) {
    for (String o : n.outputs()) {
      if (!o.isEmpty()) {
        producers.putIfAbsent(o, n);
      }
    }
    registerUses(n);
  }

  void unregister(Node n) {
    for (String o : n.outputs()) {
      producers.remove(o, n);
    }
    unregisterUses(n);
  }

  void updateUses(Node n) {
    unregisterUses(n);
    registerUses(n);
  }

  private void registerUses(Node n) {
    revision++;
    n.registeredUses = n.findUses();
    if (!n.subgraphs().isEmpty()) {
      nested.add(n);
    }
    for (String s : n.registeredUses) {
      consumers.computeIfAbsent(s, k -> new ArrayList<>(2)).add(n);
    }
  }

  private void unregisterUses(Node n) {
    revision++;
    for (String s : n.registeredUses) {
      List<Node> c = consumers.get(s);
      for (int i = 0; i < c.size(); i++) {
        if (c.get(i) == n) {
          c.remove(i);
          break;
        }
      }
      if (c.isEmpty()) {
        consumers.remove(s);
      }
    }
    n.registeredUses = Set.of();
    nested.remove(n);
  }

  /**
   * Tells the graph that a node's nested graphs were changed, so that what they use is looked up
   * again.
   */
  public void subgraphsChanged(Node n) {
    updateUses(n);
  }

  /**
   * Makes every reader of {@code from} read {@code to}. Where {@code from} is a graph output, the
   * output keeps its name if {@code to} has a producer here that isn't itself bound to an output
   * (the producer is renamed), else the caller gets false and must keep a copy (Identity).
   */
  public boolean replaceAllUses(String from, String to) {
    if (outputs.contains(from)) {
      Node p = producers.get(to);
      if (p == null || outputs.contains(to) || inputs.contains(to)) {
        return false;
      }
      Node old = producers.get(from);
      if (old != null && old != p) {
        // The old producer gives up the name to the new one.
        old.setOutput(old.outputs().indexOf(from), freshName(from));
      }
      ValueType t = types.get(to);
      p.setOutput(p.outputs().indexOf(to), from);
      redirect(to, from);
      if (t != null) {
        types.put(from, t);
      }
      types.remove(to);
      return true;
    }
    redirect(from, to);
    return true;
  }

  private void redirect(String from, String to) {
    for (Node n : List.copyOf(consumers(from))) {
      n.renameUses(from, to);
      updateUses(n);
    }
  }

  /** Renames uses of an outer value inside this nested graph, unless the name is defined here. */
  void renameCaptured(String from, String to) {
    if (defines(from)) {
      return;
    }
    redirect(from, to);
    outputs.replaceAll(s -> s.equals(from) ? to : s);
  }

  /**
   * Names used here (by nodes, nested graphs or as outputs) but defined in a graph around this one.
   */
  public Set<String> captured() {
    Set<String> out = new LinkedHashSet<>();
    for (Node n : nodes) {
      for (String s : n.uses()) {
        if (!defines(s)) {
          out.add(s);
        }
      }
    }
    for (String s : outputs) {
      if (!s.isEmpty() && !defines(s)) {
        out.add(s);
      }
    }
    return out;
  }

  /** A value name that nothing here (nested graphs included) uses, made from {@code hint}. */
  public String freshName(String hint) {
    String base = hint.isEmpty() ? "v" : hint;
    String candidate = base;
    while (isTaken(candidate)) {
      candidate = base + "_" + freshCounters.merge(base, 1, Integer::sum);
    }
    reserved.add(candidate);
    return candidate;
  }

  private boolean isTaken(String s) {
    if (reserved.contains(s)
        || types.containsKey(s)
        || defines(s)
        || consumers.containsKey(s)
        || outputs.contains(s)) {
      return true;
    }
    for (Node n : nested) {
      for (Graph g : n.subgraphs()) {
        if (g.isTaken(s)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Gives every nameless or twice-named node a unique name, made from its operator. */
  public void nameNodes() {
    Set<String> seen = new HashSet<>();
    Map<String, Integer> next = new HashMap<>();
    for (Node n : nodes) {
      boolean nameless = n.name().isEmpty();
      String base = nameless ? n.opType() : n.name();
      String candidate = nameless ? base + "_" + (next.merge(base, 1, Integer::sum) - 1) : base;
      while (!seen.add(candidate)) {
        candidate = base + "_" + next.merge(base, 1, Integer::sum);
      }
      n.setName(candidate);
    }
  }

  /** Removes types of names that nothing defines or uses. */
  public void pruneTypes() {
    types.keySet().removeIf(s -> !defines(s) && !consumers.containsKey(s) && !outputs.contains(s));
  }

  /**
   * Puts nodes in topological order, keeping the given order where it is one.
   *
   * @return the nodes of a cycle; empty when there is none. With a cycle the order stays as it was.
   */
  public List<Node> sort() {
    Map<Node, Integer> waiting = new IdentityHashMap<>();
    Map<Node, List<Node>> readers = new IdentityHashMap<>();
    for (Node n : nodes) {
      int count = 0;
      for (String s : n.uses()) {
        Node p = producers.get(s);
        if (p != null && p != n) {
          readers.computeIfAbsent(p, k -> new ArrayList<>()).add(n);
          count++;
        } else if (p == n) {
          count = Integer.MAX_VALUE / 2;
        }
      }
      waiting.put(n, count);
    }
    if (inOrder()) {
      return List.of();
    }
    Deque<Node> ready = new ArrayDeque<>();
    List<Node> order = new ArrayList<>(nodes.size());
    for (Node n : nodes) {
      if (waiting.get(n) == 0) {
        ready.add(n);
      }
    }
    while (!ready.isEmpty()) {
      Node n = ready.poll();
      order.add(n);
      for (Node r : readers.getOrDefault(n, List.of())) {
        if (waiting.merge(r, -1, Integer::sum) == 0) {
          ready.add(r);
        }
      }
    }
    if (order.size() < nodes.size()) {
      Set<Node> done = Collections.newSetFromMap(new IdentityHashMap<>());
      done.addAll(order);
      return nodes.stream().filter(n -> !done.contains(n)).toList();
    }
    nodes.clear();
    nodes.addAll(order);
    return List.of();
  }

  private boolean inOrder() {
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Node n : nodes) {
      for (String s : n.uses()) {
        Node p = producers.get(s);
        if (p != null && !seen.contains(p)) {
          return false;
        }
      }
      seen.add(n);
    }
    return true;
  }

  @Override
  public String toString() {
    return "graph " + name + " (" + nodes.size() + " nodes)";
  }
}
