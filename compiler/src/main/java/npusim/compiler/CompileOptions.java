package npusim.compiler;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Tensor;
import npusim.compiler.quant.Precision;
import npusim.compiler.quant.Pruning;
import npusim.diag.Diagnostic;
import npusim.isa.DType;

/**
 * What a user may choose about a compilation.
 *
 * @param precision number formats the model is recast to; empty keeps the model's own types
 * @param pruning how weights are pruned; empty leaves them
 * @param dims extents of symbolic dimensions by name
 * @param bindings values of inputs that must be known at compile time, by input name
 * @param inputs values of inputs that are known when compiling: their shapes are taken, and the
 *     value of one that decides shapes
 * @param tile forced extents m, n, k of matrix tiles; empty lets the compiler search
 * @param flags names of switches, such as {@code no-resident}
 * @param dump receives name of a pass and the graph after it
 * @param warnings receives what is odd about a model and no error
 */
public record CompileOptions(
    Optional<Precision> precision,
    Optional<Pruning> pruning,
    Map<String, Long> dims,
    Map<String, Tensor> bindings,
    Map<String, Tensor> inputs,
    Optional<Tile> tile,
    Set<String> flags,
    BiConsumer<String, Graph> dump,
    Consumer<Diagnostic> warnings) {

  /** Switch: intermediate tensors always go through DRAM. */
  public static final String NO_RESIDENT = "no-resident";

  /** Matrix tile extents. */
  public record Tile(long m, long n, long k) {}

  /** Everything at its default. */
  public static final CompileOptions DEFAULT =
      new CompileOptions(
          Optional.empty(),
          Optional.empty(),
          Map.of(),
          Map.of(),
          Map.of(),
          Optional.empty(),
          Set.of(),
          (p, g) -> {},
          w -> {});

  public CompileOptions {
    dims = new LinkedHashMap<>(dims);
    bindings = new LinkedHashMap<>(bindings);
    inputs = new LinkedHashMap<>(inputs);
    flags = Set.copyOf(flags);
  }

  /** True when the model is to compute in other types or with fewer weights than its own. */
  public boolean changesNumbers() {
    return pruning.isPresent() || precision.filter(p -> !p.keepsFloat32()).isPresent();
  }

  /** The same with symbolic dimensions bound. */
  public CompileOptions withDims(Map<String, Long> d) {
    return new CompileOptions(precision, pruning, d, bindings, inputs, tile, flags, dump, warnings);
  }

  /** The same with values of inputs bound. */
  public CompileOptions withBindings(Map<String, Tensor> b) {
    return new CompileOptions(precision, pruning, dims, b, inputs, tile, flags, dump, warnings);
  }

  /** The same with inputs known. */
  public CompileOptions withInputs(Map<String, Tensor> in) {
    return new CompileOptions(precision, pruning, dims, bindings, in, tile, flags, dump, warnings);
  }

  /** The same with the model recast to a type. */
  public CompileOptions withDtype(DType t) {
    return withPrecision(Precision.of(t));
  }

  /** The same with the model recast to number formats. */
  public CompileOptions withPrecision(Precision p) {
    return new CompileOptions(
        Optional.of(p), pruning, dims, bindings, inputs, tile, flags, dump, warnings);
  }

  /** The same with weights pruned. */
  public CompileOptions withPruning(Optional<Pruning> p) {
    return new CompileOptions(precision, p, dims, bindings, inputs, tile, flags, dump, warnings);
  }

  /** The same with forced matrix tiles. */
  public CompileOptions withTile(Tile t) {
    return new CompileOptions(
        precision, pruning, dims, bindings, inputs, Optional.of(t), flags, dump, warnings);
  }

  /** The same with switches. */
  public CompileOptions withFlags(Set<String> f) {
    return new CompileOptions(precision, pruning, dims, bindings, inputs, tile, f, dump, warnings);
  }

  /** The same with graphs handed out after every pass. */
  public CompileOptions withDump(BiConsumer<String, Graph> d) {
    return new CompileOptions(precision, pruning, dims, bindings, inputs, tile, flags, d, warnings);
  }

  /** The same with warnings handed out. */
  public CompileOptions withWarnings(Consumer<Diagnostic> w) {
    return new CompileOptions(precision, pruning, dims, bindings, inputs, tile, flags, dump, w);
  }
}
