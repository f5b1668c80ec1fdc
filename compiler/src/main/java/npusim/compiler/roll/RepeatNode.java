package npusim.compiler.roll;

import java.util.List;
import npusim.compiler.decompose.CoreOps;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;

/**
 * The operator {@code npusim.Repeat}: a body that runs {@code count} times, one after the other.
 *
 * <p>The body's inputs are {@code chain} values that each run hands to the next, {@code shared}
 * values that are the same for all, and {@code varying} values that every run has its own of. Its
 * outputs are the chain values in the same order and {@code yields} values that every run makes its
 * own of. The node's inputs are the first chain values, the shared ones, then the varying ones run
 * by run; its outputs are the last chain values, then what the runs yield, run by run.
 */
public record RepeatNode(Node node, Graph body, int count, int chain, int shared) {
  /** Operator name. */
  public static final String OP = "Repeat";

  static final String BODY = "body";
  static final String COUNT = "count";
  static final String CHAIN = "chain";
  static final String SHARED = "shared";

  /** Reads a node. */
  public static RepeatNode of(Node n) {
    return new RepeatNode(
        n,
        n.graphAttr(BODY),
        (int) n.intAttr(COUNT, 0),
        (int) n.intAttr(CHAIN, 0),
        (int) n.intAttr(SHARED, 0));
  }

  /** True for a node of this operator. */
  public static boolean is(Node n) {
    return n.is(CoreOps.DOMAIN, OP);
  }

  /** Number of values that every run has its own of. */
  public int varying() {
    return body.inputs().size() - chain - shared;
  }

  /** Number of values that every run makes its own of. */
  public int yields() {
    return body.outputs().size() - chain;
  }

  /** The node's inputs for varying value {@code v}, run by run. */
  public List<String> varyingInputs(int v) {
    return java.util.stream.IntStream.range(0, count)
        .mapToObj(run -> node.input(chain + shared + run * varying() + v))
        .toList();
  }

  /** The node's outputs for yielded value {@code y}, run by run. */
  public List<String> yieldedOutputs(int y) {
    return java.util.stream.IntStream.range(0, count)
        .mapToObj(run -> node.output(chain + run * yields() + y))
        .toList();
  }
}
