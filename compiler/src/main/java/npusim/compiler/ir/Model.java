package npusim.compiler.ir;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import npusim.diag.Diagnostic;

/** A model: the main graph, model-local functions, opset imports and notes from the producer. */
public final class Model {
  /** IR version written when a model was not read from a file. */
  public static final int DEFAULT_IR_VERSION = 10;

  private final Graph graph;
  private final Map<Function.Key, Function> functions = new LinkedHashMap<>();
  private final Map<String, Integer> opsets = new TreeMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final List<Diagnostic> warnings = new ArrayList<>();
  private long irVersion = DEFAULT_IR_VERSION;
  private String producer = "";
  private String producerVersion = "";
  private String source = "";

  /** A model of one graph and no opset imports yet. */
  public Model(Graph graph) {
    this.graph = graph;
  }

  /** A model that imports one version of the default domain. */
  public Model(Graph graph, int opset) {
    this(graph);
    opsets.put("", opset);
  }

  /** Deep copy; constants are shared. */
  public Model copy() {
    Model m = new Model(graph.copy());
    functions.forEach((k, f) -> m.functions.put(k, f.copy()));
    m.opsets.putAll(opsets);
    m.metadata.putAll(metadata);
    m.warnings.addAll(warnings);
    m.irVersion = irVersion;
    m.producer = producer;
    m.producerVersion = producerVersion;
    m.source = source;
    return m;
  }

  /** Main graph. */
  public Graph graph() {
    return graph;
  }

  /** Model-local functions by what calls name; mutable. */
  public Map<Function.Key, Function> functions() {
    return functions;
  }

  /** The function that a node calls, or null. */
  public Function function(Node n) {
    return functions.isEmpty() ? null : functions.get(Function.Key.of(n));
  }

  /** Adds a function. */
  public void add(Function f) {
    functions.put(f.key(), f);
  }

  /** Opset version by domain ({@code ""} is the default one), sorted; mutable. */
  public Map<String, Integer> opsets() {
    return opsets;
  }

  /** Opset version of a domain, 0 when not imported. */
  public int opset(String domain) {
    return opsets.getOrDefault(domain, 0);
  }

  /** Free-form metadata; mutable. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Warnings found while reading, to be shown once; mutable. */
  public List<Diagnostic> warnings() {
    return warnings;
  }

  /** ONNX IR version of the file. */
  public long irVersion() {
    return irVersion;
  }

  /** Sets the ONNX IR version. */
  public void setIrVersion(long irVersion) {
    this.irVersion = irVersion;
  }

  /** Tool that wrote the model. */
  public String producer() {
    return producer;
  }

  /** Version of the tool that wrote the model. */
  public String producerVersion() {
    return producerVersion;
  }

  /** Sets the tool that wrote the model. */
  public void setProducer(String tool, String version) {
    this.producer = tool;
    this.producerVersion = version;
  }

  /** Where the model came from, for messages: a path or a workload's name. */
  public String source() {
    return source;
  }

  /** Sets where the model came from. */
  public void setSource(String source) {
    this.source = source;
  }
}
