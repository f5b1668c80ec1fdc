package npusim.sim.functional;

import java.util.ArrayDeque;
import java.util.Deque;
import npusim.isa.Unit;

/** Instructions dispatched to one unit of a core and not executed yet. */
final class UnitQueue {
  /**
   * A dispatched instruction.
   *
   * @param index instruction index
   * @param args operands with the register values at dispatch
   */
  record Entry(int index, Args args) {}

  private final Unit unit;
  private final String label;
  private final int depth;
  private final Deque<Entry> entries = new ArrayDeque<>();
  private boolean started;

  UnitQueue(Unit unit, String label, int depth) {
    this.unit = unit;
    this.label = label;
    this.depth = depth;
  }

  Unit unit() {
    return unit;
  }

  /** Name for messages, such as {@code LD1}. */
  String label() {
    return label;
  }

  boolean isFull() {
    return entries.size() >= depth;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  void add(Entry entry) {
    entries.add(entry);
  }

  /** Oldest instruction. */
  Entry head() {
    return entries.element();
  }

  /** True when the oldest instruction has taken its waits and waits for another core. */
  boolean isStarted() {
    return started;
  }

  /** Notes that the oldest instruction waits for another core. */
  void start() {
    started = true;
  }

  /** Removes the oldest instruction, which is complete. */
  void complete() {
    started = false;
    entries.remove();
  }
}
