package npusim.compiler.onnx;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.ir.Function;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.ir.ValueType;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.NpusimException;

/**
 * Reads a binary ONNX model. Everything is checked at the border: broken files, types and names
 * give a diagnostic with the byte offset (exit code 2), element types that npusim doesn't know exit
 * code 3.
 *
 * <p>Initializers that are listed as graph inputs too (as IR versions before 4 demand) are
 * constants, not inputs. Values that nodes use and nothing defines become shape-only constants when
 * their type is declared.
 */
public final class ModelReader {
  private final List<Diagnostic> warnings = new ArrayList<>();
  private final TensorDecoder tensors;
  private final GraphDecoder graphs;

  private ModelReader(Path folder) {
    tensors = new TensorDecoder(folder, warnings);
    graphs = new GraphDecoder(tensors);
  }

  /**
   * Reads a model from a file.
   *
   * @throws NpusimException when the file is no valid model
   */
  public static Model read(Path file) {
    Path parent = file.getParent() == null ? Path.of("") : file.getParent();
    Model m = new ModelReader(parent).model(OnnxFiles.open(file, "ModelProto"));
    m.setSource(file.toString());
    return m;
  }

  /**
   * Reads a model from memory.
   *
   * @param name for messages
   */
  public static Model read(byte[] bytes, String name) {
    Model m =
        new ModelReader(null)
            .model(new ProtoReader(name, MemorySegment.ofArray(bytes), bytes, "ModelProto"));
    m.setSource(name);
    return m;
  }

  private Model model(ProtoReader in) {
    Graph graph = null;
    List<Function> functions = new ArrayList<>();
    Map<String, Integer> opsets = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    long irVersion = 0;
    String producer = "";
    String producerVersion = "";
    while (in.next()) {
      switch (in.field()) {
        case 1 -> irVersion = in.varint();
        case 2 -> producer = in.string();
        case 3 -> producerVersion = in.string();
        case 7 -> graph = graphs.graph(in.message("GraphProto"));
        case 8 -> graphs.opset(in.message("OperatorSetIdProto"), opsets);
        case 14 -> entry(in, metadata);
        case 25 -> functions.add(graphs.function(in.message("FunctionProto")));
        default -> in.skip();
      }
    }
    if (graph == null) {
      throw in.error("no graph found: this is not an ONNX model");
    }
    if (opsets.isEmpty()) {
      // Files of IR version 1 and 2 import version 1 of the default domain without saying so.
      opsets.put("", 1);
    }
    Model m = new Model(graph);
    m.opsets().putAll(opsets);
    m.metadata().putAll(metadata);
    m.setIrVersion(irVersion);
    m.setProducer(producer, producerVersion);
    m.warnings().addAll(warnings);
    functions.forEach(m::add);
    complete(m, in.file());
    return m;
  }

  /**
   * Completes a model just read: opset version of every node, constants taken out of the inputs,
   * topological order, shape-only constants for values that are declared but not defined.
   *
   * @param file for messages
   * @throws NpusimException exit code 2 when a value isn't defined or nodes form a cycle
   */
  public static void complete(Model m, String file) {
    resolve(m, m.graph(), m.opsets(), file);
    for (Function f : m.functions().values()) {
      Map<String, Integer> own = new LinkedHashMap<>(m.opsets());
      own.putAll(f.opsets());
      assignOpsets(f.body(), own);
      sort(f.body(), file);
    }
  }

  static void entry(ProtoReader in, Map<String, String> sink) {
    ProtoReader e = in.message("StringStringEntryProto");
    String key = "";
    String value = "";
    while (e.next()) {
      switch (e.field()) {
        case 1 -> key = e.string();
        case 2 -> value = e.string();
        default -> e.skip();
      }
    }
    sink.put(key, value);
  }

  /**
   * Completes a freshly built main graph: opset of every node, constants out of the inputs, order,
   * missing values.
   */
  private static void resolve(Model m, Graph g, Map<String, Integer> opsets, String file) {
    assignOpsets(g, opsets);
    g.inputs().removeIf(g.initializers()::containsKey);
    sort(g, file);
    for (String name : g.captured()) {
      ValueType t = g.type(name);
      if (!(t instanceof TensorType tt) || !tt.isStatic()) {
        Node reader = g.consumers(name).isEmpty() ? null : g.consumers(name).getFirst();
        throw NpusimException.usage(
            "onnx-graph",
            "value '"
                + name
                + "' "
                + (reader == null ? "is a graph output" : "is read by node " + reader.describe())
                + " but nothing defines it",
            Location.ofFile(file),
            "declare it as a graph input, or with its full shape in value_info to stand for an"
                + " absent weight");
      }
      g.addInitializer(name, Tensor.absent(tt.dtype(), tt.shape()));
    }
    for (String out : g.outputs()) {
      if (g.type(out) == null && !g.defines(out)) {
        throw NpusimException.usage(
            "onnx-graph", "graph output '" + out + "' is not defined", Location.ofFile(file), "");
      }
    }
    m.graph().nameNodes();
  }

  /** Sets the opset version of every node, nested graphs included. */
  static void assignOpsets(Graph g, Map<String, Integer> opsets) {
    for (Node n : g.nodes()) {
      n.setOpset(opsets.getOrDefault(n.domain(), n.domain().isEmpty() ? 0 : 1));
      n.subgraphs().forEach(s -> assignOpsets(s, opsets));
    }
  }

  private static void sort(Graph g, String file) {
    List<Node> cycle = g.sort();
    if (!cycle.isEmpty()) {
      throw NpusimException.usage(
          "onnx-graph",
          "nodes depend on each other in a cycle: "
              + cycle.getFirst().describe()
              + " and "
              + (cycle.size() - 1)
              + " more",
          Location.ofFile(file),
          "");
    }
  }
}
