package npusim.compiler.lower;

import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;
import npusim.program.NodeInfo;

/** Arithmetic a node asks for, by its shapes alone. */
final class WorkCount {
  private WorkCount() {}

  /** Report entry of a node. */
  static NodeInfo info(Graph g, Node n, int id, String note) {
    return info(g, n, n, id, note);
  }

  /** Report entry of a group of nodes: its last node, known to people as the one they look for. */
  static NodeInfo group(Graph g, Node head, Node last, int id) {
    return info(g, last, macs(g, head) > 0 ? head : last, id, "");
  }

  private static NodeInfo info(Graph g, Node n, Node known, int id, String note) {
    long macs = macs(g, n);
    long elements = 0;
    for (String o : n.outputs()) {
      TensorType t = o.isEmpty() ? null : g.tensorType(o);
      elements += t == null ? 0 : t.elements();
    }
    long flops = macs > 0 ? 2 * macs : note.isEmpty() ? elements : 0;
    return new NodeInfo(
        id, n.name(), n.qualifiedOp(), known.origin().label(), macs, flops, note, 1, 0);
  }

  /** Multiply-accumulates: output elements times the length of the sum. */
  private static long macs(Graph g, Node n) {
    return switch (n.opType()) {
      case "MatMul", "MatMulInteger", "QLinearMatMul", "ScaledMatMul" ->
          elements(g, n.output(0)) * lastDim(g, n.input(0));
      case "Gemm" -> {
        long[] a = shape(g, n.input(0));
        yield elements(g, n.output(0)) * (n.intAttr("transA", 0) != 0 ? a[0] : a[1]);
      }
      case "Conv", "ConvInteger", "QLinearConv" -> {
        long[] w = shape(g, n.input(n.is("QLinearConv") ? 3 : 1));
        long k = 1;
        for (int i = 1; i < w.length; i++) {
          k *= w[i];
        }
        yield elements(g, n.output(0)) * k;
      }
      case "Attention" -> {
        long[] q = shape(g, n.input(0));
        long[] v = shape(g, n.input(2));
        yield q[0] * q[1] * q[2] * v[2] * (q[3] + v[3]);
      }
      default -> 0;
    };
  }

  private static long elements(Graph g, String value) {
    TensorType t = g.tensorType(value);
    return t == null ? 0 : t.elements();
  }

  private static long lastDim(Graph g, String value) {
    long[] s = shape(g, value);
    return s.length == 0 ? 1 : s[s.length - 1];
  }

  private static long[] shape(Graph g, String value) {
    TensorType t = g.tensorType(value);
    return t == null ? new long[] {1, 1} : t.shape();
  }
}
