package npusim.compiler.kernels;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.ir.Node;
import npusim.compiler.memory.View;

/**
 * Elementwise nodes that follow a node and are computed by its kernel on the way out: the epilogue
 * of a product, the rest of a chain of elementwise nodes.
 *
 * @param value the value that the kernel's own node gives
 * @param members contexts of the nodes, in order
 */
public record Tail(String value, List<KernelContext> members) {
  /** Nothing follows. */
  public static final Tail NONE = new Tail("", List.of());

  /** True when nothing follows. */
  public boolean isEmpty() {
    return members.isEmpty();
  }

  /**
   * Appends the nodes' steps.
   *
   * @param r region that computes the kernel's own result as {@code v}
   * @param v its value number
   * @param ins views of the region's inputs; those of further operands are added
   * @return value number of the last result
   */
  public int append(Region r, int v, List<View> ins) {
    Map<String, Integer> values = new HashMap<>();
    values.put(value, v);
    int last = v;
    for (KernelContext k : members) {
      Node n = k.node();
      last = ElementwiseKernel.append(k, r, ins, i -> values.getOrDefault(n.input(i), -1));
      values.put(n.output(0), last);
    }
    return last;
  }
}
