package npusim.compiler.shape;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.ir.ValueType;
import npusim.compiler.ops.InferContext;
import npusim.isa.DType;

/** Types of If, Loop and Scan, from those of their graphs. */
final class ControlFlow {
  private final GraphInference inference;

  ControlFlow(GraphInference inference) {
    this.inference = inference;
  }

  boolean handles(Node n) {
    return n.is("If") || n.is("Loop") || n.is("Scan");
  }

  void infer(Scope s, Node n) {
    switch (n.opType()) {
      case "If" -> branches(s, n);
      case "Loop" -> loop(s, n);
      default -> scan(s, n);
    }
  }

  private InferContext context(Scope s, Node n) {
    TensorType[] types = new TensorType[n.inputs().size()];
    Tensor[] known = new Tensor[types.length];
    for (int i = 0; i < types.length; i++) {
      if (n.hasInput(i)) {
        types[i] = inference.tensorType(s, n, n.input(i));
        Tensor t = s.constant(n.input(i));
        known[i] = t != null && t.hasData() ? t : null;
      }
    }
    return new InferContext(n, types, known);
  }

  private Graph graph(InferContext c, String key) {
    Graph g = c.node().graphAttr(key);
    if (g == null) {
      throw c.fail("has no graph '" + key + "'");
    }
    return g;
  }

  private void branches(Scope s, Node n) {
    InferContext c = context(s, n);
    Tensor condition = c.value(0);
    if (condition != null && condition.size() != 1) {
      throw c.fail("the condition has shape " + c.type(0) + ", expected one element");
    }
    expect(c, graph(c, "then_branch"), "then_branch", 0, 0, n.outputs().size());
    expect(c, graph(c, "else_branch"), "else_branch", 0, 0, n.outputs().size());
    Scope yes = new Scope(graph(c, "then_branch"), s);
    Scope no = new Scope(graph(c, "else_branch"), s);
    // A branch that is never taken needn't make sense for these shapes.
    if (condition == null || condition.longAt(0) != 0) {
      inference.run(yes);
    }
    if (condition == null || condition.longAt(0) == 0) {
      inference.run(no);
    }
    for (int i = 0; i < n.outputs().size(); i++) {
      ValueType a = outputType(yes, i);
      ValueType b = outputType(no, i);
      if (condition != null) {
        a = condition.longAt(0) != 0 ? a : b;
        b = a;
      }
      ValueType t = a != null && b != null ? merge(c, a, b) : null;
      if (condition == null && !(t instanceof TensorType tt && tt.isBounded())) {
        inference.needsValue(s, n, n.input(0), c);
        return;
      }
      set(s, n, i, t);
    }
  }

  private static ValueType outputType(Scope branch, int i) {
    if (i >= branch.graph.outputs().size()) {
      return null;
    }
    String name = branch.graph.outputs().get(i);
    return branch.isUnknown(name) ? null : branch.type(name);
  }

  private void set(Scope s, Node n, int i, ValueType t) {
    if (!n.hasOutput(i)) {
      return;
    }
    boolean known = t instanceof TensorType tt && tt.isBounded();
    if (known) {
      s.graph.setType(n.output(i), t);
    } else {
      inference.unresolvedOutput(s, n, i);
    }
  }

  private static ValueType merge(InferContext c, ValueType a, ValueType b) {
    if (a.equals(b)) {
      return a;
    }
    if (!(a instanceof TensorType x) || !(b instanceof TensorType y) || x.dtype() != y.dtype()) {
      throw c.fail("the branches give " + a + " and " + b);
    }
    if (!x.ranked() || !y.ranked() || x.rank() != y.rank()) {
      return TensorType.unranked(x.dtype());
    }
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      dims.add(x.dim(i).equals(y.dim(i)) ? x.dim(i) : Dim.UNKNOWN);
    }
    return new TensorType(x.dtype(), dims);
  }

  private void loop(Scope s, Node n) {
    InferContext c = context(s, n);
    Graph body = graph(c, "body");
    Scope inner = new Scope(body, s);
    int states = Math.max(0, n.inputs().size() - 2);
    expect(c, body, "body", states + 2, states + 1, n.outputs().size() + 1);
    body.setType(body.inputs().get(0), TensorType.of(DType.I64));
    body.setType(body.inputs().get(1), TensorType.of(DType.BOOL));
    for (int i = 0; i < states; i++) {
      body.setType(body.inputs().get(i + 2), c.type(i + 2));
    }
    inference.run(inner);
    Tensor trips = c.value(0);
    Tensor condition = c.value(1);
    if ((trips != null && trips.size() != 1) || (condition != null && condition.size() != 1)) {
      throw c.fail("the trip count and the condition have one element");
    }
    Tensor next = inner.constant(body.outputs().get(0));
    int open = c.has(0) && trips == null ? 0 : c.has(1) && condition == null ? 1 : -1;
    if (open >= 0) {
      inference.needsValue(s, n, n.input(open), c);
      return;
    }
    boolean counted = trips != null;
    boolean always = passesCondition(body) || (next != null && next.longAt(0) != 0);
    for (int i = 0; i < n.outputs().size(); i++) {
      ValueType t = outputType(inner, i + 1);
      if (i < states) {
        boolean stable = t != null && t.equals(c.type(i + 2));
        set(s, n, i, stable ? t : null);
      } else if (t instanceof TensorType tt && counted && always && tt.ranked()) {
        long count =
            condition != null && condition.longAt(0) == 0 ? 0 : Math.max(0, trips.longAt(0));
        set(s, n, i, stacked(tt, Dim.of(count), 0));
      } else {
        set(s, n, i, null);
      }
    }
  }

  private static long[] axes(InferContext c, String key, int n) {
    long[] v = c.attrs(key, new long[n]);
    if (v.length != n) {
      throw c.fail("attribute '" + key + "' has " + v.length + " entries, expected " + n);
    }
    return v;
  }

  /** Holds a nested graph's signature against the node around it. */
  private static void expect(
      InferContext c, Graph body, String key, int inputs, int atLeast, int outputs) {
    if (body.inputs().size() != inputs) {
      throw c.fail(
          "graph '" + key + "' has " + body.inputs().size() + " inputs, expected " + inputs);
    }
    if (body.outputs().size() < Math.max(atLeast, outputs)) {
      throw c.fail(
          "graph '"
              + key
              + "' has "
              + body.outputs().size()
              + " outputs, expected at least "
              + Math.max(atLeast, outputs));
    }
  }

  /** True when the body hands the condition on as it came. */
  static boolean passesCondition(Graph body) {
    String name = body.outputs().get(0);
    Node p = body.producer(name);
    while (p != null && p.is("Identity")) {
      name = p.input(0);
      p = body.producer(name);
    }
    return name.equals(body.inputs().get(1));
  }

  private static TensorType stacked(TensorType t, Dim count, int axis) {
    List<Dim> dims = new ArrayList<>(t.dims());
    dims.add(axis, count);
    return t.withDims(dims);
  }

  private void scan(Scope s, Node n) {
    InferContext c = context(s, n);
    if (n.opset() < 9) {
      throw c.refuse("Scan of opset 8 is not supported");
    }
    Graph body = graph(c, "body");
    Scope inner = new Scope(body, s);
    int scans = (int) c.attr("num_scan_inputs", 0L);
    int states = n.inputs().size() - scans;
    if (scans < 1 || states < 0) {
      throw c.fail("num_scan_inputs is " + scans + " of " + n.inputs().size() + " inputs");
    }
    expect(c, body, "body", n.inputs().size(), states, n.outputs().size());
    long[] axes = axes(c, "scan_input_axes", scans);
    int outs = body.outputs().size() - states;
    long[] outAxes = axes(c, "scan_output_axes", outs);
    axes(c, "scan_input_directions", scans);
    axes(c, "scan_output_directions", outs);
    Dim count = Dim.UNKNOWN;
    for (int i = 0; i < n.inputs().size(); i++) {
      TensorType t = c.type(i);
      if (i >= states) {
        int axis = c.axis(axes[i - states], t.rank());
        count = t.dim(axis);
        List<Dim> dims = new ArrayList<>(t.dims());
        dims.remove(axis);
        t = t.withDims(dims);
      }
      body.setType(body.inputs().get(i), t);
    }
    inference.run(inner);
    for (int i = 0; i < n.outputs().size(); i++) {
      ValueType t = outputType(inner, i);
      if (i < states) {
        set(s, n, i, t != null && t.equals(c.type(i)) ? t : null);
      } else if (t instanceof TensorType tt && tt.ranked()) {
        set(s, n, i, stacked(tt, count, c.axis(outAxes[i - states], tt.rank() + 1)));
      } else {
        set(s, n, i, null);
      }
    }
  }
}
