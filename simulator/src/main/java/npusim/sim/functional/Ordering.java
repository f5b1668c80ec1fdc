package npusim.sim.functional;

import npusim.isa.Instruction;

/** Is told in which order semaphores and barriers force instructions to run. */
interface Ordering {
  /** Nobody is interested. */
  Ordering NONE = new Ordering() {};

  /** Instruction {@code index} of a core starts on a unit; its waits are satisfied. */
  default void begin(int core, int unit, int index, Instruction instruction) {}

  /** An instruction that started on a unit completes and gives its signals. */
  default void end(int core, int unit, Instruction instruction) {}

  /** A core's communication unit adds to a semaphore of another core. */
  default void signal(int from, int to, int semaphore, int count) {}

  /**
   * The communication units of the cores have met: what each did before happened before what any
   * does next.
   */
  default void meet(int[] cores) {}
}
