package npusim.workloads;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import npusim.compiler.ModelNotes;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Function;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/** The main graph of a model under construction. */
final class MainScope extends Scope {
  /** Domain of the layer functions. */
  static final String LAYERS = "npusim.layers";

  private final Weights weights;
  private final Model model;

  MainScope(String name, int opset, Weights weights) {
    super(new Graph(name), opset);
    this.weights = weights;
    this.model = new Model(graph, opset);
    model.opsets().put(MICROSOFT, 1);
    model.setProducer("npusim", "");
  }

  @Override
  String weight(String name, Init init, Shard.Part part, long... dims) {
    Tensor whole = weights.make(name, init, dims);
    graph.addInitializer(name, part == null ? whole : part.of(whole));
    return name;
  }

  /** A chip's part of a weight that the graph has whole as well. */
  String partOf(String of, String name, Init init, Shard.Part part, long... dims) {
    graph.addInitializer(name, part.of(weights.make(of, init, dims)));
    return name;
  }

  @Override
  String constant(String hint, Tensor value) {
    return graph.addConstant(hint, value);
  }

  String input(String name, DType dtype, long... dims) {
    graph.addInput(name, TensorType.of(dtype, dims));
    return name;
  }

  /** Makes {@code value} an output of the model under the given name. */
  void output(String name, String value, DType dtype, long... dims) {
    String out = name;
    if (!value.equals(name)) {
      graph.add(new Node(name, "", "Identity", opset, List.of(value), List.of(name)));
    }
    var shape = new ArrayList<Dim>();
    for (long d : dims) {
      shape.add(Dim.of(d));
    }
    graph.addOutput(out, new TensorType(dtype, shape));
  }

  /** Starts a layer function that calls of this graph share. */
  FunctionScope function(String name) {
    model.opsets().put(LAYERS, 1);
    return new FunctionScope(name, opset);
  }

  /** Registers a finished layer function. */
  void define(FunctionScope f) {
    var key = new Function.Key(LAYERS, f.graph.name(), "");
    model.add(new Function(key, f.graph, List.of(), Map.of(), Map.of("", opset, MICROSOFT, 1)));
  }

  /**
   * Calls a layer function with weights of its own.
   *
   * @param prefix of the weights' names
   * @param inputs the function's data inputs
   * @return the call's outputs
   */
  List<String> call(FunctionScope f, String prefix, List<String> inputs) {
    var all = new ArrayList<>(inputs);
    for (FunctionScope.Declared w : f.declared()) {
      all.add(weight(prefix + "." + w.name(), w.init(), w.part(), w.dims()));
    }
    Node n = add(LAYERS, f.graph.name(), prefix, all, f.graph.outputs().size());
    return n.outputs();
  }

  /**
   * Says that an output takes the place of an input from one launch to the next, as a KV cache
   * does: both are one buffer.
   */
  void state(String output, String input) {
    model.metadata().put(ModelNotes.STATE + output, input);
  }

  /** Says that a scalar input is set at launch, within a range, without compiling again. */
  void launchParam(String input, long min, long max) {
    model.metadata().put(ModelNotes.LAUNCH + input, min + ".." + max);
  }

  /** Says that the host hands over an input as it is stored once the model is quantised. */
  void asStored(String input) {
    model.metadata().put(ModelNotes.STORED + input, "");
  }

  Model model() {
    return model;
  }
}
