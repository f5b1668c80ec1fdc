package npusim.compiler.codegen;

import java.util.ArrayList;
import java.util.List;

/**
 * Order between kernels of one core. Every kernel is an epoch. For each lane the tracker knows up
 * to which epoch of every other lane it is ordered behind (a vector clock); a conflicting access
 * (read after write, write after read, write after write) that isn't ordered yet needs a fence.
 */
final class HazardTracker {
  private static final int LANES = Lane.values().length;

  /**
   * Kernel {@code epoch} on lane {@code from} must be complete before {@code to} begins its kernel.
   */
  record Fence(Lane from, int epoch, Lane to) {}

  /** Memory that a lane touches in a kernel. */
  record Access(Lane lane, Area area, boolean write) {}

  private record Past(Lane lane, int epoch, Area area, boolean write) {}

  private final List<Past> past = new ArrayList<>();
  private final int[][] known = new int[LANES][LANES];
  private final List<int[][]> snapshots = new ArrayList<>();
  private int epoch;

  HazardTracker() {
    for (int[] k : known) {
      java.util.Arrays.fill(k, -1);
    }
  }

  /** The fences a kernel needs before its first instruction. */
  List<Fence> fences(List<Access> accesses) {
    List<Fence> fences = new ArrayList<>();
    int[][] needed = new int[LANES][LANES];
    for (int[] n : needed) {
      java.util.Arrays.fill(n, -1);
    }
    for (Access a : accesses) {
      int to = a.lane().ordinal();
      for (Past p : past) {
        int from = p.lane().ordinal();
        if (from != to
            && p.epoch() > known[to][from]
            && p.epoch() > needed[to][from]
            && (a.write() || p.write())
            && p.area().overlaps(a.area())) {
          needed[to][from] = p.epoch();
        }
      }
    }
    for (int to = 0; to < LANES; to++) {
      for (int from = 0; from < LANES; from++) {
        int e = needed[to][from];
        if (e > known[to][from]) {
          fences.add(new Fence(Lane.values()[from], e, Lane.values()[to]));
          known[to][from] = e;
          int[] then = snapshots.get(e)[from];
          for (int x = 0; x < LANES; x++) {
            known[to][x] = Math.max(known[to][x], x == to ? -1 : then[x]);
          }
        }
      }
    }
    return fences;
  }

  /** Ends the kernel, whose fences are in place. */
  void commit(List<Access> accesses) {
    // Whoever is ordered behind a write is ordered behind all that the write was ordered behind.
    past.removeIf(
        p ->
            accesses.stream()
                .anyMatch(
                    a ->
                        a.write()
                            && a.area().space() == p.area().space()
                            && a.area().lo() <= p.area().lo()
                            && a.area().hi() >= p.area().hi()));
    for (Access a : accesses) {
      past.add(new Past(a.lane(), epoch, a.area(), a.write()));
    }
    int[][] copy = new int[LANES][];
    for (int i = 0; i < LANES; i++) {
      copy[i] = known[i].clone();
    }
    snapshots.add(copy);
    epoch++;
  }

  /** Every lane is ordered behind all that has been. */
  void settle() {
    past.clear();
    for (int[] k : known) {
      java.util.Arrays.fill(k, epoch - 1);
    }
  }

  int epoch() {
    return epoch;
  }
}
