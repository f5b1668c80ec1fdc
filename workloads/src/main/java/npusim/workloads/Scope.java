package npusim.workloads;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;

/**
 * A graph under construction: the main graph of a model or the body of a layer function. Blocks are
 * written once against this type and work in both.
 */
abstract class Scope {
  /** Domain of the operators that ONNX Runtime adds to ONNX. */
  static final String MICROSOFT = "com.microsoft";

  final Graph graph;
  final int opset;

  Scope(Graph graph, int opset) {
    this.graph = graph;
    this.opset = opset;
  }

  /** A learned tensor of the given shape. */
  String weight(String name, Init init, long... dims) {
    return weight(name, init, null, dims);
  }

  /**
   * The part of a learned tensor that one chip has.
   *
   * @param part which, null for all of it
   * @param dims shape of the whole
   */
  abstract String weight(String name, Init init, Shard.Part part, long... dims);

  /** A tensor fixed by the architecture. */
  abstract String constant(String hint, Tensor value);

  /** Adds an operator with one output and returns the output's name. */
  String op(String opType, String hint, String... inputs) {
    return add(opType, hint, inputs).output(0);
  }

  /** Adds an operator of the default domain with one output; attributes may be set on the node. */
  Node add(String opType, String hint, String... inputs) {
    return add("", opType, hint, List.of(inputs), 1);
  }

  /** Adds an operator with several outputs named after {@code hint}. */
  Node add(String domain, String opType, String hint, List<String> inputs, int outputCount) {
    var outputs = new ArrayList<String>(outputCount);
    String base = graph.freshName(hint);
    for (int i = 0; i < outputCount; i++) {
      outputs.add(i == 0 ? base : graph.freshName(base + "_" + i));
    }
    int version = domain.isEmpty() ? opset : 1;
    return graph.add(new Node(base, domain, opType, version, inputs, outputs));
  }

  /** {@code x · W}, W of shape [in, out]; plus a bias when the architecture has one. */
  String linear(String x, String name, long in, long out, boolean bias) {
    return columns(x, name, in, out, null, bias);
  }

  /** Some columns of {@link #linear}, all for null. */
  String columns(String x, String name, long in, long out, Shard.Part part, boolean bias) {
    String y = op("MatMul", name, x, weight(name + ".weight", Init.DENSE, part, in, out));
    Shard.Part shift = part == null ? null : new Shard.Part(0, part.from(), part.count());
    return bias ? op("Add", name + ".out", y, weight(name + ".bias", Init.SMALL, shift, out)) : y;
  }

  /** The sum over all chips of what each has of a tensor; a collective of ONNX Runtime's domain. */
  String allReduce(String x, String hint) {
    return add(MICROSOFT, "AllReduce", hint, List.of(x), 1).output(0);
  }

  /** Reshape to a fixed shape; 0 keeps an extent, -1 infers one. */
  String reshape(String x, String hint, long... shape) {
    return op("Reshape", hint, x, constant(hint + ".shape", Tensor.vector(shape)));
  }

  String transpose(String x, String hint, long... perm) {
    return add("Transpose", hint, x).set("perm", perm).output(0);
  }

  /** A float32 scalar. */
  String scalar(String hint, float value) {
    return constant(hint, Tensor.ofFloats(new long[0], value));
  }
}
