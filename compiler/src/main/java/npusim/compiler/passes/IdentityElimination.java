package npusim.compiler.passes;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;

/**
 * Removes operations that change nothing (Identity, Dropout at inference, Cast to the same type,
 * Reshape to the same shape, …) and joins chains of Reshape and of Transpose.
 */
public final class IdentityElimination extends GraphPass {
  @Override
  public String name() {
    return "eliminate-identities";
  }

  @Override
  public String summary() {
    return "removes operations that change nothing, joins chains of reshapes and transposes";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    boolean changed = false;
    for (Node n : List.copyOf(g.nodes())) {
      changed |= joinChain(g, n);
      if (changesNothing(g, n) && g.replaceAllUses(n.output(0), n.input(0))) {
        g.remove(n);
        changed = true;
      }
    }
    return changed;
  }

  private static boolean changesNothing(Graph g, Node n) {
    if (!n.domain().isEmpty() || !n.hasInput(0)) {
      return false;
    }
    TensorType in = g.tensorType(n.input(0));
    TensorType out = g.tensorType(n.output(0));
    boolean same = in != null && in.equals(out);
    return switch (n.opType()) {
      case "Identity" -> true;
      case "Dropout" ->
          !n.hasOutput(1)
              || (g.consumers(n.output(1)).isEmpty() && !g.outputs().contains(n.output(1)));
      case "Cast", "CastLike", "BitCast", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Expand" ->
          same && in.isStatic();
      case "Tile", "Pad" -> same && in.isStatic() && isZeroPad(g, n);
      case "Concat", "Sum", "Max", "Min", "Mean" -> n.inputs().size() == 1;
      case "Transpose" ->
          same && in.ranked() && isOrdered(n.intsAttr("perm", (long[]) null), in.rank());
      case "Slice" -> same && in.isStatic() && positiveSteps(g, n);
      default -> false;
    };
  }

  private static boolean isOrdered(long[] perm, int rank) {
    return perm == null
        ? rank <= 1
        : Arrays.equals(perm, IntStream.range(0, rank).mapToLong(i -> i).toArray());
  }

  private static boolean isZeroPad(Graph g, Node n) {
    if (n.is("Tile")) {
      return true;
    }
    Tensor pads = n.hasInput(1) ? g.initializer(n.input(1)) : null;
    long[] p = pads != null && pads.hasData() ? pads.toLongs() : n.intsAttr("pads", (long[]) null);
    return p != null && Arrays.stream(p).allMatch(x -> x == 0);
  }

  private static boolean positiveSteps(Graph g, Node n) {
    if (!n.hasInput(4)) {
      return true;
    }
    Tensor steps = g.initializer(n.input(4));
    return steps != null && steps.hasData() && Arrays.stream(steps.toLongs()).allMatch(s -> s > 0);
  }

  private static boolean joinChain(Graph g, Node n) {
    Node before = n.hasInput(0) ? g.producer(n.input(0)) : null;
    if (before == null) {
      return false;
    }
    if (n.is("Reshape") && isReshape(before) && staticOutput(g, n)) {
      // The earlier shape no longer matters once the later one is spelt out.
      n.setInput(0, before.input(0));
      n.setInput(1, g.addConstant("shape", Tensor.vector(g.tensorType(n.output(0)).shape())));
      n.unset("allowzero");
      if (Arrays.stream(g.tensorType(n.output(0)).shape()).anyMatch(d -> d == 0)) {
        n.set("allowzero", 1);
      }
      return true;
    }
    if (n.is("Transpose") && before.is("Transpose") && n.has("perm") && before.has("perm")) {
      long[] first = before.intsAttr("perm");
      long[] second = n.intsAttr("perm");
      n.set("perm", Arrays.stream(second).map(i -> first[(int) i]).toArray());
      n.setInput(0, before.input(0));
      return true;
    }
    return false;
  }

  private static boolean isReshape(Node n) {
    return n.is("Reshape") || n.is("Squeeze") || n.is("Unsqueeze") || n.is("Flatten");
  }

  private static boolean staticOutput(Graph g, Node n) {
    TensorType t = g.tensorType(n.output(0));
    return t != null && t.isStatic() && n.opset() >= 5;
  }
}
