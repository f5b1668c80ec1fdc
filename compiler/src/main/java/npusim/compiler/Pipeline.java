package npusim.compiler;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.decompose.MarkCaches;
import npusim.compiler.fusion.FoldAffine;
import npusim.compiler.fusion.FuseActivation;
import npusim.compiler.fusion.FuseAttention;
import npusim.compiler.fusion.FuseNormalization;
import npusim.compiler.ir.Model;
import npusim.compiler.passes.CommonSubexpressions;
import npusim.compiler.passes.ConstantFolding;
import npusim.compiler.passes.DeadCodeElimination;
import npusim.compiler.passes.Decompose;
import npusim.compiler.passes.IdentityElimination;
import npusim.compiler.passes.Pass;
import npusim.compiler.passes.PassContext;
import npusim.compiler.passes.Passes;
import npusim.compiler.quant.FoldParameters;
import npusim.compiler.quant.IntegerArithmetic;
import npusim.compiler.quant.MergeScales;

/** The passes of a compilation in the order they run. */
public final class Pipeline {
  private static final List<Pass> PASSES = passes();

  private Pipeline() {}

  private static List<Pass> passes() {
    var all = new ArrayList<>(Passes.frontEnd());
    // Once calls are expanded and before shapes depend on lengths.
    all.add(1, new MarkCaches());
    all.add(new FuseNormalization());
    all.add(new FuseActivation());
    all.add(new FuseAttention());
    all.add(new IntegerArithmetic());
    all.add(new FoldParameters());
    all.add(new Decompose());
    // What decompositions leave behind is folded and swept as the front end does.
    all.add(new ConstantFolding());
    all.add(new IdentityElimination());
    all.add(new FoldAffine());
    all.add(new MergeScales());
    all.add(new CommonSubexpressions());
    all.add(new DeadCodeElimination());
    return List.copyOf(all);
  }

  /** The passes in order; one that runs twice is listed twice. */
  public static List<Pass> all() {
    return PASSES;
  }

  /** Runs every pass on a model. */
  static void run(Model m, CompileOptions o) {
    var c = new PassContext(o.dims(), o.bindings(), o.inputs(), PassContext.DEFAULT_FOLD_LIMIT);
    Passes.run(m, PASSES, c, (p, model) -> o.dump().accept(p.name(), model.graph()));
  }
}
