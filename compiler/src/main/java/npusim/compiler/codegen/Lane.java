package npusim.compiler.codegen;

import npusim.isa.Unit;

/** An in-order stream of instructions of one core: a unit, or one of the load unit's queues. */
public enum Lane {
  /** The sequencer. */
  SEQ(Unit.SEQ, 0),
  /** Load queue 0: activations. */
  LD0(Unit.LD, 0),
  /** Load queue 1: weights, on cores that have a second queue. */
  LD1(Unit.LD, 1),
  /** Store queue. */
  ST(Unit.ST, 0),
  /** Matrix unit. */
  MAT(Unit.MAT, 0),
  /** Vector unit. */
  VEC(Unit.VEC, 0),
  /** Communication unit. */
  COM(Unit.COM, 0);

  private final Unit unit;
  private final int queue;

  Lane(Unit unit, int queue) {
    this.unit = unit;
    this.queue = queue;
  }

  /** The unit that executes the lane. */
  public Unit unit() {
    return unit;
  }

  /** Queue number within the unit. */
  public int queue() {
    return queue;
  }
}
