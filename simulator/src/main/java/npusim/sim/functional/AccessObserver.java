package npusim.sim.functional;

/** Is told which bytes of one memory the current instruction touches. */
interface AccessObserver {
  /** Bytes {@code from} to {@code to} (exclusive) are read. */
  void read(long from, long to);

  /** Bytes {@code from} to {@code to} (exclusive) are written. */
  void write(long from, long to);
}
