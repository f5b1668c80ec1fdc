package npusim.compiler.passes;

import java.util.LinkedHashMap;
import java.util.Map;
import npusim.compiler.ir.Tensor;

/**
 * What passes may know besides the model.
 *
 * @param dims extents of symbolic dimensions by name
 * @param bindings values of inputs that the user fixed at compile time
 * @param inputs values of inputs that may be fixed when shapes depend on them; their shapes are
 *     taken in any case
 * @param foldLimit largest constant, in elements, that folding computes
 */
public record PassContext(
    Map<String, Long> dims,
    Map<String, Tensor> bindings,
    Map<String, Tensor> inputs,
    long foldLimit) {
  /** Default of {@link #foldLimit}. */
  public static final long DEFAULT_FOLD_LIMIT = 1L << 20;

  /** Nothing bound, default limits. */
  public static final PassContext DEFAULT =
      new PassContext(Map.of(), Map.of(), Map.of(), DEFAULT_FOLD_LIMIT);

  /** Copies the maps, keeping their order. */
  public PassContext {
    dims = new LinkedHashMap<>(dims);
    bindings = new LinkedHashMap<>(bindings);
    inputs = new LinkedHashMap<>(inputs);
  }

  /** Dimensions and values bound by the user. */
  public static PassContext of(Map<String, Long> dims, Map<String, Tensor> bindings) {
    return new PassContext(dims, bindings, Map.of(), DEFAULT_FOLD_LIMIT);
  }

  /** Actual inputs given, as for {@code exec} and {@code onnx-test}. */
  public static PassContext ofInputs(Map<String, Tensor> inputs) {
    return new PassContext(Map.of(), Map.of(), inputs, DEFAULT_FOLD_LIMIT);
  }
}
