package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.compiler.decompose.CoreOps;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;

/**
 * Which elementwise nodes are computed together with the node before them. A group grows along the
 * graph's order from a product, a convolution, a normalisation of rows or an elementwise node as
 * long as results have one shape, and ends where a single value leaves it. Nodes that widen a
 * further operand belong to it.
 */
public final class FusionPlan {
  private static final Set<String> PRODUCTS =
      Set.of("MatMul", "MatMulInteger", "Gemm", "Conv", "ConvInteger");
  private static final int MAX_MEMBERS = 12;
  private static final int MAX_OPERANDS = 6;

  /** Inputs loaded by one kernel, constants included: each takes two of the core's semaphores. */
  private static final int MAX_LOADED = 11;

  /**
   * A head with the nodes after it.
   *
   * @param members elementwise nodes, in order; the last one gives the group's result
   */
  public record Group(Node head, List<Node> members) {
    /** The node that gives the result. */
    public Node last() {
      return members.isEmpty() ? head : members.getLast();
    }
  }

  private final Graph g;
  private final Map<Node, Integer> order = new IdentityHashMap<>();
  private final Map<Node, Group> groupOf = new IdentityHashMap<>();

  private FusionPlan(Graph g) {
    this.g = g;
  }

  /** Groups of a graph. */
  public static FusionPlan of(Graph g) {
    FusionPlan p = new FusionPlan(g);
    List<Node> nodes = g.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      p.order.put(nodes.get(i), i);
    }
    // Products first, for their sums needn't be stored then; of two that meet in an addition the
    // later one takes it.
    for (Node n : nodes.reversed()) {
      if (p.product(n)) {
        p.grow(n);
      }
    }
    for (Node n : nodes) {
      if (KernelRegistry.of(n) instanceof RowOp && n.outputs().size() == 1) {
        p.grow(n);
      }
    }
    for (Node n : nodes) {
      if (!p.groupOf.containsKey(n) && elementwise(n)) {
        p.grow(n);
      }
    }
    return p;
  }

  /** The group of a node; one of its own when it is in none. */
  public Group of(Node n) {
    return groupOf.getOrDefault(n, new Group(n, List.of()));
  }

  private boolean product(Node n) {
    if (n.is(CoreOps.DOMAIN, "ScaledMatMul")) {
      return rank(n.input(0)) >= 2;
    }
    if (!n.domain().isEmpty() || !PRODUCTS.contains(n.opType())) {
      return false;
    }
    boolean matrix = n.is("MatMul") || n.is("MatMulInteger");
    return !matrix || rank(n.input(0)) >= 2 && rank(n.input(1)) >= 2;
  }

  private int rank(String value) {
    TensorType t = g.tensorType(value);
    return t == null ? -1 : t.rank();
  }

  private static boolean elementwise(Node n) {
    return KernelRegistry.of(n) instanceof ElementwiseKernel;
  }

  private void grow(Node head) {
    TensorType shape = g.tensorType(head.output(0));
    if (shape == null || shape.elements() == 0) {
      return;
    }
    List<Node> members = new ArrayList<>();
    Set<String> inside = new HashSet<>(List.of(head.output(0)));
    int best = 0;
    int operands = 0;
    int loaded = loaded(head, inside);
    List<Node> frontier = new ArrayList<>(g.consumers(head.output(0)));
    while (!frontier.isEmpty() && members.size() < MAX_MEMBERS) {
      frontier.sort((a, b) -> Integer.compare(order.get(a), order.get(b)));
      Node n = frontier.removeFirst();
      if (members.contains(n) || groupOf.containsKey(n) || !fits(n, shape)) {
        continue;
      }
      List<Node> more = new ArrayList<>(before(n, shape, inside));
      more.add(n);
      for (Node m : more) {
        inside.add(m.output(0));
        members.add(m);
      }
      for (Node m : more) {
        for (String i : m.inputs()) {
          operands += i.isEmpty() || inside.contains(i) || g.isConstant(i) ? 0 : 1;
        }
        loaded += loaded(m, inside);
      }
      if (operands > MAX_OPERANDS || loaded > MAX_LOADED) {
        break;
      }
      frontier.addAll(g.consumers(n.output(0)));
      if (open(head, members) == n) {
        best = members.size();
      }
    }
    if (best > 0) {
      Group group = new Group(head, List.copyOf(members.subList(0, best)));
      groupOf.put(head, group);
      group.members().forEach(m -> groupOf.put(m, group));
    }
  }

  /**
   * Elementwise nodes that only widen a stored tensor to a further operand of {@code n}, in order:
   * an integer's way back to a number, say. Computed in the group, the narrow tensor is loaded.
   */
  private List<Node> before(Node n, TensorType shape, Set<String> inside) {
    List<Node> found = new ArrayList<>();
    for (String i : n.inputs()) {
      Node p = i.isEmpty() || inside.contains(i) ? null : g.producer(i);
      while (p != null
          && !groupOf.containsKey(p)
          && fits(p, shape)
          && g.onlyConsumer(p.output(0)) != null
          && !g.outputs().contains(p.output(0))) {
        List<String> from = p.inputs().stream().filter(x -> !g.isConstant(x)).toList();
        if (from.size() != 1 || from.getFirst().isEmpty() || !narrower(from.getFirst(), p)) {
          break;
        }
        found.addFirst(p);
        p = inside.contains(from.getFirst()) ? null : g.producer(from.getFirst());
      }
    }
    return found;
  }

  private boolean narrower(String value, Node than) {
    TensorType t = g.tensorType(value);
    return t != null && t.dtype().bits() < g.tensorType(than.output(0)).dtype().bits();
  }

  /**
   * Inputs of a node that its kernel has to load: a constant scalar of a binary operator is not.
   */
  private int loaded(Node n, Set<String> inside) {
    int count = 0;
    for (String i : n.inputs()) {
      TensorType t = i.isEmpty() ? null : g.tensorType(i);
      boolean immediate =
          g.isConstant(i) && n.inputs().size() == 2 && t != null && t.elements() == 1;
      count += i.isEmpty() || inside.contains(i) || immediate ? 0 : 1;
    }
    return count;
  }

  private boolean fits(Node n, TensorType shape) {
    if (!elementwise(n) || n.outputs().size() != 1) {
      return false;
    }
    TensorType t = g.tensorType(n.output(0));
    boolean packed = t == null || t.dtype().isPacked();
    for (String i : n.inputs()) {
      TensorType x = i.isEmpty() ? null : g.tensorType(i);
      packed |= x != null && x.dtype().isPacked();
    }
    return !packed && Arrays.equals(t.shape(), shape.shape());
  }

  /** The only node of the group whose value leaves it, or null when there are several. */
  private Node open(Node head, List<Node> members) {
    Map<String, Node> values = new HashMap<>();
    values.put(head.output(0), head);
    members.forEach(m -> values.put(m.output(0), m));
    Node found = null;
    for (Map.Entry<String, Node> e : values.entrySet()) {
      boolean leaves = g.outputs().contains(e.getKey());
      for (Node c : g.consumers(e.getKey())) {
        leaves |= !members.contains(c);
      }
      if (leaves) {
        if (found != null) {
          return null;
        }
        found = e.getValue();
      }
    }
    return found;
  }
}
