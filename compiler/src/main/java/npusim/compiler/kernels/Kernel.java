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

  /**
   * The dimension of the node's work to divide among cores so that each core touches only its part
   * of an operand that is cut along one of its dimensions; -1 when there is none. A kernel that
   * gives one divides its work so when an operand is {@link
   * npusim.compiler.memory.Storage#divided}.
   *
   * @param input number of the input, or -1 for the output
   * @param dim dimension of the operand
   */
  default int divides(KernelContext k, int input, int dim) {
    return -1;
  }

  /** Whether every core reads all of an input, each computing other columns of a product. */
  default boolean everywhere(KernelContext k, int input) {
    return false;
  }

  /** Emits the code; inputs and outputs have their places. */
  void emit(KernelContext k);
}
