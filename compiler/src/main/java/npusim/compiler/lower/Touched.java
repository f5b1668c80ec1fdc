package npusim.compiler.lower;

import java.util.List;
import npusim.compiler.kernels.Kernel;
import npusim.compiler.kernels.KernelContext;
import npusim.compiler.memory.Residency;
import npusim.compiler.memory.View;

/** Tells residency which values each step reads and writes, and how its kernel divides them. */
final class Touched {
  private final Residency residency;
  private final int cores;

  Touched(Residency residency, int cores) {
    this.residency = residency;
    this.cores = cores;
  }

  /** What the kernel of a step touches. */
  void by(int step, Kernel kernel, KernelContext k, List<View> outputs) {
    for (int i = 0; i < k.inputCount(); i++) {
      if (k.in(i) != null) {
        int axis = divides(kernel, k, i, k.in(i));
        int loads = kernel.everywhere(k, i) ? cores : 1;
        residency.step(step, kernel.takesResident(k.node(), i), axis, k.in(i), loads);
      }
    }
    for (View v : outputs) {
      if (v != null) {
        int axis = outputs.size() > 1 ? -1 : divides(kernel, k, -1, v);
        residency.step(step, kernel.takesResident(k.node(), -1), axis, v, 0);
      }
    }
  }

  private static int divides(Kernel kernel, KernelContext k, int input, View v) {
    int dim = v.outermost();
    return dim < 0 ? -1 : kernel.divides(k, input, dim);
  }

  /**
   * What a node reads that is computed by the kernel of another before it.
   *
   * @param head the kernel, in the context {@code first}
   * @param member the node's own context
   */
  void byMember(int step, Kernel head, KernelContext first, KernelContext member) {
    int rank = member.graph().tensorType(member.node().output(0)).rank();
    for (int i = 0; i < member.inputCount(); i++) {
      View v = member.in(i);
      if (v != null) {
        int dim = v.outermost();
        int axis = dim < 0 ? -1 : dim + rank - v.rank();
        axis = axis >= 0 && head.divides(first, -1, axis) == axis ? axis : -1;
        residency.step(step, head.takesResident(member.node(), i), axis, v, 1);
      }
    }
  }
}
