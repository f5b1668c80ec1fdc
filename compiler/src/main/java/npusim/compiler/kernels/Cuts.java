package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.memory.View;

/** Which dimensions of a tensor are cut, so that the pieces lie in long runs of memory. */
final class Cuts {
  /** Elements that stay together in the innermost dimension as long as others can be cut. */
  private static final long ROW = 64;

  /** Waste that is accepted for longer runs: the busiest core's share against an even one. */
  private static final double UNEVEN = 1.15;

  private Cuts() {}

  /**
   * The dimension divided among cores: the outermost in memory that divides nearly evenly, else the
   * longest.
   *
   * @param in the input, extras further operands; when one of them or the result is divided among
   *     the cores, the work is divided alike
   */
  static int amongCores(View out, int cores, View in, List<View> extras) {
    List<View> all = new ArrayList<>(extras);
    all.add(in);
    all.add(out);
    int given = given(all);
    if (given >= 0) {
      return given;
    }
    int longest = 0;
    int[] order = TileIn.order(out.strides());
    for (int d : order) {
      long n = out.dims()[d];
      if (n > 1 && (double) Math.ceilDiv(n, cores) * cores <= UNEVEN * n) {
        return d;
      }
      longest = n > out.dims()[longest] ? d : longest;
    }
    return longest;
  }

  /** The dimension along which one of some views with equal dimensions is divided, or -1. */
  static int given(List<View> views) {
    for (View v : views) {
      if (v.storage().divided()) {
        return v.outermost();
      }
    }
    return -1;
  }

  /**
   * The dimension of a tile to halve next: the outermost in memory that still has an extent, the
   * innermost last.
   *
   * @param first dimensions before this one are not tiled
   * @return -1 when nothing can be halved
   */
  static int next(View in, long[] tile, int first) {
    int[] order = TileIn.order(in.strides());
    int inner = -1;
    for (int i = order.length - 1; i >= 0 && inner < 0; i--) {
      inner = in.dims()[order[i]] > 1 ? order[i] : -1;
    }
    int fallback = -1;
    for (int d : order) {
      if (d < first || tile[d] <= 1) {
        continue;
      }
      if (d != inner || tile[d] >= 2 * ROW) {
        return d;
      }
      fallback = d;
    }
    return fallback;
  }
}
