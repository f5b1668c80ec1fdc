package npusim.compiler.decompose;

import npusim.compiler.ir.Node;
import npusim.compiler.ops.Operators;
import npusim.diag.NpusimException;

/**
 * Refusals of nodes that are valid ONNX but can't be compiled: exit code 3, naming node, operator,
 * domain, version.
 */
public final class Refusal {
  private Refusal() {}

  /** A node refused for a reason, such as {@code "training mode"}. */
  public static NpusimException of(Node n, String reason) {
    return Operators.refusal(n, reason, "npusim ops lists the supported operators and types");
  }

  /** A node refused because an input must be known at compile time. */
  public static NpusimException unbound(Node n, int input, String what) {
    return NpusimException.infeasible(
        "unbound-input",
        "node "
            + n.describe()
            + ": its "
            + what
            + " (input '"
            + n.input(input)
            + "') decides shapes and must be known at compile time",
        "give the value with --bind " + n.input(input) + "=VALUE, or make it a constant");
  }
}
