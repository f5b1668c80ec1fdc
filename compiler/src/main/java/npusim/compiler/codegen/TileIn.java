package npusim.compiler.codegen;

import java.util.Arrays;
import npusim.compiler.memory.View;
import npusim.isa.DType;

/**
 * Tiles of a tensor that a kernel reads. A tensor in DRAM is loaded tile by tile into a ring; a
 * resident one is read in place. Kernels don't see the difference.
 *
 * <p>In the ring a tile lies densely with its dimensions in the order of the tensor's strides, so
 * that rows which are contiguous in DRAM stay contiguous and a transposed tensor is transposed by
 * the reader's strides.
 */
public final class TileIn {
  private final Emitter e;
  private final View view;
  private final Ring ring;
  private final Share share;
  private final SharedRing shared;
  private final StagedRing staged;
  private final Lane lane;
  private final long[] local;
  private final long[] localPart;
  private final int columns;
  private final long[] room;
  private boolean placed;

  /**
   * Access to a tensor.
   *
   * @param tile largest extents of a tile
   * @param slots tiles in flight
   * @param consumers lanes that read the tiles
   */
  public TileIn(
      Emitter e, String name, View view, long[] tile, int slots, Lane lane, Lane... consumers) {
    this(e, name, view, -1, tile, slots, lane, consumers);
  }

  /**
   * Access to weights that may lie in blocks ({@link npusim.compiler.memory.Storage#block}). Tiles
   * are of whole blocks then, and their columns lie next to each other.
   *
   * @param columns dimension of the columns
   */
  public TileIn(
      Emitter e,
      String name,
      View view,
      int columns,
      long[] tile,
      int slots,
      Lane lane,
      Lane... consumers) {
    this(e, name, view, columns, null, null, tile, slots, lane, consumers);
  }

  /**
   * As above for tiles that a group of cores loads together; with one consumer.
   *
   * @param columns dimension of the columns, -1 when the tensor doesn't lie in blocks
   * @param share the group, or null when the core loads its tiles by itself
   * @param staging where the group passes its tiles through shared SRAM, or null
   * @param tile largest extents of a tile, the same in all cores of the group
   */
  public TileIn(
      Emitter e,
      String name,
      View view,
      int columns,
      Share share,
      Staging staging,
      long[] tile,
      int slots,
      Lane lane,
      Lane... consumers) {
    this.e = e;
    this.view = view;
    this.share = view.storage().resident() ? null : share;
    this.columns = view.storage().block() > 0 ? columns : -1;
    this.room = room(view, this.columns, tile);
    this.local = local(room);
    long slot = WorkMemory.aligned(slotBytes(view.type(), view, room));
    if (view.storage().resident()) {
      this.lane = lane;
      localPart = local;
      ring = null;
      shared = null;
      staged = null;
    } else if (staging != null) {
      // The DRAM must not wait for what comes from the shared SRAM.
      this.lane = e.weightLane();
      long[] part = tile.clone();
      part[share.dim()] = share.largest(tile[share.dim()]);
      localPart = local(part);
      long partSlot = WorkMemory.aligned(slotBytes(view.type(), view, part));
      Area parts = e.scratch(partSlot * Staging.PARTS);
      Area tiles = e.scratch(slot * slots);
      ring = null;
      shared = null;
      staged = e.stagedRing(name, staging, parts, tiles, slots, this.lane, consumers[0]);
    } else if (share != null) {
      this.lane = lane;
      localPart = local;
      ring = null;
      shared = e.sharedRing(name, e.scratch(slot * slots), slots, share, lane, consumers[0]);
      staged = null;
    } else {
      this.lane = lane;
      localPart = local;
      ring = e.ring(name, e.scratch(slot * slots), slots, lane, consumers);
      shared = null;
      staged = null;
    }
  }

  /** Strides of a dense tile in local memory. */
  private long[] local(long[] tile) {
    return columns < 0 ? layout(view, tile) : columnsInnermost(tile, columns);
  }

  /** Bytes a ring of such tiles takes; 0 for a resident tensor. */
  public static long ringBytes(View view, long[] tile, int slots) {
    return view.storage().resident()
        ? 0
        : WorkMemory.aligned(slotBytes(view.type(), view, tile)) * slots;
  }

  private static long slotBytes(DType type, View view, long[] tile) {
    long n = 1;
    for (int i = 0; i < tile.length; i++) {
      n *= view.strides()[i] == 0 ? 1 : tile[i];
    }
    return type.bytesFor(n) + (type.isPacked() ? WorkMemory.aligned(1) : 0);
  }

  /**
   * Strides of the dense local tile, outermost the dimension with the widest stride in the tensor.
   */
  public static long[] layout(View view, long[] tile) {
    long[] s = view.strides();
    int[] order = order(s);
    long[] local = new long[tile.length];
    long n = 1;
    for (int k = order.length - 1; k >= 0; k--) {
      int i = order[k];
      if (s[i] != 0) {
        local[i] = n;
        n *= tile[i];
        if (view.type().isPacked() && n % 2 != 0 && tile[i] > 1) {
          n++;
        }
      }
    }
    return local;
  }

  private static long[] columnsInnermost(long[] tile, int columns) {
    long[] local = new long[tile.length];
    long n = tile[columns];
    for (int i = tile.length - 1; i >= 0; i--) {
      if (i != columns) {
        local[i] = n;
        n *= tile[i];
      }
    }
    local[columns] = 1;
    return local;
  }

  /**
   * Says that no other core reads any of these tiles: memory that is laid out once for all lies in
   * the channel nearest to this one.
   */
  public void place() {
    placed = true;
  }

  /** True when tiles are loaded, false when they are read in place. */
  public boolean loaded() {
    return !view.storage().resident();
  }

  /**
   * Fetches a tile and makes its readers wait for it.
   *
   * @param origin first element per dimension
   * @param extents elements per dimension
   * @return the tile, local
   */
  public Loc fetch(Aff[] origin, Aff[] extents) {
    if (!loaded()) {
      return view.loc().at(origin);
    }
    Aff[] ext = extents.clone();
    for (int i = 0; i < ext.length; i++) {
      if (view.strides()[i] == 0) {
        ext[i] = Aff.ONE;
      }
    }
    if (ring == null) {
      return fetchTogether(origin, ext);
    }
    Loc slot = ring.acquire(local, view.type());
    load(slot, origin, 0, 0, ext);
    ring.publish();
    return slot;
  }

  /** Loads the own part of a tile and has it go to where the others see it. */
  private Loc fetchTogether(Aff[] origin, Aff[] extents) {
    int d = share.dim();
    long whole = extents[d].value();
    Aff[] ext = extents.clone();
    ext[d] = Aff.of(share.to(whole) - share.from(whole));
    Aff[] first = new Aff[ext.length];
    Arrays.fill(first, Aff.ZERO);
    first[d] = Aff.of(share.from(whole));
    if (staged != null) {
      Loc part = staged.part(localPart, view.type());
      load(part, origin, d, share.from(whole), ext);
      staged.stage(part, first, local, order(local), ext);
      return staged.fetch(local, view.type(), order(local), extents);
    }
    Loc slot = shared.slot(local, view.type());
    Loc part = slot.at(first);
    shared.offer();
    if (share.loads()) {
      load(part, origin, d, share.from(whole), ext);
      shared.send(part, order(local), ext);
    }
    return slot;
  }

  /**
   * Loads a part of a tile.
   *
   * @param origin first element of the tile
   * @param dim dimension along which the part begins {@code skip} elements behind it
   */
  private void load(Loc slot, Aff[] origin, int dim, long skip, Aff[] ext) {
    if (columns >= 0 && view.storage().pageRows() > 0) {
      loadPages(slot, view.loc().at(origin), dim == columns - 1 ? skip : 0, ext);
      return;
    }
    Aff[] from = origin.clone();
    from[dim] = from[dim].plus(skip);
    if (view.storage().format() != null) {
      new Dma(e).expand(lane, slot, view, from, ext);
    } else if (columns < 0) {
      new Dma(e).load(lane, slot, view.loc().at(from), order(view.strides()), ext);
    } else {
      loadBlocks(slot, view.loc().at(from), ext);
    }
  }

  /**
   * Rows of weights in pages: whole pages at once, and what begins or ends within one by itself.
   *
   * @param tile first element of a tile, which begins with a page
   * @param first row of the tile
   */
  private void loadPages(Loc slot, Loc tile, long first, Aff[] ext) {
    long page = view.storage().pageRows();
    long block = view.storage().block();
    long end = first + ext[columns - 1].value();
    for (long row = first; row < end; ) {
      long within = row % page;
      boolean whole = within == 0 && end - row >= page;
      long rows = whole ? (end - row) / page * page : Math.min(page - within, end - row);
      Aff[] at = new Aff[ext.length];
      Arrays.fill(at, Aff.ZERO);
      at[columns - 1] = Aff.of(row - within);
      Loc from = tile.at(at);
      at[columns - 1] = Aff.of(row - first);
      Aff[] extents = ext.clone();
      extents[columns - 1] = Aff.of(rows);
      loadBlocks(slot.at(at), from.plus(within * block), extents);
      row += rows;
    }
  }

  /** Extents that a tile is loaded with: of weights in whole blocks these. */
  private static long[] room(View view, int columns, long[] tile) {
    long[] room = tile.clone();
    if (columns > 0 && view.storage().blockRows() > 1) {
      room[columns] = roundUp(tile[columns], view.storage().block());
      room[columns - 1] = roundUp(tile[columns - 1], view.storage().blockRows());
    }
    return room;
  }

  private static long roundUp(long n, long unit) {
    return Math.ceilDiv(n, unit) * unit;
  }

  /** The columns as blocks and places within them, which are the innermost dimension. */
  private void loadBlocks(Loc slot, Loc from, Aff[] wanted) {
    long block = view.storage().block();
    Aff[] ext = wanted.clone();
    if (view.storage().blockRows() > 1) {
      // Tiles divide what the storage is filled up to: the last one is as large as the others.
      ext[columns] = Aff.of(room[columns]);
      ext[columns - 1] = Aff.of(room[columns - 1]);
    }
    long page = view.storage().pageRows();
    int inner = page > 0 ? 2 : 1;
    int n = ext.length;
    long[] dram = Arrays.copyOf(from.strides(), n + inner);
    long[] to = Arrays.copyOf(slot.strides(), n + inner);
    Aff[] extents = Arrays.copyOf(ext, n + inner);
    if (page > 0) {
      split(n, columns - 1, Math.min(page, ext[columns - 1].value()), block, dram, to, extents);
    }
    split(n + inner - 1, columns, block, 1, dram, to, extents);
    new Dma(e)
        .load(lane, placed, slot.withStrides(to), from.withStrides(dram), order(dram), extents);
  }

  /** Makes a dimension one of pieces of {@code size} elements and {@code to} one within them. */
  private static void split(
      int to, int dimension, long size, long step, long[] dram, long[] local, Aff[] extents) {
    if (extents[dimension].value() % size != 0) {
      throw new IllegalStateException("a tile of part of a block of weights");
    }
    extents[to] = Aff.of(size);
    dram[to] = step;
    local[to] = local[dimension];
    extents[dimension] = Aff.of(extents[dimension].value() / size);
    dram[dimension] *= size;
    local[dimension] *= size;
  }

  /** Dimensions with the widest stride first: the order in which a tensor lies in memory. */
  public static int[] order(long[] strides) {
    int[] order = new int[strides.length];
    for (int i = 0; i < order.length; i++) {
      int at = i;
      for (; at > 0 && Math.abs(strides[order[at - 1]]) < Math.abs(strides[i]); at--) {
        order[at] = order[at - 1];
      }
      order[at] = i;
    }
    return order;
  }

  /** The lane's next instruction waits for the tile. */
  public void take(Lane consumer) {
    if (ring != null) {
      ring.take(consumer);
    } else if (shared != null) {
      shared.take();
    } else if (staged != null) {
      staged.take();
    }
  }

  /** The lane is done with the tile. */
  public void release(Lane consumer) {
    if (ring != null) {
      ring.release(consumer);
    } else if (shared != null) {
      shared.release();
    } else if (staged != null) {
      staged.release();
    }
  }

  /** The next {@link #fetch} is of another tile; after every reader's release. */
  public void next() {
    if (ring != null) {
      ring.next();
    } else if (shared != null) {
      shared.next();
    } else if (staged != null) {
      staged.next();
    }
  }
}
