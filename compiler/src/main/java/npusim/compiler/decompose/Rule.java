package npusim.compiler.decompose;

import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;

/**
 * How one operator is expressed by others.
 *
 * @param domain operator domain, {@code ""} for the default one
 * @param op operator name
 * @param summary the expression in a few words, for {@code npusim ops}
 * @param when true for the nodes of the operator that the rule rewrites; the others are core
 *     operators already
 * @param expansion emits the nodes
 */
public record Rule(String domain, String op, String summary, When when, Expansion expansion) {
  /** Domain of the operators that ONNX Runtime's tools emit. */
  public static final String MICROSOFT = "com.microsoft";

  /** Tells the nodes that a rule rewrites from those that are in core form. */
  @FunctionalInterface
  public interface When {
    /** True when the rule rewrites {@code n} of graph {@code g}. */
    boolean test(Node n, Graph g);
  }

  /** Emits the nodes that take a node's place and binds its outputs by {@link Emit#result}. */
  @FunctionalInterface
  public interface Expansion {
    /**
     * Emits the replacement of {@code n}.
     *
     * @throws npusim.diag.NpusimException infeasible, when the node's form can't be expressed; the
     *     message names it
     */
    void expand(Node n, Emit e);
  }

  /** A rule of the default domain. */
  public static Rule of(String op, String summary, Expansion expansion) {
    return new Rule("", op, summary, (n, g) -> true, expansion);
  }

  /**
   * A rule that brings some forms of a core operator into the one form that code generation knows.
   */
  public static Rule form(String op, String summary, When when, Expansion expansion) {
    return new Rule("", op, summary, when, expansion);
  }

  /** A rule of ONNX Runtime's own domain. */
  public static Rule microsoft(String op, String summary, Expansion expansion) {
    return new Rule(MICROSOFT, op, summary, (n, g) -> true, expansion);
  }

  /** Operator with its domain, as {@link Node#qualifiedOp}. */
  public String qualifiedOp() {
    return domain.isEmpty() ? op : domain + "." + op;
  }
}
