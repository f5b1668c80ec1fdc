package npusim.compiler.shape;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.compiler.eval.Evaluator;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Function;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.ir.ValueType;
import npusim.compiler.ops.InferContext;
import npusim.compiler.ops.Operator;
import npusim.compiler.ops.Operators;
import npusim.diag.Diagnostic;
import npusim.diag.NpusimException;

/** Walks graphs in order and applies every operator's rule. */
final class GraphInference {
  private static final double MAX_ELEMENTS = 0x1p50;

  private final Model model;
  private final long valueLimit;
  private final boolean strict;
  private final Map<Graph, Map<String, Tensor>> values = new IdentityHashMap<>();
  private final Map<Graph, Set<String>> extents = new IdentityHashMap<>();
  private final Set<String> unbound = new LinkedHashSet<>();
  private final List<Diagnostic> unresolved = new ArrayList<>();
  private final Map<Function.Key, Integer> specialised = new HashMap<>();
  private final Set<Function.Key> done = new LinkedHashSet<>();
  private final ControlFlow control = new ControlFlow(this);

  /**
   * An inference of a model.
   *
   * @param valueLimit largest value, in elements, that is computed on the way
   * @param strict whether nodes are held against their operators' signatures
   */
  GraphInference(Model model, long valueLimit, boolean strict) {
    this.model = model;
    this.strict = strict;
    this.valueLimit = valueLimit;
  }

  ShapeInference.Result result() {
    return new ShapeInference.Result(values, extents, unbound, unresolved);
  }

  void run() {
    run(new Scope(model.graph(), null));
  }

  void run(Scope s) {
    values.put(s.graph, s.values);
    extents.put(s.graph, s.extents.keySet());
    for (String in : s.graph.inputs()) {
      if (s.graph.type(in) instanceof TensorType t && !t.dtype().supported()) {
        throw NpusimException.infeasible(
            "onnx-type",
            "input '"
                + in
                + "' has element type "
                + t.dtype().onnxName()
                + ", which is not supported",
            "");
      }
    }
    // Walking a copy: specialising a function changes its calls, not the list.
    for (Node n : s.graph.nodes()) {
      node(s, n);
    }
  }

  private void node(Scope s, Node n) {
    Function f = model.function(n);
    if (f != null) {
      call(s, n, f);
      return;
    }
    Operator op = Operators.require(n);
    if (readsUnknown(s, n)) {
      unknown(s, n);
      return;
    }
    int inputs = n.inputs().size();
    if (control.handles(n)) {
      op.check(new InferContext(n, new TensorType[inputs], new Tensor[inputs]));
      control.infer(s, n);
      return;
    }
    TensorType[] types = new TensorType[inputs];
    Tensor[] constants = new Tensor[inputs];
    Tensor[] known = new Tensor[inputs];
    for (int i = 0; i < inputs; i++) {
      if (n.hasInput(i)) {
        types[i] = tensorType(s, n, n.input(i));
        constants[i] = s.constant(n.input(i));
        known[i] = constants[i] != null && constants[i].hasData() ? constants[i] : null;
      }
    }
    InferContext c = new InferContext(n, types, known);
    c.followExtents(i -> s.extents(n.input(i)));
    if (strict) {
      op.check(c);
    }
    boolean wide = n.has(InferContext.OUTPUT_TYPE);
    if (inputs > 0 && types[0] != null && !wide && !op.types().contains(types[0].dtype())) {
      throw c.refuse(
          "element type " + types[0].dtype().onnxName() + " is not supported for " + n.opType());
    }
    try {
      op.inferRule().infer(c);
    } catch (InferContext.NeedsValue e) {
      needsValue(s, n, n.input(e.input()), c);
      return;
    }
    TensorType[] results = c.results();
    for (int i = 0; i < results.length; i++) {
      if (n.hasOutput(i)) {
        if (results[i] == null) {
          throw c.refuse("output " + i + " is not supported");
        }
        if (!results[i].dtype().supported()) {
          throw c.refuse("element type " + results[i].dtype().onnxName() + " is not supported");
        }
        checkSize(c, results[i]);
        s.graph.setType(n.output(i), results[i]);
      }
    }
    evaluate(s, n, op, c, constants, results);
  }

  /** Products of extents are taken everywhere; they must fit. */
  private static void checkSize(InferContext c, TensorType t) {
    double elements = 1;
    for (Dim d : t.dims()) {
      elements *= Math.max(d.max(), 1);
    }
    if (elements > MAX_ELEMENTS) {
      throw c.refuse("a result of type " + t + " is larger than any memory");
    }
  }

  private void evaluate(
      Scope s, Node n, Operator op, InferContext c, Tensor[] constants, TensorType[] results) {
    Tensor fromTypes = op.evaluateTypes(c);
    if (fromTypes != null) {
      if (fromTypes.size() <= valueLimit) {
        s.values.put(n.output(0), fromTypes);
      }
      return;
    }
    if (followed(s, n, c)) {
      return;
    }
    Tensor[] out = Evaluator.fold(n, op, constants, results, valueLimit);
    for (int i = 0; out != null && i < out.length && i < results.length; i++) {
      if (n.hasOutput(i) && out[i] != null) {
        s.values.put(n.output(i), out[i]);
        s.graph.setType(n.output(i), out[i].type());
      }
    }
  }

  /** Follows shapes with data-dependent extents; constants are left to evaluation. */
  private static boolean followed(Scope s, Node n, InferContext c) {
    boolean dependent = n.is("Shape") || n.is("Size");
    for (String in : n.inputs()) {
      dependent |= !in.isEmpty() && s.extents(in) != null;
    }
    if (!dependent) {
      return false;
    }
    Tensor decided = ShapeValues.compare(s, c);
    if (decided != null) {
      s.values.put(n.output(0), decided);
      return true;
    }
    List<Dim> extents = ShapeValues.of(s, c);
    if (extents == null) {
      return false;
    }
    if (extents.stream().allMatch(Dim::known)) {
      TensorType t = c.results()[0];
      long[] v = extents.stream().mapToLong(Dim::value).toArray();
      s.values.put(n.output(0), Tensor.generateLongs(t.dtype(), t.shape(), i -> v[(int) i]));
    } else {
      s.extents.put(n.output(0), extents);
    }
    return true;
  }

  TensorType tensorType(Scope s, Node n, String name) {
    ValueType t = s.type(name);
    if (t instanceof TensorType tt) {
      return tt;
    }
    if (t == null) {
      throw NpusimException.usage(
          Diagnostic.error(
              "onnx-graph",
              "node "
                  + n.describe()
                  + " reads '"
                  + name
                  + "', which has no definition or no type"));
    }
    throw NpusimException.infeasible(
        "onnx-unsupported",
        "node " + n.describe() + ": value '" + name + "' of type " + t + " is not supported",
        "");
  }

  void unknown(Scope s, Node n) {
    for (String o : n.outputs()) {
      if (!o.isEmpty()) {
        s.unknown.add(o);
      }
    }
  }

  /** Says that a node's types depend on the value of an input that isn't constant. */
  void needsValue(Scope s, Node n, String input, InferContext c) {
    Set<String> roots = s.roots(input);
    unresolved(
        s,
        n,
        "its shape depends on the value of '" + input + "', which is known only at run time",
        c);
    if (!roots.contains("")) {
      unbound.addAll(roots);
    }
  }

  void unresolved(Scope s, Node n, String why, InferContext c) {
    unresolved.addAll(c.refuse(why).diagnostics());
    unknown(s, n);
  }

  /**
   * Says that the type of one output of a control flow node can't be known before it is expanded.
   */
  void unresolvedOutput(Scope s, Node n, int i) {
    s.unknown.add(n.output(i));
    unresolved.add(
        Diagnostic.error(
            "onnx-unsupported",
            "node "
                + n.describe()
                + ": the shape of output '"
                + n.output(i)
                + "' changes with the iteration or branch"));
  }

  private static boolean readsUnknown(Scope s, Node n) {
    for (String value : n.uses()) {
      if (s.isUnknown(value)) {
        return true;
      }
    }
    return false;
  }

  private void call(Scope s, Node n, Function f) {
    Graph body = f.body();
    List<TensorType> given = new ArrayList<>();
    for (int i = 0; i < body.inputs().size(); i++) {
      given.add(n.hasInput(i) ? tensorType(s, n, n.input(i)) : null);
    }
    if (readsUnknown(s, n)) {
      unknown(s, n);
      return;
    }
    Function use = done.contains(f.key()) && !matches(body, given) ? specialise(n, f, given) : f;
    if (done.add(use.key())) {
      for (int i = 0; i < given.size(); i++) {
        use.body().setType(use.body().inputs().get(i), given.get(i));
      }
      run(new Scope(use.body(), null));
    }
    for (int i = 0; i < n.outputs().size(); i++) {
      if (n.hasOutput(i)) {
        ValueType t = use.body().type(use.body().outputs().get(i));
        if (t == null) {
          s.unknown.add(n.output(i));
        } else {
          s.graph.setType(n.output(i), t);
        }
      }
    }
  }

  private static boolean matches(Graph body, List<TensorType> given) {
    for (int i = 0; i < given.size(); i++) {
      ValueType has = body.type(body.inputs().get(i));
      if (given.get(i) != null && !given.get(i).equals(has)) {
        return false;
      }
    }
    return true;
  }

  /** A copy of a function for calls with other shapes, told apart by its overload. */
  private Function specialise(Node n, Function f, List<TensorType> given) {
    for (Function other : model.functions().values()) {
      boolean sameFunction =
          other.key().domain().equals(f.key().domain())
              && other.key().name().equals(f.key().name());
      if (sameFunction && done.contains(other.key()) && matches(other.body(), given)) {
        n.setOverload(other.key().overload());
        return other;
      }
    }
    Function.Key key =
        new Function.Key(
            f.key().domain(),
            f.key().name(),
            f.key().overload() + "s" + specialised.merge(f.key(), 1, Integer::sum));
    Function copy =
        new Function(key, f.body().copy(), f.attributeNames(), f.attributeDefaults(), f.opsets());
    model.add(copy);
    n.setOverload(key.overload());
    return copy;
  }
}
