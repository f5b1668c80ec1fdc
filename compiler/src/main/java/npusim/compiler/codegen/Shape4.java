package npusim.compiler.codegen;

import java.util.ArrayList;
import java.util.List;

/**
 * Brings an n-dimensional operation over several strided operands to as few dimensions as possible:
 * dimensions of extent 1 are dropped and neighbours are merged where every operand walks them
 * evenly.
 */
public final class Shape4 {
  /** One dimension: its extent, the stride of each operand and the group it must stay in. */
  public record Dim(Aff extent, long[] strides, int group) {}

  private Shape4() {}

  /**
   * The simplified dimensions, outermost first.
   *
   * @param strides by operand, then dimension
   * @param groups dimensions merge only within a group (reduced and kept ones, say)
   */
  public static List<Dim> simplify(Aff[] extents, long[][] strides, int[] groups) {
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < extents.length; i++) {
      long[] s = new long[strides.length];
      for (int k = 0; k < s.length; k++) {
        s[k] = strides[k][i];
      }
      if (extents[i].is(1)) {
        continue;
      }
      Dim d = new Dim(extents[i], s, groups[i]);
      if (!dims.isEmpty() && mergeable(dims.getLast(), d)) {
        Dim outer = dims.removeLast();
        dims.add(new Dim(outer.extent().times(d.extent().value()), s, d.group()));
      } else {
        dims.add(d);
      }
    }
    return dims;
  }

  private static boolean mergeable(Dim outer, Dim inner) {
    if (outer.group() != inner.group() || !inner.extent().isConst()) {
      return false;
    }
    long n = inner.extent().value();
    for (int k = 0; k < inner.strides().length; k++) {
      if (outer.strides()[k] != inner.strides()[k] * n) {
        return false;
      }
    }
    return true;
  }
}
