package npusim.compiler.passes;

import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.shape.Binder;

/** Gives symbolic dimensions their extents and bound inputs their values. */
public final class BindInputs implements Pass {
  @Override
  public String name() {
    return "bind-inputs";
  }

  @Override
  public String summary() {
    return "gives symbolic dimensions their extents (--dim) and fixed inputs their values (--bind)";
  }

  @Override
  public boolean run(Model m, PassContext c) {
    Binder.bindDims(m, c.dims());
    Binder.bindShapes(m, c.inputs());
    for (var e : c.bindings().entrySet()) {
      Tensor value = e.getValue();
      Binder.bindInput(m, e.getKey(), value);
    }
    Binder.requireBound(m);
    return !c.dims().isEmpty() || !c.inputs().isEmpty() || !c.bindings().isEmpty();
  }
}
