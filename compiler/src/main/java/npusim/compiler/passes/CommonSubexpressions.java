package npusim.compiler.passes;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;

/**
 * Computes equal things once: nodes of the same operator, inputs and attributes, and small equal
 * constants.
 */
public final class CommonSubexpressions extends GraphPass {
  private static final long MAX_CONSTANT_BYTES = 256;

  private record Key(
      String domain,
      String op,
      String overload,
      int opset,
      List<String> inputs,
      int outputs,
      Map<String, Attribute> attributes) {}

  private record ConstantKey(TensorType type, ByteBuffer bytes) {}

  @Override
  public String name() {
    return "eliminate-common";
  }

  @Override
  public String summary() {
    return "computes equal nodes and keeps equal small constants once";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    boolean changed = constants(g);
    Map<Key, Node> seen = new HashMap<>();
    for (Node n : List.copyOf(g.nodes())) {
      if (!n.subgraphs().isEmpty() || n.outputs().isEmpty()) {
        continue;
      }
      Key key =
          new Key(
              n.domain(),
              n.opType(),
              n.overload(),
              n.opset(),
              List.copyOf(n.inputs()),
              n.outputs().size(),
              Map.copyOf(n.attributes()));
      Node first = seen.putIfAbsent(key, n);
      if (first != null && merge(g, first, n)) {
        changed = true;
      }
    }
    return changed;
  }

  private static boolean merge(Graph g, Node first, Node again) {
    for (int i = 0; i < again.outputs().size(); i++) {
      boolean wanted = again.hasOutput(i);
      // A graph output keeps its own node.
      if (wanted && (!first.hasOutput(i) || g.outputs().contains(again.output(i)))) {
        return false;
      }
    }
    for (int i = 0; i < again.outputs().size(); i++) {
      if (again.hasOutput(i)) {
        g.replaceAllUses(again.output(i), first.output(i));
      }
    }
    g.remove(again);
    return true;
  }

  private static boolean constants(Graph g) {
    Map<ConstantKey, String> seen = new HashMap<>();
    boolean changed = false;
    for (var e : List.copyOf(g.initializers().entrySet())) {
      Tensor t = e.getValue();
      if (!t.hasData() || t.byteSize() > MAX_CONSTANT_BYTES || g.outputs().contains(e.getKey())) {
        continue;
      }
      ConstantKey key = new ConstantKey(t.type(), ByteBuffer.wrap(t.toBytes()));
      String first = seen.putIfAbsent(key, e.getKey());
      if (first != null) {
        g.replaceAllUses(e.getKey(), first);
        g.removeInitializer(e.getKey());
        changed = true;
      }
    }
    return changed;
  }
}
