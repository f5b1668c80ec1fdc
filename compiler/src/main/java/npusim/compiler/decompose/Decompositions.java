package npusim.compiler.decompose;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import npusim.compiler.ir.Node;

/** All decomposition rules by operator. */
public final class Decompositions {
  private static final Map<String, Rule> RULES = collect();

  private Decompositions() {}

  private static Map<String, Rule> collect() {
    Map<String, Rule> out = new TreeMap<>();
    Stream.of(
            ActivationRules.rules(),
            ReductionRules.rules(),
            LegacyRules.rules(),
            ShapeRules.rules(),
            NormRules.rules(),
            PoolRules.rules(),
            LossRules.rules(),
            MatMulRules.rules(),
            QuantRules.rules(),
            RecurrentRules.rules(),
            AttentionRules.rules())
        .flatMap(List::stream)
        .forEach(
            r -> {
              if (out.put(r.qualifiedOp(), r) != null) {
                throw new IllegalStateException("two rules for " + r.qualifiedOp());
              }
            });
    return Collections.unmodifiableMap(out);
  }

  /** The rule of a node's operator, or null. */
  public static Rule of(Node n) {
    return RULES.get(n.qualifiedOp());
  }

  /** The rule of an operator ({@code com.microsoft.FusedConv}, {@code Elu}), or null. */
  public static Rule of(String qualifiedOp) {
    return RULES.get(qualifiedOp);
  }

  /** Every rule, sorted by operator. */
  public static Collection<Rule> all() {
    return RULES.values();
  }
}
