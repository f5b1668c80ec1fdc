package npusim.compiler.roll;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;

/**
 * A stretch of nodes that repeats: node {@code k} of run {@code r} is at {@code start + r·length +
 * k}. Checked to be the same computation in every run, up to the constants and inputs each run has
 * of its own.
 */
final class Block {
  final Graph graph;
  final int start;
  final int length;
  final int count;

  /** Names in run 0 of values handed on, by the name their first value has outside. */
  final Map<String, String> chain = new LinkedHashMap<>();

  /** Values from outside that every run reads. */
  final Set<String> shared = new LinkedHashSet<>();

  /** Names, run by run, of values each run has its own of; by the name in run 0. */
  final Map<String, List<String>> varying = new LinkedHashMap<>();

  /** Names, run by run, of graph outputs each run makes; by the name in run 0. */
  final Map<String, List<String>> yields = new LinkedHashMap<>();

  private final Map<String, int[]> places = new HashMap<>();

  private Block(Graph graph, int start, int length, int count) {
    this.graph = graph;
    this.start = start;
    this.length = length;
    this.count = count;
  }

  /** The block, or null when the runs are not the same computation. */
  static Block of(Graph graph, int start, int length, int count) {
    Block b = new Block(graph, start, length, count);
    return b.index() && b.inputs() && b.outputs() ? b : null;
  }

  /** Whether a run has a convolution. */
  boolean convolves() {
    for (int k = 0; k < length; k++) {
      if (node(0, k).is("Conv") || node(0, k).is("ConvInteger")) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether fewer values, or as many of fewer bytes, pass from run to run; of values alike those
   * with more readers, for a single reader may be computed together with the node before.
   */
  boolean handsOnLess(Block b) {
    if (chain.size() != b.chain.size()) {
      return chain.size() < b.chain.size();
    }
    long less = b.chainBytes() - chainBytes();
    return less != 0 ? less > 0 : readers() > b.readers();
  }

  private int readers() {
    return chain.keySet().stream().mapToInt(v -> graph.consumers(v).size()).sum();
  }

  private long chainBytes() {
    long bytes = 0;
    for (String v : chain.keySet()) {
      TensorType t = graph.tensorType(v);
      bytes += t == null ? 0 : t.dtype().bytesFor(t.elements());
    }
    return bytes;
  }

  Node node(int run, int k) {
    return graph.nodes().get(start + run * length + k);
  }

  private boolean index() {
    for (int r = 0; r < count; r++) {
      for (int k = 0; k < length; k++) {
        Node n = node(r, k);
        for (int o = 0; o < n.outputs().size(); o++) {
          if (n.hasOutput(o)) {
            places.put(n.output(o), new int[] {r, k, o});
          }
        }
      }
    }
    return true;
  }

  private boolean inputs() {
    for (int k = 0; k < length; k++) {
      for (int i = 0; i < node(0, k).inputs().size(); i++) {
        if (node(0, k).hasInput(i) && !input(k, i)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Finds out how input {@code i} of node {@code k} differs from run to run. */
  private boolean input(int k, int i) {
    String first = node(0, k).input(i);
    int[] made = places.get(first);
    if (made != null && made[0] == 0) {
      return each(r -> sameLocal(node(r, k).input(i), made, r));
    }
    if (made != null) {
      return false;
    }
    if (each(r -> node(r, k).input(i).equals(first))) {
      if (!graph.isConstant(first)) {
        shared.add(first);
      }
      return !chain.containsKey(first);
    }
    int[] next = places.get(node(1, k).input(i));
    if (next != null && next[0] == 0) {
      // Handed on: each run reads what the one before has made.
      boolean handed = true;
      for (int r = 1; r < count && handed; r++) {
        int[] p = places.get(node(r, k).input(i));
        handed = p != null && p[0] == r - 1 && p[1] == next[1] && p[2] == next[2];
      }
      String local = node(0, next[1]).output(next[2]);
      String before = chain.putIfAbsent(first, local);
      return handed
          && !shared.contains(first)
          && !graph.isConstant(first)
          && (before == null || before.equals(local))
          && graph.type(first).equals(graph.type(local));
    }
    return own(k, i, first);
  }

  private boolean own(int k, int i, String first) {
    List<String> names = new ArrayList<>();
    for (int r = 0; r < count; r++) {
      String v = node(r, k).input(i);
      if (v.isEmpty() || places.containsKey(v) || !graph.type(v).equals(graph.type(first))) {
        return false;
      }
      names.add(v);
      int run = r;
      if (graph.outputs().contains(v)
          || !graph.consumers(v).stream().allMatch(n -> inRun(n, run))) {
        return false;
      }
    }
    Tensor t = graph.isConstant(first) ? graph.initializer(first) : null;
    if (t != null && t.size() <= Signatures.SMALL) {
      // Equal by signature: the first run's stands for all.
      return true;
    }
    boolean constants = names.stream().allMatch(graph::isConstant);
    boolean inputs =
        names.stream().allMatch(v -> graph.inputs().contains(v) && !graph.isConstant(v));
    boolean distinct = Set.copyOf(names).size() == count;
    List<String> before = varying.putIfAbsent(first, names);
    return (constants || inputs) && distinct && (before == null || before.equals(names));
  }

  private boolean inRun(Node n, int run) {
    int[] p = places.get(n.outputs().stream().filter(s -> !s.isEmpty()).findFirst().orElse(""));
    return p != null && p[0] == run;
  }

  private boolean outputs() {
    if (!chain.values().stream().allMatch(v -> places.get(v)[0] == 0)) {
      return false;
    }
    for (int k = 0; k < length; k++) {
      for (int o = 0; o < node(0, k).outputs().size(); o++) {
        if (node(0, k).hasOutput(o) && !output(k, o)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Only handed-on values may be read outside, and graph outputs be made by every run. */
  private boolean output(int k, int o) {
    List<String> names = new ArrayList<>();
    int asOutput = 0;
    for (int r = 0; r < count; r++) {
      String v = node(r, k).output(o);
      names.add(v);
      asOutput += graph.outputs().contains(v) ? 1 : 0;
      for (Node reader : graph.consumers(v)) {
        int[] p =
            places.get(reader.outputs().stream().filter(s -> !s.isEmpty()).findFirst().orElse(""));
        boolean inside = p != null && (p[0] == r || p[0] == r + 1);
        boolean last = p == null && r == count - 1 && chain.containsValue(names.getFirst());
        if (!inside && !last) {
          return false;
        }
      }
    }
    boolean chained = chain.containsValue(names.getFirst());
    if (asOutput == 0 || chained && asOutput == 1 && graph.outputs().contains(names.getLast())) {
      return asOutput == 0;
    }
    if (asOutput < count || chained) {
      return false;
    }
    yields.put(names.getFirst(), names);
    return true;
  }

  private boolean sameLocal(String value, int[] made, int run) {
    int[] p = places.get(value);
    return p != null && p[0] == run && p[1] == made[1] && p[2] == made[2];
  }

  private interface PerRun {
    boolean test(int run);
  }

  private boolean each(PerRun p) {
    for (int r = 1; r < count; r++) {
      if (!p.test(r)) {
        return false;
      }
    }
    return true;
  }
}
