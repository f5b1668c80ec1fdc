package npusim.compiler.lower;

import java.util.BitSet;
import npusim.compiler.ir.Node;

/** What became of the nodes of the model as read, each counted once. */
final class OriginCount {
  private final BitSet mapped = new BitSet();
  private final BitSet fused = new BitSet();
  private final BitSet alias = new BitSet();

  /** A node with instructions of its own. */
  void mapped(Node n) {
    mapped.or(n.origin().own());
    fused.or(n.origin().absorbed());
  }

  /** A node done by another one's instructions. */
  void fused(Node n) {
    fused.or(n.origin().own());
    fused.or(n.origin().absorbed());
  }

  /** A node that only renames memory. */
  void alias(Node n) {
    alias.or(n.origin().own());
    alias.or(n.origin().absorbed());
  }

  /** A node that became several operations counts as the first of mapped, fused, alias. */
  void settle() {
    fused.andNot(mapped);
    alias.andNot(mapped);
    alias.andNot(fused);
  }

  int mapped() {
    return mapped.cardinality();
  }

  int fused() {
    return fused.cardinality();
  }

  int alias() {
    return alias.cardinality();
  }
}
