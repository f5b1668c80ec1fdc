package npusim.tools.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import npusim.tools.report.Layers;
import npusim.tools.run.ScenarioResult;

/** Cycles by layer: what an expectation file remembers to name the layers that moved. */
final class LayerCycles {
  /** Layers remembered by name; the rest is one sum. */
  static final int REMEMBERED = 40;

  /** Name of the rest. */
  static final String OTHERS = "(others)";

  private LayerCycles() {}

  /** Cycles of every layer, in program order; layers of one name in one stage are added up. */
  static Map<String, Long> of(ScenarioResult r) {
    var all = new LinkedHashMap<String, Long>();
    for (Layers.Row row : Layers.of(r)) {
      String name = row.name();
      String key = r.stages().size() > 1 ? row.stage() + " " + name : name;
      all.merge(key, row.totals().cycles(), Long::sum);
    }
    return all;
  }

  /** The slowest layers, slowest first, and the sum of the others. */
  static Map<String, Long> snapshot(Map<String, Long> all) {
    var sorted = new ArrayList<>(all.entrySet());
    sorted.sort(Map.Entry.<String, Long>comparingByValue().reversed());
    var out = new LinkedHashMap<String, Long>();
    sorted.stream().limit(REMEMBERED).forEach(e -> out.put(e.getKey(), e.getValue()));
    long rest = sorted.stream().skip(REMEMBERED).mapToLong(Map.Entry::getValue).sum();
    if (sorted.size() > REMEMBERED) {
      out.put(OTHERS, rest);
    }
    return out;
  }

  /**
   * A layer's cycles then and now.
   *
   * @param name layer
   * @param before when the file was approved; 0 for a layer that was not there
   * @param after now; 0 for a layer that is gone
   */
  record Move(String name, long before, long after) {
    long change() {
      return after - before;
    }
  }

  /** The layers that moved most, largest change first. */
  static List<Move> moves(Map<String, Long> before, Map<String, Long> now, int most) {
    var out = new ArrayList<Move>();
    long rest = 0;
    for (var e : now.entrySet()) {
      Long then = before.get(e.getKey());
      if (then != null) {
        out.add(new Move(e.getKey(), then, e.getValue()));
      } else if (before.containsKey(OTHERS)) {
        rest += e.getValue();
      } else {
        out.add(new Move(e.getKey(), 0, e.getValue()));
      }
    }
    for (var e : before.entrySet()) {
      if (!now.containsKey(e.getKey())) {
        boolean others = e.getKey().equals(OTHERS);
        out.add(new Move(e.getKey(), e.getValue(), others ? rest : 0));
      }
    }
    out.removeIf(m -> m.change() == 0);
    out.sort(Comparator.comparingLong((Move m) -> Math.abs(m.change())).reversed());
    return List.copyOf(out.subList(0, Math.min(most, out.size())));
  }
}
