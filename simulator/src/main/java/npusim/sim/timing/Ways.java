package npusim.sim.timing;

import npusim.hardware.Noc;

/**
 * Links between the routers of a chip's cores and when each is free. On a mesh a transfer goes
 * along its row first, then along the column; on a ring the shorter way round. A crossbar has no
 * links besides the ports. Cores are laid out row by row.
 *
 * <p>Routers buffer: a link that is taken holds up what comes over it, not the links before it.
 */
final class Ways {
  private static final int DIRECTIONS = 4;

  private final Noc.Topology topology;
  private final int coresPerChip;
  private final int side;
  private final int routers;
  private final long[] free;
  private final long[] start;
  private final long[] transferOf;
  private long transfer;
  private int taken;

  Ways(Noc.Topology topology, int cores, int coresPerChip) {
    this.topology = topology;
    this.coresPerChip = coresPerChip;
    side = Math.max(1, (int) Math.ceil(Math.sqrt(coresPerChip)));
    // The last row of a mesh may have routers without a core.
    routers =
        topology == Noc.Topology.MESH ? Math.ceilDiv(coresPerChip, side) * side : coresPerChip;
    int all = cores / coresPerChip * routers;
    free = new long[topology == Noc.Topology.CROSSBAR ? 0 : all * DIRECTIONS];
    start = new long[free.length];
    transferOf = new long[free.length];
  }

  /** When each link is free, in the caller's unit. */
  long[] free() {
    return free;
  }

  /** Hops between two cores of a chip. */
  int hops(int a, int b) {
    if (a == b) {
      return 0;
    }
    int n = coresPerChip;
    int x = a % n;
    int y = b % n;
    return switch (topology) {
      case CROSSBAR -> 1;
      case RING -> Math.min(Math.floorMod(x - y, n), Math.floorMod(y - x, n));
      case MESH -> Math.abs(x % side - y % side) + Math.abs(x / side - y / side);
    };
  }

  /** What is taken from here on belongs to another transfer. */
  void begin() {
    transfer++;
  }

  /** Links that the last {@link #take} took besides those the transfer had already. */
  int taken() {
    return taken;
  }

  /**
   * Takes the links between two cores for a transfer, each once.
   *
   * @param from when it may leave
   * @param held how long it takes each link
   * @return when it may begin to arrive, without the hops' latency
   */
  long take(int source, int to, long from, long held) {
    taken = 0;
    int first = source / coresPerChip * routers;
    int at = source % coresPerChip;
    int end = to % coresPerChip;
    long time = from;
    switch (topology) {
      case CROSSBAR -> taken = 1;
      case RING -> {
        int n = coresPerChip;
        int step = Math.floorMod(end - at, n) * 2 <= n ? 1 : -1;
        while (at != end) {
          time = link((first + at) * DIRECTIONS + (step > 0 ? 0 : 1), time, held);
          at = Math.floorMod(at + step, n);
        }
      }
      case MESH -> {
        for (int step = Integer.signum(end % side - at % side); at % side != end % side; ) {
          time = link((first + at) * DIRECTIONS + (step > 0 ? 0 : 1), time, held);
          at += step;
        }
        for (int step = Integer.signum(end / side - at / side); at != end; ) {
          time = link((first + at) * DIRECTIONS + (step > 0 ? 2 : 3), time, held);
          at += step * side;
        }
      }
    }
    return time;
  }

  private long link(int i, long from, long held) {
    if (transferOf[i] != transfer) {
      transferOf[i] = transfer;
      start[i] = Math.max(from, free[i]);
      free[i] = start[i] + held;
      taken++;
    }
    return start[i];
  }
}
