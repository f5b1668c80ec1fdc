package npusim.sim.functional;

import java.util.Optional;

/**
 * What is checked while a program runs, beyond what every run checks.
 *
 * @param initialised whether reads of local memory that nothing has written are errors
 * @param races finds accesses that no semaphore orders
 */
record Checks(boolean initialised, Optional<RaceChecker> races) {
  /** Nothing more. */
  static final Checks NONE = new Checks(false, Optional.empty());

  /** A local memory of a core with these checks. */
  LocalMemory memory(String name, int core, long origin, int size) {
    return new LocalMemory(
        name,
        origin,
        size,
        initialised ? new InitialisedBytes(size) : null,
        races.map(r -> r.observer(name + " of core " + core, origin)).orElse(null));
  }

  /** Who is told about the order of instructions. */
  Ordering ordering() {
    return races.isPresent() ? races.get() : Ordering.NONE;
  }
}
