package npusim.compiler.codegen;

import java.util.ArrayList;
import java.util.List;
import npusim.isa.Instruction;

/** Growing instruction list with the graph node of each instruction. */
public final class Code {
  private final List<Instruction> instructions = new ArrayList<>();
  private int[] nodes = new int[256];

  /** Appends an instruction of node {@code node} (-1 for none). */
  public void add(Instruction i, int node) {
    if (instructions.size() == nodes.length) {
      nodes = java.util.Arrays.copyOf(nodes, 2 * nodes.length);
    }
    nodes[instructions.size()] = node;
    instructions.add(i);
  }

  /** Replaces an instruction. */
  public void set(int at, Instruction i) {
    instructions.set(at, i);
  }

  /** Number of instructions. */
  public int size() {
    return instructions.size();
  }

  /** The instructions. */
  public Instruction[] instructions() {
    return instructions.toArray(Instruction[]::new);
  }

  /** Node per instruction. */
  public int[] nodes() {
    return java.util.Arrays.copyOf(nodes, instructions.size());
  }

  void truncate(int size) {
    while (instructions.size() > size) {
      instructions.removeLast();
    }
  }
}
