package npusim.compiler.passes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.kernels.FusionPlan;
import npusim.compiler.memory.Residency;
import npusim.compiler.tiling.Sharing;
import npusim.hardware.Hardware;

/**
 * Sends a batch of images in portions through the first layers of a network where the tensors of
 * the whole batch don't fit on the chip, and those of some images per core do. The layers are
 * repeated for every portion, their results lie in one tensor.
 */
public final class DepthFirst extends GraphPass {
  /** Marks a Concat whose inputs are computed in their places. */
  private static final String IN_PLACE = "npusim_in_place";

  private static final int OPSET = 18;

  private static final Set<String> BY_IMAGE =
      Set.of(
          "Add",
          "AveragePool",
          "Cast",
          "Clip",
          "Concat",
          "Conv",
          "ConvInteger",
          "DequantizeLinear",
          "Div",
          "LeakyRelu",
          "MaxPool",
          "Mul",
          "QuantizeLinear",
          "Relu",
          "Sigmoid",
          "Sub",
          "Tanh");

  private final Optional<Hardware> hw;

  /** For a chip; without one the pass does nothing. */
  public DepthFirst(Optional<Hardware> hw) {
    this.hw = hw;
  }

  @Override
  public String name() {
    return "depth-first";
  }

  @Override
  public String summary() {
    return "sends a batch in portions through layers whose tensors don't fit on the chip otherwise";
  }

  /** True for a Concat whose inputs are computed in their places. */
  public static boolean inPlace(Node n) {
    return n.is("Concat") && n.intAttr(IN_PLACE, 0) != 0;
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    if (hw.isEmpty() || g != m.graph()) {
      return false;
    }
    int cores = hw.get().chip().cores();
    long batch = batch(g);
    if (batch <= cores || batch % cores != 0) {
      return false;
    }
    List<Node> chain = chain(g, batch);
    FusionPlan fusion = FusionPlan.of(g);
    // The nodes of a layer end with the one that makes its tensor.
    List<List<Node>> layers = new ArrayList<>();
    List<Node> open = new ArrayList<>();
    for (Node n : chain) {
      open.add(n);
      if (fusion.of(n).last() == n && alone(open, fusion)) {
        layers.add(List.copyOf(open));
        open.clear();
      }
    }
    List<BatchPlan.Layer> plan = new ArrayList<>();
    Map<String, Integer> maker = new HashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      plan.add(layer(g, layers, i, maker, batch));
      maker.put(layers.get(i).getLast().output(0), i);
    }
    // Branches that are joined behind the chain all leave it: it ends where one tensor does.
    while (!plan.isEmpty() && !plan.getLast().cut()) {
      plan.removeLast();
    }
    boolean changed = false;
    int loads = Sharing.pays(hw.get()) ? 1 : cores;
    long area = Residency.area(hw.get());
    for (BatchPlan.Stretch s : BatchPlan.of(plan, batch, cores, loads, area)) {
      if (s.portions() > 1) {
        List<Node> nodes = new ArrayList<>();
        layers.subList(s.from(), s.to()).forEach(nodes::addAll);
        changed |= portions(g, nodes, batch, s.portions());
      }
    }
    return changed;
  }

  /** The first extent of the first image that is read, 0 when there is none. */
  private static long batch(Graph g) {
    for (String in : g.inputs()) {
      TensorType t = g.tensorType(in);
      if (t != null && t.isStatic() && t.rank() >= 3) {
        return t.shape()[0];
      }
    }
    return 0;
  }

  /** The first nodes as long as each works on every image by itself. */
  private static List<Node> chain(Graph g, long batch) {
    List<Node> chain = new ArrayList<>();
    Set<String> images = new HashSet<>();
    for (String in : g.inputs()) {
      TensorType t = g.tensorType(in);
      if (t != null && t.isStatic() && t.rank() >= 3 && t.shape()[0] == batch) {
        images.add(in);
      }
    }
    for (Node n : g.nodes()) {
      if (!byImage(g, n, images, batch)) {
        break;
      }
      chain.add(n);
      images.add(n.output(0));
    }
    return chain;
  }

  private static boolean byImage(Graph g, Node n, Set<String> images, long batch) {
    if (!n.domain().isEmpty() || !BY_IMAGE.contains(n.opType()) || n.outputs().size() != 1) {
      return false;
    }
    TensorType out = g.tensorType(n.output(0));
    if (g.outputs().contains(n.output(0)) || out.rank() < 3 || out.shape()[0] != batch) {
      return false;
    }
    int axis = (int) n.intAttr("axis", 1);
    if (n.is("Concat") && (axis < 0 ? axis + out.rank() : axis) == 0) {
      return false;
    }
    boolean quantises = n.opType().endsWith("quantizeLinear") || n.is("QuantizeLinear");
    for (int i = 0; i < n.inputs().size(); i++) {
      String in = n.input(i);
      if (in.isEmpty() || images.contains(in)) {
        continue;
      }
      if (!g.isConstant(in)) {
        return false;
      }
      TensorType t = g.tensorType(in);
      boolean weights = n.opType().startsWith("Conv");
      boolean wide = t.rank() == out.rank() && t.shape()[0] > 1;
      boolean along = quantises && t.elements() > 1 && n.intAttr("axis", 1) == 0;
      if (along || wide && !weights) {
        return false;
      }
    }
    return images.contains(n.input(0))
        || images.contains(n.input(Math.min(1, n.inputs().size() - 1)));
  }

  /** True when no group of fused nodes reaches beyond the nodes. */
  private static boolean alone(List<Node> nodes, FusionPlan fusion) {
    for (Node n : nodes) {
      if (!nodes.contains(fusion.of(n).last())) {
        return false;
      }
    }
    return true;
  }

  private static BatchPlan.Layer layer(
      Graph g, List<List<Node>> layers, int at, Map<String, Integer> maker, long batch) {
    long weights = 0;
    List<Integer> reads = new ArrayList<>();
    Set<String> behind = new HashSet<>();
    for (Node n : layers.get(at)) {
      for (String in : n.inputs()) {
        if (!in.isEmpty() && g.isConstant(in)) {
          TensorType t = g.tensorType(in);
          weights += t.dtype().bytesFor(t.elements());
        } else if (maker.containsKey(in)) {
          reads.add(maker.get(in));
        }
      }
    }
    for (int i = 0; i <= at; i++) {
      for (Node n : layers.get(i)) {
        for (Node reader : g.consumers(n.output(0))) {
          if (layers.subList(0, at + 1).stream().noneMatch(l -> l.contains(reader))) {
            behind.add(n.output(0));
          }
        }
      }
    }
    String made = layers.get(at).getLast().output(0);
    TensorType t = g.tensorType(made);
    boolean cut = behind.equals(Set.of(made));
    return new BatchPlan.Layer(t.dtype().bytesFor(t.elements()) / batch, weights, reads, cut);
  }

  /** Repeats nodes for every portion of the images; whether they read one tensor only. */
  private static boolean portions(Graph g, List<Node> nodes, long batch, long portions) {
    Set<String> made = new HashSet<>();
    nodes.forEach(n -> made.addAll(n.outputs()));
    Set<String> read = new HashSet<>();
    for (Node n : nodes) {
      n.inputs().stream()
          .filter(i -> !i.isEmpty() && !g.isConstant(i) && !made.contains(i))
          .forEach(read::add);
    }
    if (read.size() != 1) {
      return false;
    }
    String from = read.iterator().next();
    String result = nodes.getLast().output(0);
    long images = batch / portions;
    int at = g.nodes().indexOf(nodes.getFirst());
    List<Node> copies = new ArrayList<>();
    List<String> parts = new ArrayList<>();
    for (long p = 0; p < portions; p++) {
      String slice = g.freshName(from + "_portion");
      g.setType(slice, withBatch(g.tensorType(from), images));
      copies.add(slice(g, from, slice, p * images, images));
      Map<String, String> renamed = new HashMap<>(Map.of(from, slice));
      for (Node n : nodes) {
        Node copy = n.copy();
        for (int i = 0; i < n.inputs().size(); i++) {
          copy.setInput(i, renamed.getOrDefault(n.input(i), n.input(i)));
        }
        String out = g.freshName(n.output(0) + "_portion");
        g.setType(out, withBatch(g.tensorType(n.output(0)), images));
        renamed.put(n.output(0), out);
        copy.setOutput(0, out);
        copies.add(copy);
      }
      // Made on the chip and sent out as a whole: pieces of it would be short runs of memory.
      String part = renamed.get(result);
      String out = g.freshName(part + "_whole");
      g.setType(out, g.tensorType(part));
      Node sent = Node.of("Concat", OPSET, List.of(part), out).set("axis", 0L);
      sent.setName(out);
      sent.origin().succeed(nodes.getLast().origin());
      copies.add(sent);
      parts.add(out);
    }
    Node joined = Node.of("Concat", OPSET, parts, result).set("axis", 0L).set(IN_PLACE, 1L);
    joined.setName(result);
    copies.add(joined);
    g.removeAll(nodes);
    for (Node n : copies) {
      g.add(at++, n);
    }
    return true;
  }

  private static Node slice(Graph g, String from, String to, long start, long images) {
    List<String> inputs = new ArrayList<>(List.of(from));
    for (long v : new long[] {start, start + images, 0}) {
      inputs.add(g.addConstant(from + "_portion", Tensor.ofLongs(new long[] {1}, v)));
    }
    Node n = Node.of("Slice", OPSET, inputs, to);
    n.setName(to);
    return n;
  }

  private static TensorType withBatch(TensorType t, long images) {
    long[] shape = t.shape().clone();
    shape[0] = images;
    return TensorType.of(t.dtype(), shape);
  }
}
