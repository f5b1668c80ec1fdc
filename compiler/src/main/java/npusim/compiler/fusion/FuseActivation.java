package npusim.compiler.fusion;

import java.util.List;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.passes.GraphPass;
import npusim.compiler.passes.PassContext;

/** GELU by erf and by tanh, and Swish (SiLU), as exporters spell them in primitive operators. */
public final class FuseActivation extends GraphPass {
  private static final int GELU_OPSET = 20;
  private static final int SWISH_OPSET = 24;

  @Override
  public String name() {
    return "fuse-activation";
  }

  @Override
  public String summary() {
    return "recognises Gelu (erf and tanh forms) and Swish spelt in primitive operators";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    boolean changed = false;
    for (Node n : List.copyOf(g.nodes())) {
      if (n.is("Mul")) {
        changed |= swish(g, n) || gelu(g, n);
      }
    }
    return changed;
  }

  private static void replace(Graph g, Node old, Node by) {
    by.setName(old.name());
    by.metadata().putAll(old.metadata());
    g.replace(old, List.of(by));
  }

  /** x·sigmoid(x). */
  private static boolean swish(Graph g, Node n) {
    Matcher f = new Matcher(g);
    for (int i = 0; i < 2; i++) {
      Node s = f.producer(n.input(1 - i), "Sigmoid");
      if (s != null && s.input(0).equals(n.input(i))) {
        replace(
            g, n, Node.of("Swish", SWISH_OPSET, List.of(n.input(i)), n.output(0)).set("alpha", 1f));
        return true;
      }
    }
    return false;
  }

  /**
   * The product of three factors x, ½ and (1 + e) in any order, with e = erf(x/√2) or
   * tanh(√(2/π)·(x + 0.044715·x³)). The product is matched at its last Mul.
   */
  private static boolean gelu(Graph g, Node n) {
    Matcher f = new Matcher(g);
    String[][] triples = triples(f, n);
    for (String[] t : triples) {
      for (int h = 0; h < 3; h++) {
        if (!f.isNumber(t[h], 0.5)) {
          continue;
        }
        String a = t[(h + 1) % 3];
        String b = t[(h + 2) % 3];
        String kind = match(f, a, b);
        String x = a;
        if (kind == null) {
          kind = match(f, b, a);
          x = b;
        }
        if (kind != null && g.tensorType(x).equals(g.tensorType(n.output(0)))) {
          replace(
              g, n, Node.of("Gelu", GELU_OPSET, List.of(x), n.output(0)).set("approximate", kind));
          return true;
        }
      }
    }
    return false;
  }

  /** The factors of a product of three written as two Muls. */
  private static String[][] triples(Matcher f, Node n) {
    Node left = f.producer(n.input(0), "Mul");
    Node right = f.producer(n.input(1), "Mul");
    String[] a = left == null ? null : new String[] {left.input(0), left.input(1), n.input(1)};
    String[] b = right == null ? null : new String[] {right.input(0), right.input(1), n.input(0)};
    return a == null
        ? b == null ? new String[0][] : new String[][] {b}
        : b == null ? new String[][] {a} : new String[][] {a, b};
  }

  /** The approximation attribute when {@code gate} is 1 + erf(x/√2) or its tanh form, else null. */
  private static String match(Matcher f, String x, String gate) {
    Node add = f.producer(gate, "Add");
    String e = f.besideNumber(add, 1);
    if (e == null) {
      return null;
    }
    Node erf = f.producer(e, "Erf");
    if (erf != null) {
      Node scaled = f.producer(erf.input(0), "Div", "Mul");
      boolean fits =
          scaled != null
              && scaled.input(0).equals(x)
              && f.isNumber(scaled.input(1), scaled.is("Div") ? Math.sqrt(2) : Math.sqrt(0.5));
      return fits
              || (scaled != null
                  && scaled.is("Mul")
                  && scaled.input(1).equals(x)
                  && f.isNumber(scaled.input(0), Math.sqrt(0.5)))
          ? "none"
          : null;
    }
    Node tanh = f.producer(e, "Tanh");
    Node outer = tanh == null ? null : f.producer(tanh.input(0), "Mul");
    String inner = f.besideNumber(outer, Math.sqrt(2 / Math.PI));
    Node sum = inner == null ? null : f.producer(inner, "Add");
    String cubicTerm = sum == null ? null : f.other(sum, x);
    Node scaledCube = cubicTerm == null ? null : f.producer(cubicTerm, "Mul");
    String cube = f.besideNumber(scaledCube, 0.044715);
    return cube != null && isCube(f, cube, x) ? "tanh" : null;
  }

  private static boolean isCube(Matcher f, String value, String x) {
    Node n = f.producer(value, "Pow", "Mul");
    if (n == null) {
      return false;
    }
    if (n.is("Pow")) {
      return n.input(0).equals(x) && f.isNumber(n.input(1), 3);
    }
    String square = f.other(n, x);
    return square != null && x.equals(f.squared(square));
  }
}
