package npusim.sim.timing;

/**
 * How close transfers come to the border between shared SRAM and DRAM: a loop may be repeated only
 * as long as its addresses stay on the side where they were seen.
 */
final class BorderWatch {
  private final long border;
  private long sharedEnd = Long.MIN_VALUE;
  private long dramStart = Long.MAX_VALUE;

  /** Nothing seen yet. */
  BorderWatch(long border) {
    this.border = border;
  }

  /** Notes a transfer over the addresses [from, to). */
  void see(long from, long to) {
    if (from < border) {
      sharedEnd = Math.max(sharedEnd, to);
    }
    if (to > border) {
      dramStart = Math.min(dramStart, from);
    }
  }

  /** Notes everything that another one has seen. */
  void add(BorderWatch other) {
    add(other, 0, 0);
  }

  /**
   * Notes everything that another one has seen, moved by up to {@code up} and down to {@code down}.
   */
  void add(BorderWatch other, long up, long down) {
    if (other.sharedEnd != Long.MIN_VALUE) {
      sharedEnd = Math.max(sharedEnd, other.sharedEnd + up);
    }
    if (other.dramStart != Long.MAX_VALUE) {
      dramStart = Math.min(dramStart, other.dramStart + down);
    }
  }

  void clear() {
    sharedEnd = Long.MIN_VALUE;
    dramStart = Long.MAX_VALUE;
  }

  /**
   * How often addresses may move by up to {@code up} and down to {@code down} before one changes
   * sides.
   *
   * @param up most that an address grows, at least 0
   * @param down most that an address shrinks, as a negative number or 0
   */
  long repeats(long up, long down) {
    long times = Long.MAX_VALUE;
    if (sharedEnd != Long.MIN_VALUE && up > 0) {
      times = Math.max(0, border - sharedEnd) / up;
    }
    if (dramStart != Long.MAX_VALUE && down < 0) {
      times = Math.min(times, Math.max(0, dramStart - border) / -down);
    }
    return times;
  }
}
