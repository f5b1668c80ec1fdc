package npusim.sim.functional;

/** Which bytes of a memory have been written: one bit each. */
final class InitialisedBytes {
  private final long[] words;

  InitialisedBytes(long bytes) {
    words = new long[Math.toIntExact((bytes + 63) >>> 6)];
  }

  /** Marks bytes {@code from} to {@code to} (exclusive) as written. */
  void mark(long from, long to) {
    for (long p = from; p < to; ) {
      if ((p & 63) == 0 && to - p >= 64) {
        words[(int) (p >>> 6)] = -1;
        p += 64;
      } else {
        words[(int) (p >>> 6)] |= 1L << (p & 63);
        p++;
      }
    }
  }

  /** Takes bytes {@code from} to {@code to} (exclusive) for never written. */
  void clear(long from, long to) {
    for (long p = from; p < to; p++) {
      words[(int) (p >>> 6)] &= ~(1L << (p & 63));
    }
  }

  /** First byte of {@code from} to {@code to} (exclusive) never written, or -1. */
  long firstUnwritten(long from, long to) {
    for (long p = from; p < to; ) {
      if ((p & 63) == 0 && to - p >= 64 && words[(int) (p >>> 6)] == -1) {
        p += 64;
      } else if ((words[(int) (p >>> 6)] & 1L << (p & 63)) == 0) {
        return p;
      } else {
        p++;
      }
    }
    return -1;
  }
}
