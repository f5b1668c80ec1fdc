package npusim.compiler.shape;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.diag.Diagnostic;
import npusim.diag.NpusimException;

/**
 * Infers element type and shape of every value of a model, following constant values where shapes
 * depend on them (Reshape, Slice, Range, …). Types are stored in the graphs; nested graphs and
 * bodies of functions included.
 */
public final class ShapeInference {
  /** Largest value, in elements, that is computed on the way by default. */
  public static final long DEFAULT_VALUE_LIMIT = 1L << 16;

  /** What an inference found besides the types. */
  public static final class Result {
    private final Map<Graph, Map<String, Tensor>> values;
    private final Map<Graph, Set<String>> extents;
    private final Set<String> unboundInputs;
    private final List<Diagnostic> unresolved;

    Result(
        Map<Graph, Map<String, Tensor>> values,
        Map<Graph, Set<String>> extents,
        Set<String> unboundInputs,
        List<Diagnostic> unresolved) {
      this.values = values;
      this.extents = extents;
      this.unboundInputs = unboundInputs;
      this.unresolved = unresolved;
    }

    /** Values of node outputs known at compile time, for a graph visited. */
    public Map<String, Tensor> values(Graph g) {
      return values.getOrDefault(g, Map.of());
    }

    /** Names of values that are shapes with data-dependent extents, for a graph visited. */
    public Set<String> extents(Graph g) {
      return extents.getOrDefault(g, Set.of());
    }

    /** Graph inputs whose values decide shapes and that are not bound, in the order met. */
    public Set<String> unboundInputs() {
      return unboundInputs;
    }

    /** Why shapes stayed unknown; empty when all are known (data-dependent ones by their bound). */
    public List<Diagnostic> unresolved() {
      return unresolved;
    }

    /** True when every shape is known. */
    public boolean complete() {
      return unresolved.isEmpty();
    }

    /**
     * Refuses an incomplete result.
     *
     * @throws NpusimException exit code 2 when binding inputs would help, exit code 3 otherwise
     */
    public void requireComplete() {
      if (!unboundInputs.isEmpty()) {
        String first = unboundInputs.iterator().next();
        throw NpusimException.usage(
            "unbound-input",
            "shapes depend on the value of input"
                + (unboundInputs.size() > 1 ? "s " : " ")
                + String.join(", ", unboundInputs.stream().map(s -> "'" + s + "'").toList()),
            "bind it at compile time: --bind " + first + "=VALUE");
      }
      if (!unresolved.isEmpty()) {
        throw NpusimException.infeasible(unresolved);
      }
    }
  }

  private ShapeInference() {}

  /** Infers with the default limit for values. */
  public static Result infer(Model m) {
    return infer(m, DEFAULT_VALUE_LIMIT);
  }

  /**
   * Infers every type of the model.
   *
   * @param valueLimit largest value, in elements, that is computed on the way
   * @throws NpusimException exit code 2 when the model contradicts itself, exit code 3 naming node,
   *     operator, domain and version when an operator or type isn't supported
   */
  public static Result infer(Model m, long valueLimit) {
    return run(new GraphInference(m, valueLimit, true));
  }

  /**
   * As {@link #infer(Model, long)}, of a model that passes have brought into core forms: nodes are
   * not held against the operators' signatures, since a product may have weights of another type.
   */
  public static Result inferCore(Model m, long valueLimit) {
    return run(new GraphInference(m, valueLimit, false));
  }

  private static Result run(GraphInference g) {
    g.run();
    return g.result();
  }

  /**
   * Infers one graph by itself, without model-local functions.
   *
   * @param opsets opset imports of the model around it
   */
  public static Result infer(Graph graph, Map<String, Integer> opsets) {
    Model m = new Model(graph);
    m.opsets().putAll(opsets);
    return infer(m);
  }

  /** Graph inputs whose values decide shapes and that are not bound yet. */
  public static Set<String> unboundInputs(Model m) {
    return new LinkedHashSet<>(infer(m).unboundInputs());
  }
}
