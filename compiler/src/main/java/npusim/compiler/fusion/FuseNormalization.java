package npusim.compiler.fusion;

import java.util.List;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.passes.GraphPass;
import npusim.compiler.passes.PassContext;
import npusim.isa.DType;

/**
 * RMS and layer normalisation over the last axis, as exporters spell them: x·(1/√(mean(x²) +
 * eps))·w, and (x - mean(x)) / √(mean((x - mean(x))²) + eps)·w + b, with casts around the
 * statistics in half precision.
 */
public final class FuseNormalization extends GraphPass {
  private static final int OPSET = 23;

  @Override
  public String name() {
    return "fuse-normalization";
  }

  @Override
  public String summary() {
    return "recognises RMSNormalization and LayerNormalization spelt in primitive operators";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    boolean changed = false;
    for (Node n : List.copyOf(g.nodes())) {
      if (n.is("Mul")) {
        changed |= scaled(g, n);
      }
    }
    for (Node n : List.copyOf(g.nodes())) {
      if (n.is("Add")) {
        changed |= bias(g, n);
      }
    }
    return changed;
  }

  /** A normalised row: its input, epsilon and whether the mean was taken out. */
  private record Row(String x, double epsilon, boolean centred) {}

  /** Mul of a normalised row and a constant vector. */
  private static boolean scaled(Graph g, Node n) {
    Matcher f = new Matcher(g);
    for (int i = 0; i < 2; i++) {
      String weight = n.input(1 - i);
      TensorType out = g.tensorType(n.output(0));
      if (out == null || !out.isStatic() || out.rank() == 0 || !f.isRowVector(weight, out)) {
        continue;
      }
      Row row = row(f, f.withoutCast(n.input(i)));
      TensorType x = row == null ? null : g.tensorType(row.x);
      if (x == null || !x.dims().equals(out.dims()) || !x.dtype().isFloat()) {
        continue;
      }
      String input = row.x;
      if (x.dtype() != out.dtype()) {
        continue;
      }
      long size = x.shape()[x.rank() - 1];
      String w =
          g.isConstant(weight) && g.tensorType(weight).rank() == 1
              ? weight
              : reshaped(g, weight, size);
      Node norm =
          Node.of(
              row.centred ? "LayerNormalization" : "RMSNormalization",
              OPSET,
              List.of(input, w),
              n.output(0));
      norm.setName(n.name());
      norm.metadata().putAll(n.metadata());
      norm.set("axis", x.rank() - 1L)
          .set("epsilon", (float) row.epsilon)
          .set("stash_type", (long) DType.F32.onnxCode());
      g.replace(n, List.of(norm));
      return true;
    }
    return false;
  }

  private static String reshaped(Graph g, String constant, long size) {
    Tensor t = g.initializer(constant);
    return g.addConstant(constant + "_row", t.reshaped(size));
  }

  /** Matches x·(1/√(…)) or x/√(…), x perhaps centred. */
  private static Row row(Matcher f, String value) {
    Node n = f.producer(value, "Mul", "Div");
    if (n == null) {
      return null;
    }
    for (int i = 0; i < (n.is("Mul") ? 2 : 1); i++) {
      String x = n.input(i);
      Node root = n.is("Div") ? f.producer(n.input(1), "Sqrt") : inverseRoot(f, n.input(1 - i));
      Node sum = root == null ? null : f.producer(root.input(0), "Add");
      if (sum == null) {
        continue;
      }
      for (int k = 0; k < 2; k++) {
        double epsilon = f.number(sum.input(1 - k));
        Node mean = f.producer(sum.input(k), "ReduceMean");
        if (Double.isNaN(epsilon) || epsilon < 0 || epsilon > 1 || !f.isRowMean(mean)) {
          continue;
        }
        String square = f.squared(mean.input(0));
        if (square != null && f.same(square, x)) {
          return centred(f, f.withoutCast(x), epsilon);
        }
      }
    }
    return null;
  }

  /** 1/√y as Reciprocal, as 1 divided by it or as y to the power of -1/2: the Sqrt node. */
  private static Node inverseRoot(Matcher f, String value) {
    Node r = f.producer(value, "Reciprocal", "Div");
    if (r == null) {
      return null;
    }
    if (r.is("Reciprocal")) {
      return f.producer(r.input(0), "Sqrt");
    }
    return f.isNumber(r.input(0), 1) ? f.producer(r.input(1), "Sqrt") : null;
  }

  private static Row centred(Matcher f, String x, double epsilon) {
    Node sub = f.producer(x, "Sub");
    if (sub != null) {
      Node mean = f.producer(sub.input(1), "ReduceMean");
      if (f.isRowMean(mean) && f.same(mean.input(0), sub.input(0))) {
        return new Row(f.withoutCast(sub.input(0)), epsilon, true);
      }
    }
    return new Row(x, epsilon, false);
  }

  /** A constant vector added to a layer normalisation without a bias becomes its bias. */
  private static boolean bias(Graph g, Node n) {
    Matcher f = new Matcher(g);
    for (int i = 0; i < 2; i++) {
      Node norm = f.producer(n.input(i), "LayerNormalization");
      String b = n.input(1 - i);
      if (norm == null
          || norm.hasInput(2)
          || norm.outputs().size() > 1
          || g.onlyConsumer(norm.output(0)) != n
          || !f.isRowVector(b, g.tensorType(n.output(0)))
          || g.tensorType(b).rank() != 1) {
        continue;
      }
      Node whole = norm.copy();
      whole.setOutput(0, n.output(0));
      whole.setInput(2, b);
      g.replace(n, List.of(whole));
      g.remove(norm);
      return true;
    }
    return false;
  }
}
