package npusim.compiler.passes;

import java.util.List;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ops.Operators;
import npusim.compiler.shape.Binder;
import npusim.compiler.shape.ShapeInference;
import npusim.diag.NpusimException;

/**
 * Infers the type of every value. Control flow whose conditions and counts are known is expanded on
 * the way, and inputs whose values decide shapes are bound when their values are given.
 */
public final class InferShapes implements Pass {
  private static final int MAX_ROUNDS = 64;

  @Override
  public String name() {
    return "infer-shapes";
  }

  @Override
  public String summary() {
    return "infers type and shape of every value; expands If, Loop and Scan with known conditions"
        + " and counts";
  }

  @Override
  public boolean run(Model m, PassContext c) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      ShapeInference.Result r = ShapeInference.infer(m);
      boolean again = ControlFlowExpansion.expand(m, r);
      for (String name : List.copyOf(r.unboundInputs())) {
        Tensor value = c.inputs().get(name);
        if (value != null && m.graph().inputs().contains(name)) {
          Binder.bindInput(m, name, value);
          again = true;
        }
      }
      if (again) {
        continue;
      }
      r.requireComplete();
      refuseControlFlow(m);
      if (!DynamicPadding.run(m.graph(), r)) {
        m.graph().nameNodes();
        return true;
      }
    }
    throw NpusimException.infeasible("onnx-unsupported", "control flow is nested too deeply", "");
  }

  private static void refuseControlFlow(Model m) {
    for (Node n : m.graph().nodes()) {
      if (n.is("If") || n.is("Loop") || n.is("Scan")) {
        throw Operators.refusal(
            n,
            "runs for a number of times or on a condition that only data decides",
            "bind the input that decides it: --bind NAME=VALUE");
      }
    }
  }
}
