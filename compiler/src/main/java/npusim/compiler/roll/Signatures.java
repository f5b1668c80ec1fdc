package npusim.compiler.roll;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.ValueType;

/** Numbers nodes so that two have the same number when code generation can't tell them apart. */
final class Signatures {
  /** Constants up to this many elements may decide what code is made, so they have to be equal. */
  static final int SMALL = 64;

  private Signatures() {}

  /** One number per node of the graph. */
  static int[] of(Graph g) {
    Map<List<Object>, Integer> known = new HashMap<>();
    int[] sig = new int[g.nodes().size()];
    int i = 0;
    for (Node n : g.nodes()) {
      sig[i++] = known.computeIfAbsent(describe(g, n), k -> known.size());
    }
    return sig;
  }

  private static List<Object> describe(Graph g, Node n) {
    List<Object> key = new ArrayList<>();
    key.add(n.domain());
    key.add(n.opType());
    key.add(n.opset());
    key.add(Map.copyOf(n.attributes()));
    for (String in : n.inputs()) {
      key.add(type(g, in));
      Tensor t = g.isConstant(in) ? g.initializer(in) : null;
      key.add(t == null ? "value" : t.size() <= SMALL ? content(t) : "constant");
    }
    key.add("out");
    for (String out : n.outputs()) {
      key.add(type(g, out));
    }
    return key;
  }

  private static Object type(Graph g, String value) {
    ValueType t = value.isEmpty() ? null : g.type(value);
    return t == null ? "none" : t;
  }

  private static Object content(Tensor t) {
    return t.hasData() ? java.nio.ByteBuffer.wrap(t.toBytes()) : "absent";
  }
}
