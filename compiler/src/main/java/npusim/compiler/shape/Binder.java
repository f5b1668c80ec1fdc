package npusim.compiler.shape;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.diag.Diagnostic;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.isa.DType;

/**
 * Gives symbolic dimensions of a model's inputs their extents, and inputs their values, before
 * compilation.
 */
public final class Binder {
  private Binder() {}

  /** Names of the symbolic dimensions of the graph's inputs that aren't bound yet, in order. */
  public static Set<String> symbols(Model m) {
    Set<String> out = new LinkedHashSet<>();
    for (String in : m.graph().inputs()) {
      TensorType t = m.graph().tensorType(in);
      if (t != null && t.ranked()) {
        t.dims().stream()
            .filter(d -> !d.known() && d.symbol() != null)
            .forEach(d -> out.add(d.symbol()));
      }
    }
    return out;
  }

  /**
   * Binds dimensions by name in every input of the main graph. Declared types of other values are
   * left to inference.
   *
   * @throws NpusimException exit code 2 when a name isn't a dimension of the model or an extent is
   *     negative
   */
  public static void bindDims(Model m, Map<String, Long> extents) {
    Set<String> symbols = symbols(m);
    for (Map.Entry<String, Long> e : extents.entrySet()) {
      if (!symbols.contains(e.getKey())) {
        throw NpusimException.usage(
            "unknown-dim",
            "the model has no symbolic dimension '" + e.getKey() + "'",
            symbols.isEmpty() ? "it has none at all" : Names.suggest(e.getKey(), symbols));
      }
      if (e.getValue() < 0) {
        throw NpusimException.usage(
            "dim-range", "dimension '" + e.getKey() + "' is " + e.getValue(), "expected 0 or more");
      }
    }
    Graph g = m.graph();
    for (String in : g.inputs()) {
      TensorType t = g.tensorType(in);
      if (t != null && t.ranked()) {
        g.setType(in, t.withDims(t.dims().stream().map(d -> bound(d, extents)).toList()));
      }
    }
  }

  private static Dim bound(Dim d, Map<String, Long> extents) {
    Long v = d.known() || d.symbol() == null ? null : extents.get(d.symbol());
    return v == null ? d : Dim.of(v);
  }

  /**
   * Checks that every input has a fully known shape.
   *
   * @throws NpusimException exit code 2 listing the unbound names and the flag
   */
  public static void requireBound(Model m) {
    Set<String> symbols = symbols(m);
    if (!symbols.isEmpty()) {
      throw NpusimException.usage(
          Diagnostic.error(
                  "unbound-dim", "symbolic dimensions are not bound: " + String.join(", ", symbols))
              .withHint(
                  "give each an extent: "
                      + String.join(
                          " ", symbols.stream().map(s -> "--dim " + s + "=EXTENT").toList())));
    }
    List<Diagnostic> errors = new ArrayList<>();
    for (String in : m.graph().inputs()) {
      TensorType t = m.graph().tensorType(in);
      if (t != null && !t.isStatic()) {
        errors.add(
            Diagnostic.error(
                    "unbound-dim",
                    "input '" + in + "' has a dimension without extent or name: " + t)
                .withHint("export the model with a fixed or named dimension"));
      }
    }
    if (!errors.isEmpty()) {
      throw NpusimException.usage(errors);
    }
  }

  /**
   * Takes the shapes of actual inputs: symbolic and unknown dimensions become known, declared ones
   * are checked.
   *
   * @throws NpusimException exit code 2 when a tensor doesn't fit its declaration
   */
  public static void bindShapes(Model m, Map<String, Tensor> inputs) {
    Map<String, Long> extents = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> e : inputs.entrySet()) {
      TensorType t = m.graph().tensorType(e.getKey());
      if (t == null || !m.graph().inputs().contains(e.getKey())) {
        continue;
      }
      check(e.getKey(), t, e.getValue(), extents);
      m.graph().setType(e.getKey(), e.getValue().type());
    }
  }

  private static void check(String name, TensorType t, Tensor v, Map<String, Long> extents) {
    boolean fits = t.dtype() == v.dtype() && (!t.ranked() || t.rank() == v.rank());
    for (int i = 0; fits && t.ranked() && i < t.rank(); i++) {
      Dim d = t.dim(i);
      fits = !d.known() || d.value() == v.dim(i);
      if (!d.known() && d.symbol() != null) {
        Long before = extents.putIfAbsent(d.symbol(), v.dim(i));
        fits &= before == null || before == v.dim(i);
      }
    }
    if (!fits) {
      throw NpusimException.usage(
          "input-type",
          "input '"
              + name
              + "' is declared "
              + t
              + " but given "
              + v.dtype().onnxName()
              + Arrays.toString(v.dims()),
          extents.isEmpty() ? "" : "dimensions so far: " + extents);
    }
  }

  /**
   * Makes an input a constant. Integers fit every integer type that holds them and bool, and a
   * single value a scalar as well as a list of one.
   *
   * @throws NpusimException exit code 2 when there is no such input or the value doesn't fit
   */
  public static void bindInput(Model m, String name, Tensor value) {
    Graph g = m.graph();
    if (!g.inputs().contains(name)) {
      throw NpusimException.usage(
          "unknown-input",
          "the model has no input '" + name + "'",
          Names.suggest(name, g.inputs()));
    }
    TensorType t = g.tensorType(name);
    Tensor fitted = t == null ? value : fitted(t, value);
    if (t != null) {
      check(name, t, fitted, new LinkedHashMap<>());
    }
    g.inputs().remove(name);
    g.addInitializer(name, fitted);
  }

  /** The value in the declared type and rank where that changes nothing, else as it is. */
  private static Tensor fitted(TensorType t, Tensor v) {
    boolean integers = t.dtype().isInteger() || t.dtype() == DType.BOOL;
    if (v.dtype() != DType.I64 || !integers) {
      return v;
    }
    boolean one = t.ranked() && t.rank() <= 1 && v.rank() <= 1 && v.size() == 1;
    long[] dims = one ? new long[t.rank()] : v.dims();
    if (one) {
      Arrays.fill(dims, 1);
    }
    Tensor same = Tensor.generateLongs(t.dtype(), dims, v::longAt);
    for (long i = 0; i < v.size(); i++) {
      if (same.longAt(i) != v.longAt(i)) {
        return v;
      }
    }
    return same;
  }
}
