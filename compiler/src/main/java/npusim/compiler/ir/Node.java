package npusim.compiler.ir;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One operation: an operator of a domain at an opset version, input and output value names (an
 * empty name is an absent optional one) and attributes. The default domain is written {@code ""}.
 */
public final class Node {
  private final String domain;
  private final String opType;
  private final List<String> inputs;
  private final List<String> outputs;
  private final Map<String, Attribute> attributes = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Origin origin = new Origin();
  private String name;
  private String overload = "";
  private int opset;

  /** The graph that holds the node, which keeps its name tables up to date; null when in none. */
  Graph owner;

  /** Value names by which the owner has registered this node as a consumer. */
  Set<String> registeredUses = Set.of();

  /**
   * A node of any domain; {@code "ai.onnx"} becomes {@code ""}.
   *
   * @param opset opset version of the domain; 0 to take the graph's when added through a {@link
   *     Model}
   */
  public Node(
      String name,
      String domain,
      String opType,
      int opset,
      Collection<String> inputs,
      Collection<String> outputs) {
    this.name = name;
    this.domain = domain.equals("ai.onnx") ? "" : domain;
    this.opType = opType;
    this.opset = opset;
    this.inputs = new ArrayList<>(inputs);
    this.outputs = new ArrayList<>(outputs);
  }

  /** A node of the default domain with one output. */
  public static Node of(String opType, int opset, List<String> inputs, String output) {
    return new Node("", "", opType, opset, inputs, List.of(output));
  }

  /** Copy without its place in a graph; attributes are shared but for graphs, which are copied. */
  public Node copy() {
    Node n = new Node(name, domain, opType, opset, inputs, outputs);
    n.overload = overload;
    n.metadata.putAll(metadata);
    n.origin.succeed(origin);
    attributes.forEach(
        (k, v) ->
            n.attributes.put(
                k,
                switch (v) {
                  case Attribute.GraphAttr g -> new Attribute.GraphAttr(g.value().copy());
                  case Attribute.Graphs g ->
                      new Attribute.Graphs(g.values().stream().map(Graph::copy).toList());
                  default -> v;
                }));
    return n;
  }

  /** Node name, maybe empty; unique names are given by {@link Graph#nameNodes}. */
  public String name() {
    return name;
  }

  /** Renames the node. */
  public void setName(String name) {
    this.name = name;
  }

  /** What the node stands for in the model as read. */
  public Origin origin() {
    return origin;
  }

  /** Operator name. */
  public String opType() {
    return opType;
  }

  /** Operator domain, {@code ""} for the default one. */
  public String domain() {
    return domain;
  }

  /** Overload of a model-local function, usually empty. */
  public String overload() {
    return overload;
  }

  /** Sets the overload of a model-local function. */
  public void setOverload(String overload) {
    this.overload = overload;
  }

  /** Version of the domain's operator set that the node's meaning comes from. */
  public int opset() {
    return opset;
  }

  /** Sets the opset version. */
  public void setOpset(int opset) {
    this.opset = opset;
  }

  /** Operator with its domain: {@code Conv} or {@code com.microsoft.FusedConv}. */
  public String qualifiedOp() {
    return domain.isEmpty() ? opType : domain + "." + opType;
  }

  /** True for the operator of the default domain. */
  public boolean is(String op) {
    return domain.isEmpty() && opType.equals(op);
  }

  /** True for the operator of a domain. */
  public boolean is(String dom, String op) {
    return domain.equals(dom) && opType.equals(op);
  }

  /** Input names, read-only. */
  public List<String> inputs() {
    return Collections.unmodifiableList(inputs);
  }

  /** Output names, read-only. */
  public List<String> outputs() {
    return Collections.unmodifiableList(outputs);
  }

  /** Input {@code i}, or {@code ""} when absent. */
  public String input(int i) {
    return i < inputs.size() ? inputs.get(i) : "";
  }

  /** Output {@code i}, or {@code ""} when absent. */
  public String output(int i) {
    return i < outputs.size() ? outputs.get(i) : "";
  }

  /** True when input {@code i} is given. */
  public boolean hasInput(int i) {
    return !input(i).isEmpty();
  }

  /** True when output {@code i} is wanted. */
  public boolean hasOutput(int i) {
    return !output(i).isEmpty();
  }

  /** Sets input {@code i}, appending absent ones before it when needed. */
  public void setInput(int i, String value) {
    while (inputs.size() <= i) {
      inputs.add("");
    }
    inputs.set(i, value);
    trimAndUpdate();
  }

  /** Sets output {@code i}, appending absent ones before it when needed. */
  public void setOutput(int i, String value) {
    Graph g = owner;
    if (g != null) {
      g.unregister(this);
    }
    while (outputs.size() <= i) {
      outputs.add("");
    }
    outputs.set(i, value);
    if (g != null) {
      g.register(this);
    }
  }

  private void trimAndUpdate() {
    while (!inputs.isEmpty() && inputs.getLast().isEmpty()) {
      inputs.removeLast();
    }
    if (owner != null) {
      owner.updateUses(this);
    }
  }

  /** Replaces every use of one value by another, in nested graphs too. */
  void renameUses(String from, String to) {
    inputs.replaceAll(s -> s.equals(from) ? to : s);
    for (Graph g : subgraphs()) {
      g.renameCaptured(from, to);
    }
  }

  /** Attributes by name, in file order, read-only. */
  public Map<String, Attribute> attributes() {
    return Collections.unmodifiableMap(attributes);
  }

  /** The attribute, or null. */
  public Attribute attribute(String key) {
    return attributes.get(key);
  }

  /** True when the attribute is given. */
  public boolean has(String key) {
    return attributes.containsKey(key);
  }

  /** Sets an attribute. */
  public Node set(String key, Attribute value) {
    attributes.put(key, value);
    if (owner != null) {
      owner.updateUses(this);
    }
    return this;
  }

  /** Sets an integer attribute. */
  public Node set(String key, long value) {
    return set(key, new Attribute.Int(value));
  }

  /** Sets an attribute of integers. */
  public Node set(String key, long... values) {
    return set(key, new Attribute.Ints(values.clone()));
  }

  /** Sets a float attribute. */
  public Node set(String key, float value) {
    return set(key, new Attribute.Float(value));
  }

  /** Sets a string attribute. */
  public Node set(String key, String value) {
    return set(key, new Attribute.Str(value));
  }

  /** Removes an attribute. */
  public void unset(String key) {
    attributes.remove(key);
    if (owner != null) {
      owner.updateUses(this);
    }
  }

  /** Integer attribute or its default. */
  public long intAttr(String key, long fallback) {
    return attributes.get(key) instanceof Attribute.Int(long v) ? v : fallback;
  }

  /** Float attribute or its default. */
  public float floatAttr(String key, float fallback) {
    return attributes.get(key) instanceof Attribute.Float(float v) ? v : fallback;
  }

  /** String attribute or its default. */
  public String stringAttr(String key, String fallback) {
    return attributes.get(key) instanceof Attribute.Str(String v) ? v : fallback;
  }

  /** Integers attribute (a copy), or the default, which may be null. */
  public long[] intsAttr(String key, long... fallback) {
    return switch (attributes.get(key)) {
      case Attribute.Ints(long[] v) -> v.clone();
      case Attribute.Int(long v) -> new long[] {v};
      case null, default -> fallback;
    };
  }

  /** Floats attribute (a copy), or null. */
  public float[] floatsAttr(String key) {
    return attributes.get(key) instanceof Attribute.Floats(float[] v) ? v.clone() : null;
  }

  /** Tensor attribute, or null. */
  public Tensor tensorAttr(String key) {
    return attributes.get(key) instanceof Attribute.TensorAttr(Tensor v) ? v : null;
  }

  /** Graph attribute, or null. */
  public Graph graphAttr(String key) {
    return attributes.get(key) instanceof Attribute.GraphAttr(Graph v) ? v : null;
  }

  /** The nested graphs among the attributes. */
  public List<Graph> subgraphs() {
    List<Graph> out = new ArrayList<>();
    for (Attribute a : attributes.values()) {
      if (a instanceof Attribute.GraphAttr(Graph g)) {
        out.add(g);
      } else if (a instanceof Attribute.Graphs(List<Graph> gs)) {
        out.addAll(gs);
      }
    }
    return out;
  }

  /**
   * Every value the node reads: its inputs and what its nested graphs take from around them; no
   * empty names.
   */
  public Set<String> uses() {
    return owner == null || nests() ? findUses() : Collections.unmodifiableSet(registeredUses);
  }

  private boolean nests() {
    for (Attribute a : attributes.values()) {
      if (a instanceof Attribute.GraphAttr || a instanceof Attribute.Graphs) {
        return true;
      }
    }
    return false;
  }

  Set<String> findUses() {
    Set<String> out = new LinkedHashSet<>();
    for (String s : inputs) {
      if (!s.isEmpty()) {
        out.add(s);
      }
    }
    for (Graph g : subgraphs()) {
      out.addAll(g.captured());
    }
    return out;
  }

  /** Free-form notes from the exporter (module path, stack trace); mutable. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Name and operator, for messages: {@code 'layer0/mm' (MatMul)}. */
  public String describe() {
    String label = name.isEmpty() ? (outputs.isEmpty() ? "" : outputs.getFirst()) : name;
    return "'" + label + "' (" + qualifiedOp() + ")";
  }

  @Override
  public String toString() {
    return String.join(", ", outputs)
        + " = "
        + qualifiedOp()
        + "("
        + String.join(", ", inputs)
        + ")";
  }
}
