package npusim.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import npusim.compiler.decompose.KeepAttention;
import npusim.compiler.decompose.MarkCaches;
import npusim.compiler.fusion.FoldAffine;
import npusim.compiler.fusion.FuseActivation;
import npusim.compiler.fusion.FuseAttention;
import npusim.compiler.fusion.FuseNormalization;
import npusim.compiler.ir.Model;
import npusim.compiler.kernels.AttentionOp;
import npusim.compiler.passes.ChannelsLast;
import npusim.compiler.passes.CommonSubexpressions;
import npusim.compiler.passes.ConstantFolding;
import npusim.compiler.passes.DeadCodeElimination;
import npusim.compiler.passes.Decompose;
import npusim.compiler.passes.DepthFirst;
import npusim.compiler.passes.IdentityElimination;
import npusim.compiler.passes.InferShapes;
import npusim.compiler.passes.Origins;
import npusim.compiler.passes.Pass;
import npusim.compiler.passes.PassContext;
import npusim.compiler.passes.Passes;
import npusim.compiler.quant.CompressWeights;
import npusim.compiler.quant.FoldParameters;
import npusim.compiler.quant.IntegerArithmetic;
import npusim.compiler.quant.MergeScales;
import npusim.compiler.quant.Precision;
import npusim.compiler.quant.Prune;
import npusim.compiler.quant.Pruning;
import npusim.compiler.quant.QuantizeEarly;
import npusim.compiler.quant.QuantizeInputs;
import npusim.compiler.quant.QuantizeModel;
import npusim.compiler.quant.Recast;
import npusim.compiler.quant.WeightOnly;
import npusim.compiler.roll.RollLayers;
import npusim.compiler.shape.DeclaredOutputs;
import npusim.hardware.Hardware;
import npusim.isa.DType;

/** The passes of a compilation in the order they run. */
public final class Pipeline {
  private static final List<Pass> DOCUMENTED = documented();

  private Pipeline() {}

  /**
   * The passes of a compilation.
   *
   * @param precision number formats the model is recast to; empty keeps its own
   */
  public static List<Pass> of(Optional<Precision> precision) {
    return of(precision, Optional.empty(), Optional.empty());
  }

  /**
   * The passes of a compilation.
   *
   * @param precision number formats the model is recast to; empty keeps its own
   * @param pruning how weights are pruned; empty leaves them
   * @param hw the chip; empty for one that can do everything
   */
  public static List<Pass> of(
      Optional<Precision> precision, Optional<Pruning> pruning, Optional<Hardware> hw) {
    var all = new ArrayList<>(Passes.frontEnd());
    // Once calls are expanded and before shapes depend on lengths.
    all.add(1, new MarkCaches());
    all.add(new FuseNormalization());
    all.add(new FuseActivation());
    all.add(new FuseAttention());
    // A single kernel in 8-bit floats rounds to them at once.
    boolean kernels = precision.flatMap(Precision::products).filter(DType::isFloat).isEmpty();
    precision.ifPresent(p -> all.add(new Recast(compute(p, hw), kernels)));
    pruning.ifPresent(p -> all.add(new Prune(p)));
    precision
        .filter(p -> p.weights().isPresent())
        .ifPresent(p -> all.add(new WeightOnly(p.weights().get(), p.group())));
    all.add(new IntegerArithmetic());
    all.add(new FoldParameters());
    // Integer products find an attention's parts; 8-bit floats, as in common use, are for products
    // with weights.
    if (!precision.flatMap(Precision::products).equals(Optional.of(DType.I8)) || hw.isEmpty()) {
      all.add(new KeepAttention((g, n) -> hw.isPresent() && AttentionOp.runs(g, n, hw.get())));
    }
    decompose(all);
    all.add(new FoldAffine());
    if (precision.isPresent() && precision.get().products().isPresent()) {
      boolean unsigned = hw.map(h -> h.core().matrix().supports(DType.U8)).orElse(false);
      all.add(new QuantizeModel(precision.get().products().get(), unsigned));
      all.add(new IntegerArithmetic());
      decompose(all);
    }
    all.add(new QuantizeEarly());
    all.add(new QuantizeInputs());
    all.add(new IdentityElimination());
    all.add(new MergeScales());
    all.add(new CommonSubexpressions());
    all.add(new DeadCodeElimination());
    pruning.ifPresent(p -> all.add(new CompressWeights(p, hw)));
    all.add(new DepthFirst(hw));
    all.add(new ChannelsLast());
    all.add(new RollLayers());
    return List.copyOf(all);
  }

  /**
   * What is computed in outside of products: beside products in 8 bits the 16-bit float that the
   * chip's vector unit handles faster than binary32, where it has one.
   */
  private static DType compute(Precision p, Optional<Hardware> hw) {
    boolean narrower = p.compute() == DType.F32 && p.products().isPresent();
    if (narrower && hw.isPresent()) {
      var vector = hw.get().core().vector();
      DType narrow = hw.get().nativeType() == DType.BF16 ? DType.BF16 : DType.F16;
      if (vector.lanesPerCycle(narrow) > vector.lanesPerCycle(DType.F32)) {
        return narrow;
      }
    }
    return p.compute();
  }

  /** Decomposition, and the sweeping of what it leaves behind. */
  private static void decompose(List<Pass> all) {
    all.add(new Decompose());
    all.add(new ConstantFolding());
    all.add(new IdentityElimination());
    all.add(new DeadCodeElimination());
  }

  private static List<Pass> documented() {
    return of(
        Optional.of(
            new Precision("every", DType.BF16, Optional.of(DType.I8), Optional.of(DType.I4), 128)),
        Optional.of(Pruning.parse("2:4")),
        Optional.empty());
  }

  /**
   * Every pass there is, in the order of a compilation that needs them all; one that runs twice is
   * listed twice.
   */
  public static List<Pass> all() {
    return DOCUMENTED;
  }

  /** Runs the passes on a model, but for those that a flag {@code no-NAME} switches off. */
  static void run(Model m, Hardware hw, CompileOptions o) {
    var c = new PassContext(o.dims(), o.bindings(), o.inputs(), PassContext.DEFAULT_FOLD_LIMIT);
    List<Pass> passes =
        of(o.precision(), o.pruning(), Optional.of(hw)).stream()
            .filter(p -> !o.flags().contains("no-" + p.name()))
            .toList();
    Origins origins = Origins.number(m.graph());
    var declared = new DeclaredOutputs(m.graph());
    var inferred = new AtomicBoolean();
    Passes.run(
        m,
        passes,
        c,
        (p, model) -> {
          origins.follow();
          origins.label();
          if (p instanceof InferShapes && inferred.compareAndSet(false, true)) {
            declared.check(model.graph(), o.dims(), model.source()).forEach(o.warnings());
          }
          o.dump().accept(p.name(), model.graph());
        });
  }
}
