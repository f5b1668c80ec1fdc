package npusim.compiler.ir;

import java.util.BitSet;

/**
 * Which nodes of the model as read a node stands for, by their numbers, and what a user calls it.
 * {@link npusim.compiler.passes.Origins} keeps it while passes rewrite the graph.
 */
public final class Origin {
  private final BitSet own = new BitSet();
  private final BitSet absorbed = new BitSet();
  private String label = "";

  /** Nodes whose result this node makes, or a part of it. */
  public BitSet own() {
    return (BitSet) own.clone();
  }

  /** Nodes that this one does the work of, without their results being made. */
  public BitSet absorbed() {
    return (BitSet) absorbed.clone();
  }

  /** Node of the model with functions expanded; empty when not known. */
  public String label() {
    return label;
  }

  /** Sets the name for people. */
  public void setLabel(String name) {
    label = name;
  }

  /** True when nothing is known. */
  public boolean isEmpty() {
    return own.isEmpty() && absorbed.isEmpty();
  }

  /** Says that the node is the model's node of a number. */
  public void number(int node) {
    own.set(node);
  }

  /** The node makes what another one made. */
  public void succeed(Origin other) {
    own.or(other.own);
    absorbed.or(other.absorbed);
    if (label.isEmpty()) {
      label = other.label;
    }
  }

  /** The node does another one's work on the way to its own result. */
  public void absorb(Origin other) {
    absorbed.or(other.own);
    absorbed.or(other.absorbed);
    if (label.isEmpty()) {
      label = other.label;
    }
  }
}
