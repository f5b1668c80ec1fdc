package npusim.sim.timing;

/**
 * Observer of a timing run. Attached only on request; without one the engine does no work for it.
 * An exact run shows it every instruction.
 */
public interface TraceSink {

  /**
   * True when time must pass without gaps: of a run that is not exact, iterations of inner loops
   * are then all simulated, and only layers that repeat are left out.
   */
  default boolean withoutGaps() {
    return false;
  }

  /**
   * All chips do the same: what is shown of the first stands for that of each.
   *
   * @param chips chips, 2 or more
   */
  default void alike(int chips) {}

  /** The run begins anew: what has been shown of it so far is void. */
  default void again() {}

  /**
   * One executed instruction.
   *
   * @param core core in the system
   * @param unit unit that executed it
   * @param pc instruction index in the core's code
   * @param start first cycle
   * @param end cycle after the last
   * @param work what it did; valid only during the call
   */
  void instruction(int core, TimingUnit unit, int pc, long start, long end, InstructionWork work);

  /**
   * Bytes that moved at a chip's DRAM, spread over the interval.
   *
   * @param chip chip in the system
   * @param start first cycle
   * @param end cycle after the last
   * @param readBytes bytes read
   * @param writtenBytes bytes written
   */
  void dram(int chip, long start, long end, long readBytes, long writtenBytes);

  /** Bytes that moved at a chip's shared SRAM; parameters as for {@link #dram}. */
  default void sharedSram(int chip, long start, long end, long readBytes, long writtenBytes) {}
}
