package npusim.compiler.passes;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;

/**
 * Chooses how tensors lie in memory: results of convolutions, and of what follows them element by
 * element, window by window or piece by piece, are stored channels last (N, spatial…, C), so that
 * the matrix unit reads its rows, and the memory its bursts, along the channels. Nodes stay as they
 * are, in ONNX's N, C, spatial… order; those whose results are stored so carry {@value #ATTRIBUTE}.
 * Transposes between both orders become views then: one into a convolution is read in place, one
 * out of it is the stored order already. Graph inputs and outputs keep the order they have.
 */
public final class ChannelsLast extends GraphPass {
  /** Integer attribute, 1 on nodes whose results are stored channels last. */
  public static final String ATTRIBUTE = "channels_last";

  private static final Set<String> CONVOLUTIONS = Set.of("Conv", "ConvInteger");

  /** Operators that take windows over the spatial dimensions. */
  private static final Set<String> WINDOWS =
      Set.of("Conv", "ConvInteger", "AveragePool", "MaxPool");

  /** Operators that read any layout at full speed and hand it on. */
  private static final Set<String> FLEXIBLE =
      Set.of(
          "Add",
          "And",
          "AveragePool",
          "Cast",
          "Ceil",
          "Clip",
          "Concat",
          "DequantizeLinear",
          "Div",
          "Equal",
          "Erf",
          "Exp",
          "Floor",
          "Gelu",
          "Greater",
          "LeakyRelu",
          "Less",
          "Max",
          "MaxPool",
          "Mean",
          "Min",
          "Mod",
          "Mul",
          "Neg",
          "PRelu",
          "Pad",
          "Pow",
          "QuantizeLinear",
          "Relu",
          "Round",
          "Sigmoid",
          "Silu",
          "Softplus",
          "Sqrt",
          "Sub",
          "Sum",
          "Tanh",
          "Where");

  /** Operators that are views of whatever order their input is in. */
  private static final Set<String> VIEWS = Set.of("Dropout", "Identity", "Slice", "Split");

  @Override
  public String name() {
    return "channels-last";
  }

  @Override
  public String summary() {
    return "stores what convolutions make, and what follows them, with the channels innermost";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    Set<String> last = new HashSet<>();
    boolean changed = false;
    for (Node n : g.nodes()) {
      if (!n.domain().isEmpty() || !isImage(g, n.output(0))) {
        continue;
      }
      if (CONVOLUTIONS.contains(n.opType()) || arrives(g, n) || follows(g, n, last)) {
        last.addAll(n.outputs());
        if (n.outputs().stream().noneMatch(g.outputs()::contains)) {
          n.set(ATTRIBUTE, 1L);
          changed = true;
        }
      }
    }
    return changed;
  }

  /** True for tensors with a batch, channels and at least one more dimension. */
  private static boolean isImage(Graph g, String value) {
    TensorType t = value.isEmpty() ? null : g.tensorType(value);
    return t != null && t.isStatic() && t.rank() >= 3 && !t.dtype().isPacked();
  }

  private static boolean follows(Graph g, Node n, Set<String> last) {
    if (!FLEXIBLE.contains(n.opType()) && !VIEWS.contains(n.opType())) {
      return false;
    }
    int rank = g.tensorType(n.output(0)).rank();
    return n.inputs().stream()
        .anyMatch(i -> last.contains(i) && g.tensorType(i).rank() == rank && !isRow(g, i));
  }

  /** One value per channel has no order. */
  private static boolean isRow(Graph g, String value) {
    long[] s = g.tensorType(value).shape();
    for (int i = 2; i < s.length; i++) {
      if (s[i] > 1) {
        return false;
      }
    }
    return true;
  }

  /**
   * A Transpose from N, spatial…, C for readers that take any order, on the way to a window. Other
   * tensors that are turned so have no channels: tokens of a vision transformer are [N, tokens, C]
   * behind one, and what normalises or multiplies them wants C innermost.
   */
  private static boolean arrives(Graph g, Node n) {
    long[] perm = n.is("Transpose") ? n.intsAttr("perm", (long[]) null) : null;
    if (perm == null || perm[0] != 0 || perm[1] != perm.length - 1) {
      return false;
    }
    for (int i = 2; i < perm.length; i++) {
      if (perm[i] != i - 1) {
        return false;
      }
    }
    List<Node> readers = g.consumers(n.output(0));
    return !readers.isEmpty()
        && readers.stream().allMatch(ChannelsLast::takesAnyOrder)
        && reachesWindow(g, n.output(0));
  }

  private static boolean takesAnyOrder(Node n) {
    return n.domain().isEmpty()
        && (CONVOLUTIONS.contains(n.opType()) || FLEXIBLE.contains(n.opType()));
  }

  private static boolean reachesWindow(Graph g, String value) {
    var seen = new HashSet<String>();
    var next = new ArrayDeque<String>(List.of(value));
    while (!next.isEmpty()) {
      String v = next.pop();
      for (Node r : seen.add(v) ? g.consumers(v) : List.<Node>of()) {
        if (r.domain().isEmpty() && WINDOWS.contains(r.opType())) {
          return true;
        }
        if (takesAnyOrder(r)) {
          next.addAll(r.outputs());
        }
      }
    }
    return false;
  }
}
