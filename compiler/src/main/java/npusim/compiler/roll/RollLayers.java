package npusim.compiler.roll;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import npusim.compiler.decompose.CoreOps;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.passes.Pass;
import npusim.compiler.passes.PassContext;

/** Turns a sequence of equal layers into one {@link RepeatNode}. */
public final class RollLayers implements Pass {
  /** Fewer runs are not worth the order that is kept between them. */
  private static final int LEAST_RUNS = 3;

  /** With convolutions, whose images are copied from run to run instead of staying in place. */
  private static final int LEAST_CONVOLVED_RUNS = 8;

  private static final int LEAST_NODES = 4;

  @Override
  public String name() {
    return "roll-layers";
  }

  @Override
  public String summary() {
    return "recognise layers that repeat, so that they are compiled once";
  }

  @Override
  public boolean run(Model m, PassContext c) {
    Graph g = m.graph();
    boolean changed = false;
    for (Block b = best(g); b != null; b = best(g)) {
      roll(g, b);
      changed = true;
    }
    return changed;
  }

  /** The block that covers most nodes, or null. */
  private static Block best(Graph g) {
    int[] sig = Signatures.of(g);
    int n = sig.length;
    Block best = null;
    int covered = LEAST_RUNS * LEAST_NODES - 1;
    for (int length = LEAST_NODES; length <= n / LEAST_RUNS; length++) {
      int run = 0;
      for (int i = n - length - 1; i >= -1; i--) {
        boolean same = i >= 0 && sig[i] == sig[i + length];
        if (same) {
          run++;
          continue;
        }
        if ((run / length + 1) * length > covered && run / length + 1 >= LEAST_RUNS) {
          Block b = aligned(g, i + 1, run + length, length, covered);
          if (b != null && (b.count >= LEAST_CONVOLVED_RUNS || !b.convolves())) {
            best = b;
            covered = b.count * b.length;
          }
        }
        run = 0;
      }
    }
    return best;
  }

  /** The block in a periodic stretch with the fewest values, then bytes, handed on. */
  private static Block aligned(Graph g, int from, int nodes, int length, int covered) {
    Block best = null;
    for (int shift = 0; shift < length && nodes - shift >= LEAST_RUNS * length; shift++) {
      int count = (nodes - shift) / length;
      if (count * length <= covered || best != null && count < best.count) {
        break;
      }
      Block b = Block.of(g, from + shift, length, count);
      if (b != null && (best == null || b.handsOnLess(best))) {
        best = b;
      }
    }
    return best;
  }

  private static void roll(Graph g, Block b) {
    Graph body = new Graph(b.node(0, 0).name() + "…");
    List<Node> old = new ArrayList<>();
    Set<String> constants = new LinkedHashSet<>();
    for (int k = 0; k < b.length; k++) {
      Node n = b.node(0, k);
      Node copy = n.copy();
      copy.setName(commonName(n.name(), b.node(1, k).name()));
      copy.origin().setLabel(commonName(n.origin().label(), b.node(1, k).origin().label()));
      for (int r = 1; r < b.count; r++) {
        copy.origin().succeed(b.node(r, k).origin());
      }
      body.add(copy);
      for (String in : n.inputs()) {
        if (!in.isEmpty() && g.isConstant(in) && !b.varying.containsKey(in)) {
          constants.add(in);
        }
        type(g, body, in);
      }
      n.outputs().forEach(o -> type(g, body, o));
    }
    constants.forEach(s -> body.addInitializer(s, g.initializer(s)));
    List<String> inputs = new ArrayList<>(b.chain.keySet());
    inputs.addAll(b.shared);
    body.inputs().addAll(inputs);
    body.inputs().addAll(b.varying.keySet());
    body.outputs().addAll(b.chain.values());
    body.outputs().addAll(b.yields.keySet());
    List<String> outputs = new ArrayList<>();
    int last = b.count - 1;
    for (String local : b.chain.values()) {
      outputs.add(inRun(b, local, last));
    }
    for (int r = 0; r < b.count; r++) {
      for (List<String> v : b.varying.values()) {
        inputs.add(v.get(r));
      }
      for (List<String> y : b.yields.values()) {
        outputs.add(y.get(r));
      }
      for (int k = 0; k < b.length; k++) {
        old.add(b.node(r, k));
      }
    }
    Node repeat =
        new Node(
            commonName(b.node(0, 0).name(), b.node(1, 0).name()),
            CoreOps.DOMAIN,
            RepeatNode.OP,
            1,
            inputs,
            outputs);
    repeat.set(RepeatNode.BODY, new Attribute.GraphAttr(body));
    repeat.set(RepeatNode.COUNT, (long) b.count);
    repeat.set(RepeatNode.CHAIN, (long) b.chain.size());
    repeat.set(RepeatNode.SHARED, (long) b.shared.size());
    int at = b.start;
    g.removeAll(old);
    g.add(at, repeat);
  }

  private static void type(Graph g, Graph body, String value) {
    if (!value.isEmpty()) {
      body.setType(value, g.type(value));
    }
  }

  /** The name that a value of run 0 has in another run. */
  private static String inRun(Block b, String local, int run) {
    for (int k = 0; k < b.length; k++) {
      int o = b.node(0, k).outputs().indexOf(local);
      if (o >= 0) {
        return b.node(run, k).output(o);
      }
    }
    throw new IllegalStateException("not made in the block: " + local);
  }

  /** Two names with a star where they differ: {@code layers.*.mlp}. */
  static String commonName(String a, String b) {
    int head = 0;
    while (head < Math.min(a.length(), b.length()) && a.charAt(head) == b.charAt(head)) {
      head++;
    }
    int tail = 0;
    while (tail < Math.min(a.length(), b.length()) - head
        && a.charAt(a.length() - 1 - tail) == b.charAt(b.length() - 1 - tail)) {
      tail++;
    }
    return a.equals(b) ? a : a.substring(0, head) + "*" + a.substring(a.length() - tail);
  }
}
