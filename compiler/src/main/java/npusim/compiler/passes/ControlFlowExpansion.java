package npusim.compiler.passes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.ops.Operators;
import npusim.compiler.shape.ShapeInference;
import npusim.diag.NpusimException;

/**
 * Expands control flow in place: If with a known condition becomes its branch, with an unknown one
 * both branches and a choice; Loop and Scan with a known count become as many copies of their body.
 */
final class ControlFlowExpansion {
  private static final long MAX_TRIPS = 4096;

  private final Graph graph;
  private final ShapeInference.Result types;

  private ControlFlowExpansion(Graph graph, ShapeInference.Result types) {
    this.graph = graph;
    this.types = types;
  }

  /**
   * Expands what can be expanded in the outermost graph; nested control flow follows in a later
   * round.
   */
  static boolean expand(Model m, ShapeInference.Result types) {
    boolean changed = new ControlFlowExpansion(m.graph(), types).expand();
    for (var f : m.functions().values()) {
      changed |= new ControlFlowExpansion(f.body(), types).expand();
    }
    return changed;
  }

  private boolean expand() {
    boolean changed = false;
    for (Node n : List.copyOf(graph.nodes())) {
      if (n.is("If")) {
        changed |= expandIf(n);
      } else if (n.is("Loop")) {
        changed |= expandLoop(n);
      } else if (n.is("Scan")) {
        changed |= expandScan(n);
      }
    }
    return changed;
  }

  private Tensor constant(String name) {
    Tensor t = graph.isConstant(name) ? graph.initializer(name) : types.values(graph).get(name);
    return t != null && t.hasData() ? t : null;
  }

  private Node node(String op, int opset, List<String> inputs, String output) {
    return Node.of(op, opset, inputs, output);
  }

  private boolean expandIf(Node n) {
    Tensor condition = constant(n.input(0));
    List<Node> nodes = new ArrayList<>();
    if (condition != null) {
      Graph branch = n.graphAttr(condition.longAt(0) != 0 ? "then_branch" : "else_branch");
      List<String> results = inline(n, branch, List.of(), nodes, "");
      finish(n, results, nodes);
      return true;
    }
    for (String o : n.outputs()) {
      TensorType t = graph.tensorType(o);
      if (t == null || !t.isStatic()) {
        return false;
      }
    }
    List<String> yes = inline(n, n.graphAttr("then_branch"), List.of(), nodes, "then");
    List<String> no = inline(n, n.graphAttr("else_branch"), List.of(), nodes, "else");
    for (int i = 0; i < n.outputs().size(); i++) {
      nodes.add(node("Where", n.opset(), List.of(n.input(0), yes.get(i), no.get(i)), n.output(i)));
    }
    graph.replace(n, nodes);
    return true;
  }

  private List<String> inline(
      Node n, Graph body, List<String> args, List<Node> nodes, String suffix) {
    String prefix = n.name() + (suffix.isEmpty() ? "" : "/" + suffix);
    return new GraphInliner(graph, null, prefix).inline(body, args, nodes);
  }

  private void finish(Node n, List<String> results, List<Node> nodes) {
    for (int i = 0; i < n.outputs().size(); i++) {
      if (n.hasOutput(i)) {
        nodes.add(node("Identity", n.opset(), List.of(results.get(i)), n.output(i)));
      }
    }
    graph.replace(n, nodes);
  }

  private static void limit(Node n, long trips) {
    if (trips > MAX_TRIPS) {
      throw Operators.refusal(
          n, "runs " + trips + " times; at most " + MAX_TRIPS + " are expanded", "");
    }
  }

  private boolean expandLoop(Node n) {
    Graph body = n.graphAttr("body");
    Tensor trips = n.hasInput(0) ? constant(n.input(0)) : null;
    Tensor condition =
        n.hasInput(1)
            ? constant(n.input(1))
            : Tensor.generate(npusim.isa.DType.BOOL, new long[0], i -> 1);
    Tensor next = types.values(body).get(body.outputs().get(0));
    boolean always = passesCondition(body) || (next != null && next.longAt(0) != 0);
    if (condition == null || (condition.longAt(0) != 0 && (trips == null || !always))) {
      return false;
    }
    long count = condition.longAt(0) == 0 ? 0 : Math.max(0, trips.longAt(0));
    limit(n, count);
    List<Node> nodes = new ArrayList<>();
    List<String> state = new ArrayList<>(n.inputs().subList(2, n.inputs().size()));
    int scans = body.outputs().size() - 1 - state.size();
    List<List<String>> stacks = stacks(scans);
    String go = graph.addConstant(n.name() + "/go", condition);
    for (long i = 0; i < count; i++) {
      List<String> args = new ArrayList<>();
      args.add(graph.addConstant(n.name() + "/i", Tensor.scalar(i)));
      args.add(go);
      args.addAll(state);
      List<String> out = inline(n, body, args, nodes, Long.toString(i));
      go = out.get(0);
      state = new ArrayList<>(out.subList(1, 1 + state.size()));
      push(n, stacks, out.subList(1 + state.size(), out.size()), nodes, new long[scans]);
    }
    List<String> results = new ArrayList<>(state);
    for (int s = 0; s < scans && state.size() + s < n.outputs().size(); s++) {
      results.add(join(n, stacks.get(s), nodes, 0, body.outputs().get(1 + state.size() + s), body));
    }
    finish(n, results, nodes);
    return true;
  }

  /** True when the body hands the condition on as it came. */
  private static boolean passesCondition(Graph body) {
    String name = body.outputs().get(0);
    for (Node p = body.producer(name); p != null && p.is("Identity"); p = body.producer(name)) {
      name = p.input(0);
    }
    return name.equals(body.inputs().get(1));
  }

  private static List<List<String>> stacks(int n) {
    List<List<String>> out = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      out.add(new ArrayList<>());
    }
    return out;
  }

  private void push(
      Node n, List<List<String>> stacks, List<String> slices, List<Node> nodes, long[] axes) {
    for (int s = 0; s < slices.size(); s++) {
      String lifted = graph.freshName(slices.get(s));
      nodes.add(unsqueeze(n, slices.get(s), lifted, axes[s]));
      stacks.get(s).add(lifted);
    }
  }

  private Node unsqueeze(Node n, String in, String out, long axis) {
    if (n.opset() < 13) {
      return node("Unsqueeze", n.opset(), List.of(in), out).set("axes", new long[] {axis});
    }
    return node(
        "Unsqueeze", n.opset(), List.of(in, graph.addConstant("axes", Tensor.vector(axis))), out);
  }

  private String join(
      Node n, List<String> parts, List<Node> nodes, long axis, String hint, Graph body) {
    if (parts.isEmpty()) {
      TensorType t = body.tensorType(hint);
      if (t == null || !t.isStatic()) {
        throw NpusimException.infeasible(
            "onnx-unsupported",
            "node " + n.describe() + ": a loop that never runs gives '" + hint + "' no shape",
            "");
      }
      long[] shape = new long[t.rank() + 1];
      System.arraycopy(t.shape(), 0, shape, 1, t.rank());
      return graph.addConstant(hint, Tensor.zeros(t.dtype(), shape));
    }
    String joined = graph.freshName(hint);
    nodes.add(node("Concat", n.opset(), parts, joined).set("axis", axis));
    return joined;
  }

  private boolean expandScan(Node n) {
    Graph body = n.graphAttr("body");
    int scans = (int) n.intAttr("num_scan_inputs", 0);
    int states = n.inputs().size() - scans;
    long[] axes = n.intsAttr("scan_input_axes", new long[scans]);
    long[] directions = n.intsAttr("scan_input_directions", new long[scans]);
    int outs = body.outputs().size() - states;
    long[] outAxes = n.intsAttr("scan_output_axes", new long[outs]);
    long[] outDirections = n.intsAttr("scan_output_directions", new long[outs]);
    TensorType first = graph.tensorType(n.input(states));
    if (first == null || !first.isStatic()) {
      return false;
    }
    long count = first.dim((int) axes[0]).value();
    limit(n, count);
    List<Node> nodes = new ArrayList<>();
    List<String> state = new ArrayList<>(n.inputs().subList(0, states));
    List<List<String>> stacks = stacks(outs);
    for (long i = 0; i < count; i++) {
      List<String> args = new ArrayList<>(state);
      for (int s = 0; s < scans; s++) {
        long at = directions[s] == 0 ? i : count - 1 - i;
        String slice = graph.freshName(n.input(states + s));
        String index = graph.addConstant("index", Tensor.scalar(at));
        nodes.add(
            node("Gather", n.opset(), List.of(n.input(states + s), index), slice)
                .set("axis", axes[s]));
        args.add(slice);
      }
      List<String> out = inline(n, body, args, nodes, Long.toString(i));
      state = new ArrayList<>(out.subList(0, states));
      long[] at = Arrays.copyOf(outAxes, outs);
      push(n, stacks, out.subList(states, out.size()), nodes, at);
    }
    List<String> results = new ArrayList<>(state);
    for (int s = 0; s < outs && states + s < n.outputs().size(); s++) {
      List<String> parts = outDirections[s] == 0 ? stacks.get(s) : stacks.get(s).reversed();
      results.add(join(n, parts, nodes, outAxes[s], body.outputs().get(states + s), body));
    }
    finish(n, results, nodes);
    return true;
  }
}
