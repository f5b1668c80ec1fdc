package npusim.sim.timing;

/**
 * Where the cycles of one unit of one core went; the five sum to the run's total.
 *
 * @param core core in the system
 * @param unit unit
 * @param busy executing at least one instruction
 * @param semaphore idle with an instruction that waits for a semaphore
 * @param queueFull sequencer only: the target unit's queue was full
 * @param partner waiting for other cores in a barrier, send or receive
 * @param idle nothing to do
 */
public record UnitTime(
    int core, TimingUnit unit, long busy, long semaphore, long queueFull, long partner, long idle) {

  /** Sum of all parts. */
  public long total() {
    return busy + semaphore + queueFull + partner + idle;
  }
}
