package npusim.compiler.codegen;

import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Opcode;

/**
 * A ring of tiles that a group of cores fills together: the slots lie at the same place in every
 * core's scratchpad. For each tile
 *
 * <ol>
 *   <li>every core tells the group that its slot is free;
 *   <li>it loads its own part of the tile into its slot, whether or not the others are ready;
 *   <li>when all are ready it sends this part to the others' slots, then tells them so;
 *   <li>when all parts have come the tile is handed to the consumer.
 * </ol>
 *
 * <p>Where the first core loads for all, the others only say that they are ready and wait; it loads
 * a tile when the one before is on its way, as a single thread that moves data does.
 *
 * <p>A core says that it is ready for a tile only once the tile before has come, and that was sent
 * only when all were ready for it: tokens of two tiles never mix in one counter, however far the
 * cores are apart.
 */
final class SharedRing {
  private final Emitter e;
  private final Area area;
  private final Cursor cursor;
  private final Share share;
  private final Lane loader;
  private final Lane consumer;
  private final int mayLoad;
  private final int mayReceive;
  private final int loaded;
  private final int sent;
  private final int full;
  private final int ready;
  private final int come;
  private final int turn;

  SharedRing(Emitter e, Area area, Cursor cursor, Share share, Lane loader, Lane consumer) {
    this.e = e;
    this.area = area;
    this.cursor = cursor;
    this.share = share;
    this.loader = loader;
    this.consumer = consumer;
    mayLoad = e.semaphore(consumer, loader);
    mayReceive = e.semaphore(consumer, Lane.COM);
    loaded = e.semaphore(loader, Lane.ST);
    sent = e.semaphore(Lane.ST, Lane.COM);
    full = e.semaphore(Lane.COM, consumer);
    ready = e.remoteSemaphore(2 * share.operand(), Lane.ST);
    come = e.remoteSemaphore(2 * share.operand() + 1, Lane.COM);
    turn = share.first() && share.loads() ? e.semaphore(Lane.ST, loader) : -1;
  }

  /** The slots are free from where the lanes have got to. */
  void open() {
    if (share.loads()) {
      e.signalNop(loader, mayLoad, cursor.slots());
    }
    if (turn >= 0) {
      e.signalNop(Lane.ST, turn, 1);
    }
    e.signalNop(Lane.COM, mayReceive, cursor.slots());
  }

  /** The present slot as an operand. */
  Loc slot(long[] strides, DType type) {
    Aff base = Aff.of(area.lo());
    return new Loc(area, cursor.slots() == 1 ? base : base.plus(Aff.of(cursor)), strides, type);
  }

  /** The loader's next instruction fills the own part of the slot. */
  void offer() {
    e.await(Lane.COM, mayReceive, 1);
    signal(ready, share.sending());
    if (share.loads()) {
      e.await(loader, mayLoad, 1);
    }
    if (turn >= 0) {
      e.await(loader, turn, 1);
    }
  }

  /** The loader's last instruction has filled the own part, which goes to the others. */
  void send(Loc part, int[] order, Aff[] extents) {
    e.signal(loader, loaded, 1);
    e.await(Lane.ST, loaded, 1);
    e.await(Lane.ST, ready, share.size());
    new Dma(e).put(share.cores() & ~(1L << e.coreIndex()), part, order, extents);
    e.signal(Lane.ST, sent, 1);
    if (turn >= 0) {
      e.signal(Lane.ST, turn, 1);
    }
  }

  /** The consumer's next instruction waits for the whole tile. */
  void take() {
    if (share.loads()) {
      e.await(Lane.COM, sent, 1);
      signal(come, share.cores());
    }
    e.await(Lane.COM, come, share.senders());
    e.signalNop(Lane.COM, full, 1);
    e.await(consumer, full, 1);
  }

  private void signal(int semaphore, long to) {
    e.emit(
        new Op(Opcode.C_SIGNAL, Lane.COM)
            .set(Field.CORES, to)
            .set(Field.SEM, semaphore)
            .set(Field.AMOUNT, 1)
            .writes(area));
  }

  /** The consumer's last instruction so far is the last that reads the slot. */
  void release() {
    if (share.loads()) {
      e.signal(consumer, mayLoad, 1);
    }
    e.signal(consumer, mayReceive, 1);
  }

  /** Moves on to the next slot. */
  void next() {
    e.step(cursor);
  }

  /** Waits until every slot has come back, so that the semaphores are 0 again. */
  void drain() {
    if (share.loads()) {
      e.await(consumer, mayLoad, cursor.slots());
    }
    if (turn >= 0) {
      e.await(loader, turn, 1);
    }
    e.await(consumer, mayReceive, cursor.slots());
  }
}
