package npusim.compiler.fusion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;
import npusim.compiler.passes.GraphPass;
import npusim.compiler.passes.PassContext;

/**
 * Attention as exporters spell it: MatMul(q, kᵀ), scaled, with an optional mask added, Softmax,
 * MatMul with v. Keys and values repeated for groups of query heads are taken before the
 * repetition.
 */
public final class FuseAttention extends GraphPass {
  private static final int OPSET = 23;

  @Override
  public String name() {
    return "fuse-attention";
  }

  @Override
  public String summary() {
    return "recognises scaled dot-product attention spelt in MatMul, Softmax and MatMul";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    boolean changed = false;
    for (Node n : List.copyOf(g.nodes())) {
      if (n.is("Softmax")) {
        changed |= fuse(g, n);
      } else if (n.is("Attention")) {
        changed |= ungroup(g, n, 1);
        changed |= ungroup(g, n, 2);
      }
    }
    return changed;
  }

  /**
   * The scores behind a softmax: query, key, mask ("" for none) and the factor of their product.
   */
  private record Scores(String q, String k, String mask, double scale) {}

  private static boolean fuse(Graph g, Node softmax) {
    TensorType s = g.tensorType(softmax.output(0));
    if (s == null || !s.isStatic() || s.rank() != 4 || !s.dtype().isFloat()) {
      return false;
    }
    long axis = softmax.intAttr("axis", softmax.opset() < 13 ? 1 : -1);
    if (axis != -1 && axis != 3) {
      return false;
    }
    Node product = g.onlyConsumer(softmax.output(0));
    if (product == null || !product.is("MatMul") || !product.input(0).equals(softmax.output(0))) {
      return false;
    }
    Scores scores = scores(g, softmax, s);
    if (scores == null || g.tensorType(product.input(1)).rank() != 4) {
      return false;
    }
    String v = ungrouped(g, product.input(1));
    String k = ungrouped(g, scores.k);
    boolean together = g.tensorType(k).dim(1).equals(g.tensorType(v).dim(1));
    List<String> in =
        new ArrayList<>(
            List.of(scores.q, together ? k : scores.k, together ? v : product.input(1)));
    if (!scores.mask.isEmpty()) {
      in.add(scores.mask);
    }
    Node attention =
        Node.of("Attention", OPSET, in, product.output(0)).set("scale", (float) scores.scale);
    attention.setName(softmax.name());
    attention.metadata().putAll(softmax.metadata());
    g.replace(product, List.of(attention));
    return true;
  }

  private static Scores scores(Graph g, Node softmax, TensorType shape) {
    Matcher f = new Matcher(g);
    double scale = 1;
    String mask = "";
    String value = softmax.input(0);
    Node reader = softmax;
    while (true) {
      Node n = f.producer(value, "Add", "Mul", "Div", "MatMul");
      if (n == null || g.onlyConsumer(value) != reader) {
        return null;
      }
      if (n.is("MatMul")) {
        return product(g, f, n, mask, scale);
      }
      reader = n;
      if (n.is("Add")) {
        int at =
            f.producer(n.input(0), "Add", "Mul", "Div", "MatMul") != null
                    && g.tensorType(n.input(0)).equals(shape)
                ? 0
                : 1;
        // The mask is added to the scaled scores; a second addend is another kind of attention.
        if (!mask.isEmpty() || !broadcasts(g.tensorType(n.input(1 - at)), shape)) {
          return null;
        }
        mask = n.input(1 - at);
        value = n.input(at);
      } else {
        int at = Double.isNaN(f.number(n.input(1))) ? 1 : 0;
        double factor = f.number(n.input(1 - at));
        // A factor outside an addition would scale the mask too.
        if (Double.isNaN(factor) || (n.is("Div") && at == 1)) {
          return null;
        }
        scale *= n.is("Mul") ? factor : 1 / factor;
        value = n.input(at);
      }
      if (!g.tensorType(value).equals(shape)) {
        return null;
      }
    }
  }

  /** True when a mask has its full last axis and broadcasts to the scores. */
  private static boolean broadcasts(TensorType mask, TensorType scores) {
    if (mask == null
        || !mask.isStatic()
        || mask.rank() > 4
        || mask.rank() < 1
        || mask.dtype() != scores.dtype()) {
      return false;
    }
    long[] m = mask.shape();
    long[] s = scores.shape();
    for (int i = 1; i <= m.length; i++) {
      long extent = m[m.length - i];
      boolean one = extent == 1 && i > 1;
      if (extent != s[s.length - i] && !one) {
        return false;
      }
    }
    return true;
  }

  private static Scores product(Graph g, Matcher f, Node matmul, String mask, double scale) {
    String q = matmul.input(0);
    String kt = matmul.input(1);
    if (g.tensorType(q).rank() != 4 || g.tensorType(kt).rank() != 4) {
      return null;
    }
    double total = scale;
    Node scaledKey = f.producer(kt, "Mul");
    if (scaledKey != null && !Double.isNaN(f.number(scaledKey.input(1)))) {
      total *= f.number(scaledKey.input(1));
      kt = scaledKey.input(0);
      Node scaledQuery = f.producer(q, "Mul");
      if (scaledQuery != null && !Double.isNaN(f.number(scaledQuery.input(1)))) {
        total *= f.number(scaledQuery.input(1));
        q = scaledQuery.input(0);
      }
    }
    Node t = f.producer(kt, "Transpose");
    if (t == null || !(total > 0)) {
      return null;
    }
    return new Scores(q, keys(g, t), mask, total);
  }

  /** What a transposition would give with its last two axes left in place. */
  private static String keys(Graph g, Node transpose) {
    long[] perm = transpose.intsAttr("perm", 3, 2, 1, 0);
    long last = perm[3];
    perm[3] = perm[2];
    perm[2] = last;
    if (Arrays.equals(perm, new long[] {0, 1, 2, 3})) {
      return transpose.input(0);
    }
    TensorType x = g.tensorType(transpose.input(0));
    String out = g.freshName(transpose.output(0) + "_keys");
    Node straight =
        Node.of("Transpose", transpose.opset(), List.of(transpose.input(0)), out).set("perm", perm);
    straight.setName(transpose.name() + "_keys");
    g.setType(out, x.withDims(Arrays.stream(perm).mapToObj(i -> x.dim((int) i)).toList()));
    g.insertBefore(transpose, straight);
    return out;
  }

  private static boolean ungroup(Graph g, Node attention, int input) {
    int twin = 3 - input;
    TensorType t = g.tensorType(attention.input(input));
    if (t == null
        || !t.isStatic()
        || t.rank() != 4
        || attention.hasInput(4)
        || attention.outputs().size() > 1) {
      return false;
    }
    String a = ungrouped(g, attention.input(input));
    String b = ungrouped(g, attention.input(twin));
    if (a.equals(attention.input(input))
        || !g.tensorType(a).dim(1).equals(g.tensorType(b).dim(1))) {
      return false;
    }
    attention.setInput(input, a);
    attention.setInput(twin, b);
    return true;
  }

  /**
   * [B, H, T, D] before each head was repeated for a group: through Reshape of Expand of [B, H, 1,
   * T, D].
   */
  private static String ungrouped(Graph g, String value) {
    Matcher f = new Matcher(g);
    Node merge = f.producer(value, "Reshape");
    Node expand = merge == null ? null : f.producer(merge.input(0), "Expand");
    Node split = expand == null ? null : f.producer(expand.input(0), "Unsqueeze", "Reshape");
    if (split == null) {
      return value;
    }
    TensorType from = g.tensorType(split.input(0));
    TensorType wide = g.tensorType(expand.input(0));
    TensorType full = g.tensorType(expand.output(0));
    TensorType out = g.tensorType(value);
    if (from.rank() != 4
        || wide.rank() != 5
        || full.rank() != 5
        || !from.isStatic()
        || !full.isStatic()) {
      return value;
    }
    long[] s = from.shape();
    long[] group = full.shape();
    boolean fits =
        Arrays.equals(wide.shape(), new long[] {s[0], s[1], 1, s[2], s[3]})
            && Arrays.equals(group, new long[] {s[0], s[1], group[2], s[2], s[3]})
            && Arrays.equals(out.shape(), new long[] {s[0], s[1] * group[2], s[2], s[3]});
    return fits ? split.input(0) : value;
  }
}
