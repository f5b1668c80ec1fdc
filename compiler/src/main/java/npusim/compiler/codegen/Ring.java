package npusim.compiler.codegen;

import npusim.isa.DType;

/**
 * Slots of memory handed from a producing lane to one or two consuming lanes and back. The producer
 * waits for a free slot, each consumer for a full one; more than one slot lets the producer run
 * ahead. Obtained from {@link Emitter#ring}.
 *
 * <p>In program order an item is produced and fully consumed before the next is produced; the units
 * overlap items by themselves.
 */
public final class Ring {
  private final Emitter emitter;
  private final Area area;
  private final Cursor cursor;
  private final Lane producer;
  private final Lane[] consumers;
  private final int[] full;
  private final int[] free;

  Ring(
      Emitter emitter,
      Area area,
      Cursor cursor,
      Lane producer,
      Lane[] consumers,
      int[] full,
      int[] free) {
    this.emitter = emitter;
    this.area = area;
    this.cursor = cursor;
    this.producer = producer;
    this.consumers = consumers;
    this.full = full;
    this.free = free;
  }

  /** The producer's next instruction waits until the slot is free; the slot as an operand. */
  public Loc acquire(long[] strides, DType type) {
    for (int s : free) {
      emitter.await(producer, s, 1);
    }
    return slot(strides, type);
  }

  /** The present slot as an operand. */
  public Loc slot(long[] strides, DType type) {
    Aff base = Aff.of(area.lo() + (area.space() == Space.ACC ? Space.ACC_BASE : 0));
    return new Loc(area, cursor.slots() == 1 ? base : base.plus(Aff.of(cursor)), strides, type);
  }

  /** The producer's last instruction so far fills the slot. */
  public void publish() {
    for (int s : full) {
      emitter.signal(producer, s, 1);
    }
  }

  /** The consumer's next instruction waits until the slot is full. */
  public void take(Lane consumer) {
    emitter.await(consumer, full[index(consumer)], 1);
  }

  /** The consumer's last instruction so far is the last that reads the slot. */
  public void release(Lane consumer) {
    emitter.signal(consumer, free[index(consumer)], 1);
  }

  /** Moves on to the next slot, after every consumer's {@link #release}. */
  public void next() {
    emitter.step(cursor);
  }

  /** Slots. */
  public int slots() {
    return cursor.slots();
  }

  /** Waits until every slot has come back, so that the semaphores are 0 again. */
  void drain() {
    for (int i = 0; i < consumers.length; i++) {
      emitter.await(consumers[i], free[i], cursor.slots());
    }
  }

  /**
   * The slots are free from where the producer's lane has got to: it may start before the consumers
   * have come this far.
   */
  void open() {
    for (int i = 0; i < consumers.length; i++) {
      emitter.signalNop(producer, free[i], cursor.slots());
    }
  }

  private int index(Lane consumer) {
    for (int i = 0; i < consumers.length; i++) {
      if (consumers[i] == consumer) {
        return i;
      }
    }
    throw new IllegalArgumentException(consumer + " does not consume this ring");
  }
}
