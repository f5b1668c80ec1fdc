package npusim.compiler.kernels;

import java.util.List;
import npusim.compiler.ir.Node;
import npusim.compiler.memory.View;

/**
 * Turns nodes of some operators into instructions. One instance serves all nodes; state of a node
 * lives in the {@link KernelContext}.
 */
public interface Kernel {

  /**
   * Outputs that are mere views of inputs, in order of the node's outputs, or null when the node
   * needs code. Called before any storage has an address.
   */
  default List<View> views(KernelContext k) {
    return null;
  }

  /**
   * Outputs that take the place of inputs, in order of the node's outputs, or null. Unlike {@link
   * #views} the node has code, which changes the input's storage.
   */
  default List<View> inPlace(KernelContext k) {
    return null;
  }

  /** Units that do its work beside the transfers every kernel has, for the operator table. */
  default String units() {
    return "VEC";
  }

  /**
   * Whether the kernel can work on an operand that is resident in the scratchpad.
   *
   * @param input number of the input, or -1 for outputs
   */
  default boolean takesResident(Node n, int input) {
    return true;
  }

  /** Emits the code; inputs and outputs have their places. */
  void emit(KernelContext k);
}
