package npusim.sim.timing;

import java.util.Arrays;

/**
 * When DMA writes to the banks of one core's scratchpad. Writes of a bank are told in the order of
 * time; at any moment those that have begun are known, and those whose requests are under way.
 */
final class BankWrites {
  private final long[][] from;
  private final long[][] to;
  private final int[] first;
  private final int[] end;

  BankWrites(int banks) {
    from = new long[banks][64];
    to = new long[banks][64];
    first = new int[banks];
    end = new int[banks];
  }

  /** Bank {@code bank} takes DMA's data in cycles {@code start} to {@code stop}, exclusive. */
  void add(int bank, long start, long stop) {
    int n = end[bank];
    if (n > first[bank] && to[bank][n - 1] >= start) {
      to[bank][n - 1] = Math.max(to[bank][n - 1], stop);
      return;
    }
    if (n == from[bank].length) {
      n = makeRoom(bank);
    }
    from[bank][n] = start;
    to[bank][n] = stop;
    end[bank] = n + 1;
  }

  private int makeRoom(int bank) {
    int kept = end[bank] - first[bank];
    long[] f = from[bank];
    long[] t = to[bank];
    if (kept > f.length / 2) {
      from[bank] = new long[2 * f.length];
      to[bank] = new long[2 * f.length];
    }
    System.arraycopy(f, first[bank], from[bank], 0, kept);
    System.arraycopy(t, first[bank], to[bank], 0, kept);
    first[bank] = 0;
    end[bank] = kept;
    return kept;
  }

  /** Writes that ended at {@code time} or before are not asked about any more. */
  void forget(long time) {
    for (int b = 0; b < first.length; b++) {
      while (first[b] < end[b] && to[b][first[b]] <= time) {
        first[b]++;
      }
    }
  }

  /** First cycle from {@code t} on in which nothing is written to the bank, as far as is known. */
  long free(int bank, long t) {
    if (bank < 0) {
      return t;
    }
    int at = Arrays.binarySearch(from[bank], first[bank], end[bank], t);
    int i = at >= 0 ? at : -at - 2;
    if (i >= first[bank] && t < to[bank][i]) {
      return to[bank][i];
    }
    return t;
  }

  /** First cycle after {@code t} in which something is written to the bank, as far as is known. */
  long next(int bank, long t) {
    if (bank < 0) {
      return Long.MAX_VALUE;
    }
    int at = Arrays.binarySearch(from[bank], first[bank], end[bank], t + 1);
    int i = at >= 0 ? at : -at - 1;
    return i < end[bank] ? from[bank][i] : Long.MAX_VALUE;
  }
}
