package npusim.compiler.codegen;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides which loops become hardware loops and which are unrolled: short ones are unrolled, since
 * addresses are then constants; long ones, and those whose count is known only at launch, are
 * hardware loops as deep as the sequencer allows.
 */
final class LoopPlan {
  private static final long UNROLL_LIMIT = 64;

  private final Map<Var, Boolean> hardware = new IdentityHashMap<>();
  private final Map<Var, Var> parent = new IdentityHashMap<>();
  private final Map<Var, Item.Loop> loops = new IdentityHashMap<>();
  private final Map<Var, Integer> height = new IdentityHashMap<>();

  LoopPlan(List<Item> items, int maxDepth) {
    size(items);
    limit(items, maxDepth);
    outermost(items, null);
  }

  private long size(List<Item> items) {
    long n = 0;
    for (Item i : items) {
      n += i instanceof Item.Loop l ? loop(l) : 1;
    }
    return n;
  }

  private long loop(Item.Loop l) {
    loops.put(l.var(), l);
    long body = size(l.body());
    Aff count = l.var().count();
    boolean hw = !count.isConst() || count.value() * body > UNROLL_LIMIT;
    hardware.put(l.var(), hw);
    return hw ? body + 4 : count.value() * body;
  }

  /** Loops nested deeper than the hardware allows are unrolled from the outside. */
  private int limit(List<Item> items, int depth) {
    int deepest = 0;
    for (Item i : items) {
      if (i instanceof Item.Loop l) {
        int inner = limit(l.body(), depth);
        boolean hw = hardware.get(l.var());
        if (hw && inner + 1 > depth && l.var().count().isConst()) {
          hardware.put(l.var(), false);
          hw = false;
        }
        height.put(l.var(), inner + (hw ? 1 : 0));
        deepest = Math.max(deepest, height.get(l.var()));
      }
    }
    return deepest;
  }

  private void outermost(List<Item> items, Var outer) {
    for (Item i : items) {
      if (i instanceof Item.Loop l) {
        parent.put(l.var(), outer);
        outermost(l.body(), hardware.get(l.var()) ? l.var() : outer);
      }
    }
  }

  boolean isHardware(Var v) {
    return hardware.getOrDefault(v, false);
  }

  /** The hardware loop around {@code v}, or null. */
  Var parent(Var v) {
    return parent.get(v);
  }

  /**
   * Unrolls the outermost hardware loop that contains {@code v}; false when its count isn't
   * constant.
   */
  boolean unrollOutermost(Var v, List<Item> items) {
    Var top = v;
    while (parent.get(top) != null) {
      top = parent.get(top);
    }
    if (!top.count().isConst()) {
      return false;
    }
    hardware.put(top, false);
    outermost(items, null);
    return true;
  }

  /** Hardware loops from the outermost down to {@code v}. */
  List<Var> chain(Var v) {
    List<Var> up = new ArrayList<>();
    for (Var w = v; w != null; w = parent.get(w)) {
      up.addFirst(w);
    }
    return up;
  }

  /** Steps of a cursor in one pass over the items; -1 when a count isn't constant. */
  static long steps(List<Item> items, Cursor c) {
    long n = 0;
    for (Item i : items) {
      switch (i) {
        case Item.Step s -> n += s.cursor() == c ? 1 : 0;
        case Item.Loop l -> {
          long inner = steps(l.body(), c);
          if (inner != 0) {
            if (inner < 0 || !l.var().count().isConst()) {
              return -1;
            }
            n += inner * l.var().count().value();
          }
        }
        case Item.Emit e -> {
          // An instruction moves no cursor.
        }
      }
    }
    return n;
  }
}
