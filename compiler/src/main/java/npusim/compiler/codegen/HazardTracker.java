package npusim.compiler.codegen;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Order between kernels of one core. Every kernel is an epoch. For each lane the tracker knows up
 * to which epoch of every other lane it is ordered behind (a vector clock); a conflicting access
 * (read after write, write after read, write after write) that isn't ordered yet needs a fence.
 */
final class HazardTracker {
  private static final Lane[] LANES = Lane.values();

  /**
   * Kernel {@code epoch} on lane {@code from} must be complete before {@code to} begins its kernel.
   */
  record Fence(Lane from, int epoch, Lane to) {}

  /** Memory that a lane touches in a kernel. */
  record Access(Lane lane, Area area, boolean write) {}

  /** By space: what was touched and no write has covered since. */
  private final Touches[] past = bySpace();

  /** By space: what the kernel at hand touches. */
  private final Touches[] present = bySpace();

  private final int[][] known = new int[LANES.length][LANES.length];
  private final List<int[][]> snapshots = new ArrayList<>();
  private int epoch;

  /** Accesses to one space, field by field: every kernel's are compared with all before. */
  private static final class Touches {
    int size;
    int[] lane = new int[16];
    int[] epoch = new int[16];
    long[] lo = new long[16];
    long[] hi = new long[16];
    boolean[] write = new boolean[16];

    /** The first address of any, and the one behind the last. */
    long first = Long.MAX_VALUE;

    long end = Long.MIN_VALUE;

    void add(Access a, int at) {
      if (size == lo.length) {
        lane = Arrays.copyOf(lane, 2 * size);
        epoch = Arrays.copyOf(epoch, 2 * size);
        lo = Arrays.copyOf(lo, 2 * size);
        hi = Arrays.copyOf(hi, 2 * size);
        write = Arrays.copyOf(write, 2 * size);
      }
      lane[size] = a.lane().ordinal();
      epoch[size] = at;
      lo[size] = a.area().lo();
      hi[size] = a.area().hi();
      write[size] = a.write();
      first = Math.min(first, lo[size]);
      end = Math.max(end, hi[size]);
      size++;
    }

    void clear() {
      size = 0;
      first = Long.MAX_VALUE;
      end = Long.MIN_VALUE;
    }

    /** Raises {@code needed} to the epochs of earlier accesses that these conflict with. */
    void conflicts(Touches before, int[][] needed) {
      for (int i = 0; i < before.size; i++) {
        long from = before.lo[i];
        long to = before.hi[i];
        if (from >= end || to <= first) {
          continue;
        }
        int other = before.lane[i];
        boolean written = before.write[i];
        for (int j = 0; j < size; j++) {
          if (lo[j] < to && from < hi[j] && (written || write[j])) {
            int[] n = needed[lane[j]];
            n[other] = Math.max(n[other], before.epoch[i]);
          }
        }
      }
    }

    /** Drops what one of the writes among {@code later} covers. */
    void dropCovered(Touches later) {
      int kept = 0;
      for (int i = 0; i < size; i++) {
        if (later.covers(lo[i], hi[i])) {
          continue;
        }
        if (kept < i) {
          lane[kept] = lane[i];
          epoch[kept] = epoch[i];
          lo[kept] = lo[i];
          hi[kept] = hi[i];
          write[kept] = write[i];
        }
        kept++;
      }
      size = kept;
    }

    private boolean covers(long from, long to) {
      if (from < first || to > end) {
        return false;
      }
      for (int j = 0; j < size; j++) {
        if (write[j] && lo[j] <= from && hi[j] >= to) {
          return true;
        }
      }
      return false;
    }
  }

  HazardTracker() {
    for (int[] k : known) {
      Arrays.fill(k, -1);
    }
  }

  private static Touches[] bySpace() {
    var all = new Touches[Space.values().length];
    Arrays.setAll(all, s -> new Touches());
    return all;
  }

  private void sort(List<Access> accesses) {
    for (Touches t : present) {
      t.clear();
    }
    for (Access a : accesses) {
      present[a.area().space().ordinal()].add(a, epoch);
    }
  }

  /** The fences a kernel needs before its first instruction. */
  List<Fence> fences(List<Access> accesses) {
    int lanes = LANES.length;
    int[][] needed = new int[lanes][lanes];
    for (int[] n : needed) {
      Arrays.fill(n, -1);
    }
    sort(accesses);
    for (int s = 0; s < present.length; s++) {
      present[s].conflicts(past[s], needed);
    }
    List<Fence> fences = new ArrayList<>();
    for (int to = 0; to < lanes; to++) {
      for (int from = 0; from < lanes; from++) {
        int e = needed[to][from];
        if (from != to && e > known[to][from]) {
          fences.add(new Fence(LANES[from], e, LANES[to]));
          known[to][from] = e;
          int[] then = snapshots.get(e)[from];
          for (int x = 0; x < lanes; x++) {
            known[to][x] = Math.max(known[to][x], x == to ? -1 : then[x]);
          }
        }
      }
    }
    return fences;
  }

  /** Ends the kernel, whose fences are in place. */
  void commit(List<Access> accesses) {
    sort(accesses);
    for (int s = 0; s < present.length; s++) {
      // Whoever is ordered behind a write is ordered behind all that the write was ordered behind.
      past[s].dropCovered(present[s]);
    }
    for (Access a : accesses) {
      past[a.area().space().ordinal()].add(a, epoch);
    }
    int[][] copy = new int[LANES.length][];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = known[i].clone();
    }
    snapshots.add(copy);
    epoch++;
  }

  /** Every lane is ordered behind all that has been. */
  void settle() {
    for (Touches t : past) {
      t.clear();
    }
    for (int[] k : known) {
      Arrays.fill(k, epoch - 1);
    }
  }

  int epoch() {
    return epoch;
  }
}
