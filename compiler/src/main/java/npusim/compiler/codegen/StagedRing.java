package npusim.compiler.codegen;

import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Opcode;

/**
 * A ring of tiles that a group of cores passes through the chip's shared SRAM. For each tile
 *
 * <ol>
 *   <li>every core loads its own part from DRAM and stores it in the tile's slot there;
 *   <li>the group meets at a barrier once all parts have come;
 *   <li>every core loads the tile from there into a slot of its scratchpad, for its consumer.
 * </ol>
 *
 * <p>The barrier of a tile is passed only when every core has read the tile that is {@link
 * Staging#SLOTS} − {@link Staging#AHEAD} before it: so {@link Staging#AHEAD} tiles may be stored
 * behind it into slots that nobody reads any more.
 */
final class StagedRing {
  private final Emitter e;
  private final Staging staging;
  private final Area parts;
  private final Area tiles;
  private final Cursor part;
  private final Cursor stage;
  private final Cursor tile;
  private final Lane loader;
  private final Lane consumer;
  private final int partFree;
  private final int partLoaded;
  private final int mayStore;
  private final int stored;
  private final int read;
  private final int come;
  private final int free;
  private final int full;

  StagedRing(
      Emitter e,
      String name,
      Staging staging,
      Area parts,
      Area tiles,
      int slots,
      Lane loader,
      Lane consumer) {
    this.e = e;
    this.staging = staging;
    this.parts = parts;
    this.tiles = tiles;
    this.loader = loader;
    this.consumer = consumer;
    long tileBytes = tiles.bytes() / slots;
    part = new Cursor(name + " part", Staging.PARTS, parts.bytes() / Staging.PARTS);
    stage = new Cursor(name + " stage", Staging.SLOTS, tileBytes);
    tile = new Cursor(name, slots, tileBytes);
    partFree = e.semaphore(Lane.ST, loader);
    partLoaded = e.semaphore(loader, Lane.ST);
    mayStore = e.semaphore(Lane.COM, Lane.ST);
    stored = e.semaphore(Lane.ST, Lane.COM);
    read = e.semaphore(Lane.LD0, Lane.COM);
    come = e.semaphore(Lane.COM, Lane.LD0);
    free = e.semaphore(consumer, Lane.LD0);
    full = e.semaphore(Lane.LD0, consumer);
  }

  /** All slots are free from where the lanes have got to. */
  void open() {
    e.signalNop(loader, partFree, Staging.PARTS);
    e.signalNop(Lane.ST, mayStore, Staging.AHEAD);
    e.signalNop(Lane.COM, read, Staging.SLOTS - Staging.AHEAD);
    e.signalNop(Lane.LD0, free, tile.slots());
  }

  /** Memory for the own part, which the loader's next instruction fills. */
  Loc part(long[] strides, DType type) {
    e.await(loader, partFree, 1);
    return slot(parts, Aff.of(parts.lo()), part, strides, type);
  }

  /**
   * The loader's last instruction has filled the own part, which goes to the shared SRAM.
   *
   * @param first its first element within the tile
   * @param layout strides of the tile
   */
  void stage(Loc from, Aff[] first, long[] layout, int[] order, Aff[] extents) {
    e.signal(loader, partLoaded, 1);
    e.await(Lane.ST, partLoaded, 1);
    e.await(Lane.ST, mayStore, 1);
    new Dma(e).store(staged(layout, from.type()).at(first), from, order, extents);
    e.signal(Lane.ST, stored, 1);
    e.signal(Lane.ST, partFree, 1);
  }

  /** Meets the group and loads the tile, which is returned. */
  Loc fetch(long[] layout, DType type, int[] order, Aff[] extents) {
    e.await(Lane.COM, stored, 1);
    e.await(Lane.COM, read, 1);
    e.emit(new Op(Opcode.C_BARRIER, Lane.COM).set(Field.CORES, staging.share().cores()));
    e.signal(Lane.COM, come, 1);
    e.signal(Lane.COM, mayStore, 1);
    e.await(Lane.LD0, come, 1);
    e.await(Lane.LD0, free, 1);
    Loc to = slot(tiles, Aff.of(tiles.lo()), tile, layout, type);
    new Dma(e).load(Lane.LD0, to, staged(layout, type), order, extents);
    e.signal(Lane.LD0, full, 1);
    e.signal(Lane.LD0, read, 1);
    return to;
  }

  private Loc staged(long[] layout, DType type) {
    return slot(staging.area(), staging.first(), stage, layout, type);
  }

  private static Loc slot(Area area, Aff first, Cursor at, long[] strides, DType type) {
    return new Loc(area, at.slots() == 1 ? first : first.plus(Aff.of(at)), strides, type);
  }

  /** The consumer's next instruction waits for the tile. */
  void take() {
    e.await(consumer, full, 1);
  }

  /** The consumer's last instruction so far is the last that reads the tile. */
  void release() {
    e.signal(consumer, free, 1);
  }

  /** Moves on to the next tile. */
  void next() {
    e.step(part);
    e.step(stage);
    e.step(tile);
  }

  /** Waits until everything has come back, so that the semaphores are 0 again. */
  void drain() {
    e.await(Lane.ST, partFree, Staging.PARTS);
    e.await(Lane.COM, mayStore, Staging.AHEAD);
    e.await(Lane.LD0, read, Staging.SLOTS - Staging.AHEAD);
    e.await(consumer, free, tile.slots());
  }
}
