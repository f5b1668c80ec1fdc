package npusim.compiler.passes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides a chain of layers into stretches and chooses for each in how many portions its batch goes
 * through, so that the fewest bytes move through memory: a tensor inside a stretch stays on the
 * chip when what one core keeps of a portion fits there, a tensor between two stretches doesn't,
 * and weights are loaded anew for every portion.
 */
final class BatchPlan {
  /**
   * A layer that makes one stored tensor.
   *
   * @param bytes per image of the tensor it makes
   * @param weights bytes
   * @param reads numbers of the layers whose tensors it reads; -1 for what the chain reads
   * @param cut whether nothing else is needed behind it
   */
  record Layer(long bytes, long weights, List<Integer> reads, boolean cut) {}

  /** Layers [from, to) in a number of portions. */
  record Stretch(int from, int to, long portions) {}

  private final List<Layer> layers;
  private final long batch;
  private final int cores;
  private final int loads;
  private final long area;
  private final Map<Integer, Integer> lastUse = new HashMap<>();

  private BatchPlan(List<Layer> layers, long batch, int cores, int loads, long area) {
    this.layers = layers;
    this.batch = batch;
    this.cores = cores;
    this.loads = loads;
    this.area = area;
    for (int i = 0; i < layers.size(); i++) {
      for (int r : layers.get(i).reads()) {
        lastUse.put(r, i);
      }
    }
  }

  /**
   * The cheapest stretches.
   *
   * @param batch images, a multiple of the cores
   * @param loads how many cores load the same weights for themselves
   * @param area bytes that a core keeps of tensors
   */
  static List<Stretch> of(List<Layer> layers, long batch, int cores, int loads, long area) {
    return new BatchPlan(layers, batch, cores, loads, area).search();
  }

  private List<Stretch> search() {
    int n = layers.size();
    double[] cost = new double[n + 1];
    Stretch[] before = new Stretch[n + 1];
    for (int to = 1; to <= n; to++) {
      cost[to] = Double.POSITIVE_INFINITY;
      if (to < n && !layers.get(to - 1).cut()) {
        continue;
      }
      for (int from = 0; from < to; from++) {
        if (from > 0 && (before[from] == null || !layers.get(from - 1).cut())) {
          continue;
        }
        double passed = from == 0 ? 0 : 2.0 * batch * layers.get(from - 1).bytes();
        for (long p = 1; p * cores <= batch; p++) {
          if (batch % (p * cores) == 0) {
            double c = cost[from] + passed + moved(from, to, p);
            if (c < cost[to]) {
              cost[to] = c;
              before[to] = new Stretch(from, to, p);
            }
          }
        }
      }
    }
    List<Stretch> found = new ArrayList<>();
    for (int at = n; at > 0 && before[at] != null; at = before[at].from()) {
      found.addFirst(before[at]);
    }
    return found;
  }

  /**
   * Bytes that a stretch moves: weights again for every further portion, tensors that don't fit.
   */
  private double moved(int from, int to, long portions) {
    long images = batch / (portions * cores);
    double bytes = 0;
    boolean end = to == layers.size();
    for (int i = from; i < to; i++) {
      Layer l = layers.get(i);
      bytes += (double) l.weights() * (portions - 1) * loads;
      boolean inside = i < to - 1 || end && lastUse.containsKey(i);
      long live = inside ? l.bytes() : 0;
      for (int j = from; j < i; j++) {
        live += lastUse.getOrDefault(j, j) >= i ? layers.get(j).bytes() : 0;
      }
      if (live * images > area) {
        bytes += 2.0 * batch * l.bytes();
      }
    }
    return bytes;
  }
}
