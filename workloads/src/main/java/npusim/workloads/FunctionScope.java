package npusim.workloads;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Tensor;

/** The body of a layer function: weights become inputs, so that every call brings its own. */
final class FunctionScope extends Scope {
  /** A weight that each call supplies. */
  record Declared(String name, Init init, Shard.Part part, long... dims) {}

  private final List<Declared> declared = new ArrayList<>();

  FunctionScope(String name, int opset) {
    super(new Graph(name), opset);
  }

  /** Adds a data input; all of them come before the first weight. */
  String input(String name) {
    if (!declared.isEmpty()) {
      throw new IllegalStateException("data inputs come before weights: " + name);
    }
    graph.inputs().add(name);
    return name;
  }

  void output(String value) {
    graph.outputs().add(value);
  }

  @Override
  String weight(String name, Init init, Shard.Part part, long... dims) {
    declared.add(new Declared(name, init, part, dims));
    graph.inputs().add(name);
    return name;
  }

  @Override
  String constant(String hint, Tensor value) {
    return add("Constant", hint).set("value", new Attribute.TensorAttr(value)).output(0);
  }

  List<Declared> declared() {
    return declared;
  }
}
