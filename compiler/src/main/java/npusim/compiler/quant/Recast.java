package npusim.compiler.quant;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import npusim.compiler.ModelNotes;
import npusim.compiler.ir.Function;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.passes.Pass;
import npusim.compiler.passes.PassContext;
import npusim.compiler.shape.ShapeInference;
import npusim.isa.DType;

/**
 * Changes binary32 values of a model to another floating-point type: inputs, constants and what is
 * computed of them. What leads to a sine or cosine stays binary32, since an angle grows with the
 * position and 16 bits have no fraction left of it; so do numbers that decide shapes. Models that
 * are quantised already keep their types.
 */
public final class Recast implements Pass {
  private static final int OPSET = 23;
  private static final Set<String> QUANTISED =
      Set.of(
          "QuantizeLinear",
          "DequantizeLinear",
          "DynamicQuantizeLinear",
          "MatMulInteger",
          "ConvInteger",
          "QLinearConv",
          "QLinearMatMul");

  private final DType to;
  private final boolean kernels;

  /** Recasts to a floating-point type. */
  public Recast(DType to) {
    this(to, true);
  }

  /**
   * Recasts to a floating-point type.
   *
   * @param kernels whether models that are a single kernel are recast as well
   */
  public Recast(DType to, boolean kernels) {
    this.to = to;
    this.kernels = kernels;
  }

  @Override
  public String name() {
    return "recast";
  }

  @Override
  public String summary() {
    return "changes binary32 values to the type computed in, angles and shape parameters excepted";
  }

  @Override
  public boolean run(Model m, PassContext c) {
    boolean own = !kernels && m.metadata().containsKey(ModelNotes.KERNEL);
    if (to == DType.F32 || own || isQuantised(m)) {
      return false;
    }
    recast(m.graph());
    for (Function f : m.functions().values()) {
      recast(f.body());
    }
    ShapeInference.infer(m).requireComplete();
    return true;
  }

  /** True when the model states integer arithmetic itself. */
  static boolean isQuantised(Model m) {
    return m.graph().nodes().stream()
        .anyMatch(n -> QUANTISED.contains(n.opType()) || n.opType().startsWith("QLinear"));
  }

  private void recast(Graph g) {
    Set<Node> wide = leadingToAngles(g);
    Set<String> kept = new HashSet<>();
    wide.forEach(n -> kept.addAll(n.inputs()));
    for (String in : g.inputs()) {
      TensorType t = g.tensorType(in);
      if (t != null && t.dtype() == DType.F32 && !kept.contains(in)) {
        g.setType(in, t.withDtype(to));
      }
    }
    for (String name : List.copyOf(g.initializers().keySet())) {
      constant(g, name, wide);
    }
    for (Node n : List.copyOf(g.nodes())) {
      if (n.is("Cast") && n.intAttr("to", 0) == DType.F32.onnxCode() && !wide.contains(n)) {
        n.set("to", to.onnxCode());
      }
    }
    for (String value : List.copyOf(g.types().keySet())) {
      TensorType t = g.tensorType(value);
      Node p = g.producer(value);
      boolean wideValue =
          t != null
              && t.dtype() == DType.F32
              && (p != null
                  ? wide.contains(p)
                  : kept.contains(value) && g.inputs().contains(value));
      if (wideValue) {
        narrow(g, value, wide, t);
      }
    }
  }

  /** The nodes from which a Sin or Cos gets its argument, and these. */
  private static Set<Node> leadingToAngles(Graph g) {
    Set<Node> out = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Node> work = new ArrayDeque<>();
    g.nodes().stream().filter(n -> n.is("Sin") || n.is("Cos")).forEach(work::add);
    while (!work.isEmpty()) {
      Node n = work.poll();
      if (out.add(n)) {
        for (String in : n.inputs()) {
          Node p = g.producer(in);
          TensorType t = g.tensorType(in);
          if (p != null && t != null && t.dtype() == DType.F32) {
            work.add(p);
          }
        }
      }
    }
    return out;
  }

  /**
   * A constant in the new type for those that compute in it; the others keep reading the old one.
   */
  private void constant(Graph g, String name, Set<Node> wide) {
    Tensor t = g.initializer(name);
    if (t.dtype() != DType.F32) {
      return;
    }
    List<Node> readers = g.consumers(name);
    boolean anyKeeps = readers.stream().anyMatch(n -> keeps(n, name, wide));
    if (!anyKeeps) {
      g.addInitializer(name, converted(t));
      return;
    }
    String copy = null;
    for (Node n : List.copyOf(readers)) {
      if (!keeps(n, name, wide)) {
        copy = copy == null ? g.addConstant(name, converted(t)) : copy;
        replace(n, name, copy);
      }
    }
  }

  /** True for a node that must read a constant as binary32. */
  private static boolean keeps(Node n, String constant, Set<Node> wide) {
    boolean parameter = (n.is("Resize") || n.is("Upsample")) && !n.input(0).equals(constant);
    return parameter || wide.contains(n);
  }

  private static void replace(Node n, String from, String by) {
    for (int i = 0; i < n.inputs().size(); i++) {
      if (n.input(i).equals(from)) {
        n.setInput(i, by);
      }
    }
  }

  /**
   * Converted when its bytes are first asked for; finite values beyond the new range become its
   * ends.
   */
  private Tensor converted(Tensor t) {
    if (!t.hasData()) {
      return Tensor.absent(to, t.dims());
    }
    double limit = to == DType.F16 ? 65504 : Double.MAX_VALUE;
    return Tensor.lazy(
        to,
        t.dims(),
        () ->
            Tensor.generate(
                    to,
                    t.dims(),
                    i ->
                        Double.isInfinite(t.at(i))
                            ? t.at(i)
                            : Math.max(-limit, Math.min(limit, t.at(i))))
                .data());
  }

  /** Readers of a binary32 value that compute in the new type read it through a Cast. */
  private void narrow(Graph g, String value, Set<Node> wide, TensorType t) {
    List<Node> readers =
        g.consumers(value).stream().filter(n -> !wide.contains(n) && !n.is("Cast")).toList();
    if (readers.isEmpty()) {
      return;
    }
    String out = g.freshName(value + "_" + to.shortName());
    Node cast = Node.of("Cast", OPSET, List.of(value), out).set("to", to.onnxCode());
    cast.setName(out);
    g.setType(out, t.withDtype(to));
    readers.forEach(n -> replace(n, value, out));
    Node p = g.producer(value);
    if (p != null) {
      g.insertAfter(p, cast);
    } else {
      g.add(0, cast);
    }
  }
}
