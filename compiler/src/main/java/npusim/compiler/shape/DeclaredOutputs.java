package npusim.compiler.shape;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.TensorType;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.NpusimException;

/**
 * What a model declares its outputs to be, held against what its nodes make. Another element type
 * is refused, as ONNX Runtime does. Another shape is only warned of: exporters write the extents of
 * their sample input where the model runs with others.
 */
public final class DeclaredOutputs {
  private final Map<String, TensorType> declared = new LinkedHashMap<>();

  /** The declarations of a graph as it was read. */
  public DeclaredOutputs(Graph g) {
    for (String output : g.outputs()) {
      TensorType t = g.tensorType(output);
      if (t != null) {
        declared.put(output, t);
      }
    }
  }

  /**
   * Compares with the types that were inferred.
   *
   * @param extents extents of symbolic dimensions
   * @param source the model's file; empty when there is none
   * @return a warning for every output of another shape
   * @throws NpusimException (usage) for outputs of another element type
   */
  public List<Diagnostic> check(Graph inferred, Map<String, Long> extents, String source) {
    Location where = source.isEmpty() ? Location.NONE : Location.ofFile(source);
    var wrong = new ArrayList<Diagnostic>();
    var warnings = new ArrayList<Diagnostic>();
    declared.forEach(
        (output, t) -> {
          TensorType made = inferred.tensorType(output);
          if (made == null) {
            return;
          }
          String message = "output '" + output + "' is declared " + t + ", the model makes " + made;
          if (made.dtype() != t.dtype()) {
            wrong.add(
                Diagnostic.error(
                    "onnx-output-type",
                    message,
                    where,
                    "declare it " + made.dtype().onnxName() + " or add a Cast"));
          } else if (!fits(t, made, extents)) {
            warnings.add(
                Diagnostic.warning(
                    "onnx-output-shape", message, where, "what the model makes counts"));
          }
        });
    if (!wrong.isEmpty()) {
      throw NpusimException.usage(wrong);
    }
    return warnings;
  }

  private static boolean fits(TensorType t, TensorType made, Map<String, Long> extents) {
    if (!t.ranked() || !made.ranked()) {
      return true;
    }
    boolean fits = t.rank() == made.rank();
    for (int i = 0; fits && i < t.rank(); i++) {
      Dim d = t.dim(i);
      long extent = d.known() ? d.value() : extents.getOrDefault(String.valueOf(d.symbol()), -1L);
      fits = extent < 0 || !made.dim(i).known() || made.dim(i).value() == extent;
    }
    return fits;
  }
}
