package npusim.sim.timing;

import npusim.hardware.Noc;

/**
 * The network between the cores of a chip and its DRAM, as far as it limits all cores together: one
 * path for each direction, and perhaps one that both share. Each hands out its time in order of
 * arrival. Times are fixed point.
 */
final class MemoryNetwork {
  /** Bits of a time behind the point. */
  static final int FRACTION = 10;

  /** When the paths are free, by chip · 2 + (0 read, 1 write). */
  private final long[] free;

  /** When the path that both directions share is free, by chip. */
  private final long[] sharedFree;

  /** Bytes per cycle by direction; 0 when it is no limit. */
  private final double[] rates;

  private final double sharedRate;
  private final double placedRate;

  MemoryNetwork(Noc noc, int chips) {
    free = new long[chips * 2];
    sharedFree = new long[chips];
    rates = new double[] {noc.memoryReadBytesPerCycle(), noc.memoryWriteBytesPerCycle()};
    sharedRate = noc.memoryBytesPerCycle();
    double placed = noc.placedReadBytesPerCycle();
    placedRate = placed > 0 ? placed : rates[0];
  }

  /**
   * When bytes that are ready at {@code at} have crossed.
   *
   * @param direction 0 read, 1 write
   * @param placed whether they come from the channel nearest to the core
   */
  long cross(int chip, int direction, boolean placed, long bytes, long at) {
    if (rates[direction] <= 0) {
      return at;
    }
    double rate = placed ? placedRate : rates[direction];
    int i = chip * 2 + direction;
    free[i] = Math.max(free[i], at) + Math.round(bytes * (1 << FRACTION) / rate);
    return free[i];
  }

  /** When bytes begin to cross the path that both directions share, if there is one. */
  long enter(int chip, long bytes, long at) {
    if (sharedRate <= 0) {
      return at;
    }
    long from = Math.max(sharedFree[chip], at);
    sharedFree[chip] = from + holding(bytes);
    return from;
  }

  /** How long bytes hold that path. */
  long holding(long bytes) {
    return sharedRate <= 0 ? 0 : Math.round(bytes * (1 << FRACTION) / sharedRate);
  }

  void snapshot(Snapshot s) {
    snapshot(s, free);
    snapshot(s, sharedFree);
  }

  /** Shows times at which something is free. */
  static void snapshot(Snapshot s, long[] times) {
    for (long t : times) {
      s.future((t >> FRACTION) + 1);
      s.fact(t >> FRACTION >= s.now() ? t & (1 << FRACTION) - 1 : 0);
    }
  }

  void shift(long since, long by) {
    shift(free, since, by);
    shift(sharedFree, since, by);
  }

  /** Moves times on that are not older than {@code since}. */
  static void shift(long[] times, long since, long by) {
    for (int i = 0; i < times.length; i++) {
      times[i] = Repeats.moved(times[i], since << FRACTION, by << FRACTION);
    }
  }
}
