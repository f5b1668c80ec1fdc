package npusim.compiler.passes;

import npusim.compiler.decompose.Decomposer;
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
    return new Decomposer(m.graph()).run() > 0;
  }
}
