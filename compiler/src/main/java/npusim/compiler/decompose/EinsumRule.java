package npusim.compiler.decompose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import npusim.compiler.ir.Node;

/**
 * Einsum: operands are combined from the left, two at a time, by one batched MatMul (or a product
 * where nothing is summed); repeated labels take diagonals, labels that nobody needs any more are
 * summed.
 */
final class EinsumRule {
  private final Emit e;
  private final Node n;
  private final Map<Integer, Long> extents = new LinkedHashMap<>();

  private EinsumRule(Node n, Emit e) {
    this.n = n;
    this.e = e;
  }

  /** A value with one label per axis; labels of the ellipsis are negative. */
  private record Term(Value v, List<Integer> labels) {}

  static void expand(Node n, Emit e) {
    new EinsumRule(n, e).run();
  }

  private void run() {
    String[] sides = n.stringAttr("equation", "").replace(" ", "").split("->", -1);
    String[] ins = sides[0].split(",", -1);
    if (ins.length != e.inputs().size()) {
      throw Refusal.of(
          n,
          "equation '"
              + n.stringAttr("equation", "")
              + "' has "
              + ins.length
              + " terms for "
              + e.inputs().size()
              + " inputs");
    }
    List<Term> terms = new ArrayList<>();
    int widest = 0;
    for (int i = 0; i < ins.length; i++) {
      Value v = e.in(i);
      List<Integer> labels = labels(ins[i], v.rank());
      widest = Math.max(widest, (int) labels.stream().filter(l -> l < 0).count());
      terms.add(diagonal(v, labels));
    }
    for (Term t : terms) {
      for (int i = 0; i < t.labels.size(); i++) {
        extents.merge(t.labels.get(i), t.v.dim(i), Math::max);
      }
    }
    List<Integer> out =
        sides.length > 1 ? labels(sides[1], plain(sides[1]) + widest) : implicit(ins, widest);
    Term acc = null;
    for (int i = 0; i < terms.size(); i++) {
      Set<Integer> later = new LinkedHashSet<>(out);
      terms.subList(i + 1, terms.size()).forEach(t -> later.addAll(t.labels));
      Term next = withoutUnits(terms.get(i));
      acc = acc == null ? next : contract(acc, next, later);
      acc = summed(acc, later);
    }
    e.result(0, ordered(acc, out));
  }

  private static int plain(String term) {
    return term.replace("...", "").length();
  }

  /** One label per axis: the character, or for the ellipsis -k with k counted from the right. */
  private List<Integer> labels(String term, int rank) {
    List<Integer> out = new ArrayList<>();
    int dots = rank - plain(term);
    for (int i = 0; i < term.length(); i++) {
      if (term.startsWith("...", i)) {
        for (int k = dots; k >= 1; k--) {
          out.add(-k);
        }
        i += 2;
      } else {
        out.add((int) term.charAt(i));
      }
    }
    if (out.size() != rank) {
      throw Refusal.of(n, "term '" + term + "' does not fit rank " + rank);
    }
    return out;
  }

  /** Without "->": the ellipsis, then the labels that occur once, in alphabetical order. */
  private static List<Integer> implicit(String[] terms, int widest) {
    Map<Integer, Integer> counts = new TreeMap<>();
    for (String t : terms) {
      t.replace("...", "").chars().forEach(c -> counts.merge(c, 1, Integer::sum));
    }
    List<Integer> out = new ArrayList<>();
    for (int k = widest; k >= 1; k--) {
      out.add(-k);
    }
    counts.forEach(
        (c, count) -> {
          if (count == 1) {
            out.add(c);
          }
        });
    return out;
  }

  /** A term in which every label is left once. */
  private Term diagonal(Value v, List<Integer> labels) {
    for (int i = 0; i < labels.size(); i++) {
      for (int j = i + 1; j < labels.size(); j++) {
        if (labels.get(i).equals(labels.get(j))) {
          return diagonal(take(v, i, j), without(labels, j));
        }
      }
    }
    return new Term(v, labels);
  }

  private static List<Integer> without(List<Integer> labels, int j) {
    List<Integer> out = new ArrayList<>(labels);
    out.remove(/* index */ j);
    return out;
  }

  /**
   * The diagonal of axes i and j, which stays at i: every (d+1)-th element of the two axes
   * flattened.
   */
  private Value take(Value v, int i, int j) {
    long d = v.dim(i);
    int[] perm = new int[v.rank()];
    int k = 0;
    for (int a = 0; a < v.rank(); a++) {
      if (a != j) {
        perm[k++] = a;
        if (a == i) {
          perm[k++] = j;
        }
      }
    }
    Value moved = e.transpose(v, perm);
    List<Long> shape = new ArrayList<>(Arrays.stream(moved.shape()).boxed().toList());
    shape.remove(i + 1);
    shape.set(i, d * d);
    Value flat = e.reshape(moved, shape.stream().mapToLong(Long::longValue).toArray());
    return e.slice(flat, i, 0, d * d, d + 1);
  }

  /** Axes of extent 1 that stand for a larger extent elsewhere are dropped: they broadcast. */
  private Term withoutUnits(Term t) {
    List<Integer> labels = new ArrayList<>();
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < t.labels.size(); i++) {
      if (t.v.dim(i) == extents.get(t.labels.get(i))) {
        labels.add(t.labels.get(i));
        shape.add(t.v.dim(i));
      }
    }
    return new Term(e.reshape(t.v, shape.stream().mapToLong(Long::longValue).toArray()), labels);
  }

  private Term summed(Term t, Set<Integer> needed) {
    List<Integer> labels = t.labels.stream().filter(needed::contains).toList();
    int[] axes =
        IntStream.range(0, t.labels.size())
            .filter(i -> !needed.contains(t.labels.get(i)))
            .toArray();
    return axes.length == 0 ? t : new Term(e.reduce("ReduceSum", t.v, false, axes), labels);
  }

  private Term contract(Term a, Term b, Set<Integer> later) {
    // What only one side has and nobody needs is summed before the product.
    Set<Integer> needA = new LinkedHashSet<>(later);
    needA.addAll(b.labels);
    Set<Integer> needB = new LinkedHashSet<>(later);
    needB.addAll(a.labels);
    Term x = summed(a, needA);
    Term y = summed(b, needB);
    List<Integer> shared = x.labels.stream().filter(y.labels::contains).toList();
    List<Integer> inner = shared.stream().filter(l -> !later.contains(l)).toList();
    List<Integer> batch = shared.stream().filter(later::contains).toList();
    List<Integer> left = x.labels.stream().filter(l -> !shared.contains(l)).toList();
    List<Integer> right = y.labels.stream().filter(l -> !shared.contains(l)).toList();
    List<Integer> out = new ArrayList<>(batch);
    out.addAll(left);
    out.addAll(right);
    if (inner.isEmpty() || !x.v.dtype().isFloat()) {
      List<Integer> full = new ArrayList<>(out);
      full.addAll(inner);
      return new Term(e.mul(aligned(x, full), aligned(y, full)), full);
    }
    Value p = e.reshape(arranged(x, batch, left, inner), size(batch), size(left), size(inner));
    Value q = e.reshape(arranged(y, batch, inner, right), size(batch), size(inner), size(right));
    return new Term(e.reshape(e.matmul(p, q), shape(out)), out);
  }

  private long[] shape(List<Integer> labels) {
    return labels.stream().mapToLong(extents::get).toArray();
  }

  private long size(List<Integer> labels) {
    return LongArrays.product(shape(labels));
  }

  private Value arranged(Term t, List<Integer> first, List<Integer> second, List<Integer> third) {
    List<Integer> order = new ArrayList<>(first);
    order.addAll(second);
    order.addAll(third);
    return e.transpose(t.v, order.stream().mapToInt(t.labels::indexOf).toArray());
  }

  /** The term with its axes in the order of {@code full}, extent 1 where it has none. */
  private Value aligned(Term t, List<Integer> full) {
    List<Integer> own = full.stream().filter(t.labels::contains).toList();
    Value v = arranged(t, own, List.of(), List.of());
    return e.reshape(
        v, full.stream().mapToLong(l -> t.labels.contains(l) ? extents.get(l) : 1).toArray());
  }

  /** The result in the order wanted; labels that were dropped as units come back. */
  private Value ordered(Term t, List<Integer> out) {
    return e.expand(aligned(t, out), shape(out));
  }
}
