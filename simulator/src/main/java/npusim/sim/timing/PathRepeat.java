package npusim.sim.timing;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Lengthens critical paths by a repeated period. The path of each holder leads, through the period,
 * to a record that some holder had at its start; repeating the period means following that relation
 * again and again, adding each stretch.
 */
final class PathRepeat {
  private static final int C = Category.COUNT;

  private final PathPool paths;
  private final Holders holders;
  private final int n;
  private final int[] from;
  private final Map<Integer, Map<Integer, long[]>> stretches = new HashMap<>();

  /**
   * @param holders holders at the end of the period
   * @param before the record of each holder at its start
   */
  PathRepeat(PathPool paths, Holders holders, int[] before) {
    this.paths = paths;
    this.holders = holders;
    n = holders.count();
    from = new int[n];
    if (before.length != n) {
      throw new IllegalStateException("holders changed although the state did not");
    }
    var start = new HashMap<Integer, Integer>();
    for (int h = n - 1; h >= 0; h--) {
      if (before[h] != PathPool.NONE) {
        start.put(before[h], h);
      }
    }
    for (int h = 0; h < n; h++) {
      int record = holders.get(h);
      from[h] = h;
      if (record == PathPool.NONE || record == before[h]) {
        continue;
      }
      var stretch = new TreeMap<Integer, long[]>();
      int r = record;
      while (r != PathPool.NONE && !start.containsKey(r)) {
        var sums = stretch.computeIfAbsent(paths.node(r), k -> new long[C]);
        for (int c = 0; c < C; c++) {
          sums[c] += paths.cycles(r, c);
        }
        r = paths.previous(r);
      }
      if (r == PathPool.NONE) {
        throw new IllegalStateException("a path does not lead through the start of the period");
      }
      from[h] = start.get(r);
      stretches.put(h, stretch);
    }
  }

  /**
   * Whether holders share records now exactly as they did at the start of the period, so that it is
   * certain which path a further period would continue.
   */
  static boolean continues(Holders holders, int[] before) {
    var forth = new HashMap<Integer, Integer>();
    var back = new HashMap<Integer, Integer>();
    for (int h = 0; h < before.length; h++) {
      int now = holders.get(h);
      if (forth.merge(before[h], now, (a, b) -> a) != now
          || back.merge(now, before[h], (a, b) -> a) != before[h]) {
        return false;
      }
    }
    return true;
  }

  void apply(long times) {
    // Doubling: after k steps, from holder h one comes to to[h] with the stretch sum[h].
    int[] to = from.clone();
    var sum = new HashMap<>(stretches);
    int[] at = new int[n];
    Arrays.setAll(at, h -> h);
    Map<Integer, Map<Integer, long[]>> total = new HashMap<>();
    for (long left = times; left > 0; left >>= 1) {
      if ((left & 1) != 0) {
        var next = new HashMap<Integer, Map<Integer, long[]>>();
        int[] nextAt = new int[n];
        for (int h = 0; h < n; h++) {
          next.put(h, plus(total.get(h), sum.get(at[h])));
          nextAt[h] = to[at[h]];
        }
        total = next;
        at = nextAt;
      }
      var doubled = new HashMap<Integer, Map<Integer, long[]>>();
      int[] doubledTo = new int[n];
      for (int h = 0; h < n; h++) {
        doubled.put(h, plus(sum.get(h), sum.get(to[h])));
        doubledTo[h] = to[to[h]];
      }
      sum = doubled;
      to = doubledTo;
    }
    write(total, at);
  }

  private void write(Map<Integer, Map<Integer, long[]>> total, int[] at) {
    int[] records = new int[n];
    for (int h = 0; h < n; h++) {
      int base = holders.get(at[h]);
      var stretch = total.get(h);
      if (stretch == null || stretch.isEmpty()) {
        records[h] = base;
        continue;
      }
      int record = base;
      for (var e : stretch.entrySet()) {
        int next = paths.open(record, e.getKey());
        for (int c = 0; c < C; c++) {
          paths.add(next, c, e.getValue()[c]);
        }
        record = next;
      }
      records[h] = record;
    }
    for (int h = 0; h < n; h++) {
      holders.set(h, records[h]);
    }
  }

  private static Map<Integer, long[]> plus(Map<Integer, long[]> a, Map<Integer, long[]> b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    var sum = new TreeMap<Integer, long[]>();
    a.forEach((k, v) -> sum.put(k, v.clone()));
    b.forEach(
        (k, v) ->
            sum.merge(
                k,
                v.clone(),
                (x, y) -> {
                  for (int c = 0; c < C; c++) {
                    x[c] += y[c];
                  }
                  return x;
                }));
    return sum;
  }
}
