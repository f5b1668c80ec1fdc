package npusim.compiler.passes;

import npusim.compiler.decompose.Decomposer;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;

/** Rewrites every operator that no kernel computes into ones that kernels do. */
public final class Decompose implements Pass {
  @Override
  public String name() {
    return "decompose";
  }

  @Override
  public String summary() {
    return "rewrite composite operators into core operators";
  }

  @Override
  public boolean run(Model m, PassContext c) {
    int expanded = new Decomposer(m.graph(), n -> m.function(n) != null).run();
    for (var f : m.functions().values()) {
      if (f.repeated()) {
        Graph body = f.body();
        expanded += new Decomposer(body, n -> m.function(n) != null).run();
      }
    }
    return expanded > 0;
  }
}
