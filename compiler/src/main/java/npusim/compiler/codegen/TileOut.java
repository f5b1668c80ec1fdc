package npusim.compiler.codegen;

import npusim.compiler.memory.View;

/**
 * Tiles of a tensor that a kernel writes: through a ring and the store queue to DRAM, or in place
 * when the tensor is resident; the tile then also goes to the other cores.
 */
public final class TileOut {
  private final Emitter e;
  private final View view;
  private final Ring ring;
  private final Lane producer;
  private final long otherCores;
  private final int written;
  private final long[] local;
  private Loc present;
  private Loc target;
  private Aff[] extents;

  /**
   * Access to a tensor.
   *
   * @param tile largest extents of a tile
   * @param slots tiles in flight
   * @param producer lane that writes the tiles
   * @param otherCores mask of the cores that keep a replica of a resident tensor
   */
  public TileOut(
      Emitter e, String name, View view, long[] tile, int slots, Lane producer, long otherCores) {
    this.e = e;
    this.view = view;
    this.producer = producer;
    this.otherCores = view.storage().divided() ? 0 : otherCores;
    this.local = TileIn.layout(view, tile);
    if (view.storage().resident()) {
      ring = null;
      written = this.otherCores == 0 ? 0 : e.semaphore(producer, Lane.ST);
    } else {
      Area area = e.scratch(ringBytes(view, tile, slots));
      ring = e.ring(name, area, slots, producer, Lane.ST);
      written = 0;
    }
  }

  /** Bytes a ring of such tiles takes; 0 for a resident tensor. */
  public static long ringBytes(View view, long[] tile, int slots) {
    return TileIn.ringBytes(view, tile, slots);
  }

  /** Where to write the tile; the producer's next instruction waits until it may. */
  public Loc begin(Aff[] origin, Aff[] ext) {
    extents = ext.clone();
    target = view.loc().at(origin);
    present = ring == null ? target : ring.acquire(local, view.type());
    return present;
  }

  /** The producer's last instruction completes the tile, which goes to its place. */
  public void commit() {
    int[] order = TileIn.order(view.strides());
    if (ring != null) {
      ring.publish();
      ring.take(Lane.ST);
      new Dma(e).store(target, present, order, extents);
      ring.release(Lane.ST);
      ring.next();
    } else if (otherCores != 0) {
      e.signal(producer, written, 1);
      e.await(Lane.ST, written, 1);
      new Dma(e).put(otherCores, target, order, extents);
    }
  }
}
