package npusim.compiler.quant;

import java.util.List;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/**
 * Gives a single kernel operands and a result of 8-bit floats as they are, without scales: like any
 * other floating-point type, only narrower.
 */
final class NarrowKernel {
  private final Graph g;
  private final DType type;

  NarrowKernel(Graph g, DType type) {
    this.g = g;
    this.type = type;
  }

  /** Everything in floating point that comes from or goes to memory takes the type. */
  void run() {
    for (String in : g.inputs()) {
      TensorType t = g.tensorType(in);
      if (t.dtype().isFloat()) {
        g.setType(in, t.withDtype(type));
        widen(in, t);
      }
    }
    for (String name : List.copyOf(g.initializers().keySet())) {
      Tensor t = g.initializer(name);
      if (t.dtype().isFloat()) {
        TensorType wide = t.type();
        g.addInitializer(
            name,
            t.hasData() ? Tensor.generate(type, t.dims(), t::at) : Tensor.absent(type, t.dims()));
        widen(name, wide);
      }
    }
    g.outputs().forEach(this::narrow);
  }

  /** Readers of a value see it in the type that it had. */
  private void widen(String value, TensorType wide) {
    List<Node> readers = List.copyOf(g.consumers(value));
    String one = g.addConstant(value + "_scale", Tensor.scalar(DType.F32, 1));
    String out = g.freshName(value + "_wide");
    Node n = Node.of("DequantizeLinear", QuantizeModel.OPSET, List.of(value, one), out);
    n.set("output_dtype", (long) wide.dtype().onnxCode()).setName(out);
    g.setType(out, wide);
    g.add(0, n);
    for (Node r : readers) {
      for (int i = 0; i < r.inputs().size(); i++) {
        if (r.input(i).equals(value)) {
          r.setInput(i, out);
        }
      }
    }
  }

  private void narrow(String name) {
    TensorType t = g.tensorType(name);
    Node p = g.producer(name);
    String wide = g.freshName(name + "_wide");
    for (int i = 0; i < p.outputs().size(); i++) {
      if (p.output(i).equals(name)) {
        p.setOutput(i, wide);
      }
    }
    Node cast = Node.of("Cast", QuantizeModel.OPSET, List.of(wide), name);
    cast.set("to", (long) type.onnxCode()).setName(name + "_narrow");
    g.setType(wide, t);
    g.setType(name, t.withDtype(type));
    g.insertAfter(p, cast);
  }
}
