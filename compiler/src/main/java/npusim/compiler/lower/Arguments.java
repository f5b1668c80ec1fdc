package npusim.compiler.lower;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;
import npusim.compiler.kernels.KernelRegistry;
import npusim.hardware.Dram;
import npusim.hardware.Hardware;

/**
 * Inputs and outputs of a model where arrays lie in tiles: those that only elementwise operators
 * touch lie in the order of dimensions that fills up least, which is how XLA chooses it for them.
 * The others lie dense, row by row.
 */
final class Arguments {
  private Arguments() {}

  /** Dimensions from the outermost to the innermost in memory; null for one that lies dense. */
  static int[] order(Graph g, String value, Hardware hw) {
    TensorType t = g.tensorType(value);
    Dram.ArrayTile tile = hw.dram().arrayTile();
    boolean tiled = tile.lanes() > 1 && t != null && t.rank() > 1 && !t.dtype().isPacked();
    return tiled && elementwise(g, value) ? leastFilled(t, tile) : null;
  }

  /** The two dimensions that fill whole tiles best become the innermost; else the order stays. */
  private static int[] leastFilled(TensorType t, Dram.ArrayTile tile) {
    long[] dims = t.shape();
    int[] best = {dims.length - 2, dims.length - 1};
    for (int rows = 0; rows < dims.length; rows++) {
      for (int lanes = 0; lanes < dims.length; lanes++) {
        int[] pair = {rows, lanes};
        if (rows != lanes && filled(t, pair, tile) < filled(t, best, tile)) {
          best = pair;
        }
      }
    }
    int[] order = new int[dims.length];
    int at = 0;
    for (int d = 0; d < dims.length; d++) {
      if (d != best[0] && d != best[1]) {
        order[at++] = d;
      }
    }
    order[at] = best[0];
    order[at + 1] = best[1];
    return order;
  }

  /** Elements with what fills up the tiles, when two dimensions are the innermost. */
  private static double filled(TensorType t, int[] pair, Dram.ArrayTile tile) {
    double n = 1;
    long[] dims = t.shape();
    for (int d = 0; d < dims.length; d++) {
      long whole = d == pair[0] ? tile.rows(t.dtype()) : d == pair[1] ? tile.lanes() : 1;
      n *= Math.ceilDiv(dims[d], whole) * whole;
    }
    return n;
  }

  /**
   * Whether elementwise operators alone touch a value and all that they make of it or with it, and
   * all of that has one shape; constants of fewer dimensions aside.
   */
  private static boolean elementwise(Graph g, String value) {
    long[] shape = g.tensorType(value).shape();
    Set<String> seen = new HashSet<>(List.of(value));
    var open = new ArrayDeque<>(seen);
    while (!open.isEmpty()) {
      String v = open.poll();
      if (g.tensorType(v) == null || !Arrays.equals(g.tensorType(v).shape(), shape)) {
        return false;
      }
      var nodes = new HashSet<>(g.consumers(v));
      if (g.producer(v) != null) {
        nodes.add(g.producer(v));
      }
      for (Node n : nodes) {
        if (!KernelRegistry.isElementwise(n)) {
          return false;
        }
        n.inputs().stream().filter(i -> touches(g, i) && seen.add(i)).forEach(open::add);
        n.outputs().stream().filter(o -> !o.isEmpty() && seen.add(o)).forEach(open::add);
      }
    }
    return true;
  }

  private static boolean touches(Graph g, String input) {
    boolean small = g.initializer(input) != null && g.tensorType(input).rank() < 2;
    return !input.isEmpty() && !small;
  }
}
