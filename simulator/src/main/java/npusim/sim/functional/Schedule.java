package npusim.sim.functional;

import java.util.List;
import npusim.isa.Unit;

/**
 * In which order the units of a core execute what the sequencer has dispatched. Every schedule
 * keeps each unit in order and respects every semaphore; a correct program gives the same values
 * under all of them, and one that lacks a semaphore gives other values, an error or a deadlock
 * under some.
 */
public sealed interface Schedule {
  /** Every instruction at its place in the program; the fastest. */
  Schedule PROGRAM_ORDER = new ProgramOrder();

  /**
   * Loads are delayed as long as anything else can happen: exposes consumers that do not wait for
   * their data.
   */
  Schedule LATE_LOADS =
      new Priority("late-loads", List.of(Unit.SEQ, Unit.COM, Unit.VEC, Unit.MAT, Unit.ST, Unit.LD));

  /** Loads run ahead of everything: exposes loads that overwrite data still in use. */
  Schedule EAGER_UNITS =
      new Priority(
          "eager-units", List.of(Unit.SEQ, Unit.LD, Unit.COM, Unit.MAT, Unit.VEC, Unit.ST));

  /**
   * Stores are delayed as long as possible: exposes producers that overwrite what was not stored
   * yet.
   */
  Schedule LATE_STORES =
      new Priority(
          "late-stores", List.of(Unit.SEQ, Unit.LD, Unit.MAT, Unit.VEC, Unit.COM, Unit.ST));

  /**
   * Stores and vector work before the matrix unit: exposes readers of accumulators that do not
   * wait.
   */
  Schedule LATE_MATRIX =
      new Priority(
          "late-matrix", List.of(Unit.SEQ, Unit.ST, Unit.VEC, Unit.COM, Unit.LD, Unit.MAT));

  /** The schedules that have names of their own. */
  static List<Schedule> named() {
    return List.of(PROGRAM_ORDER, LATE_LOADS, EAGER_UNITS, LATE_STORES, LATE_MATRIX);
  }

  /**
   * Units chosen at random, with phases in which some are much slower than others; the same seed,
   * the same order.
   */
  static Schedule random(long seed) {
    return new Random(seed);
  }

  /** Name for messages. */
  String label();

  /** Every instruction at its place in the program. */
  record ProgramOrder() implements Schedule {
    @Override
    public String label() {
      return "program-order";
    }
  }

  /**
   * Whenever several units could go on, the first in the list does.
   *
   * @param label name for messages
   * @param order all six units, the most eager first
   */
  record Priority(String label, List<Unit> order) implements Schedule {
    public Priority {
      order = List.copyOf(order);
      if (order.size() != Unit.values().length
          || order.stream().distinct().count() != order.size()) {
        throw new IllegalArgumentException("a priority lists each unit once, not " + order);
      }
    }
  }

  /**
   * Units chosen at random.
   *
   * @param seed of the generator
   */
  record Random(long seed) implements Schedule {
    @Override
    public String label() {
      return "random-" + seed;
    }
  }
}
