package npusim.compiler.codegen;

import npusim.compiler.memory.View;

/**
 * Tiles of an input that windows slide over, with a margin of padding. A tile comes from DRAM, or
 * from a resident tensor by an on-chip copy, into a ring; the margin is filled on the load lane
 * from a run of the padding's value. A resident input without padding is read in place.
 *
 * <p>Where all tiles of a dimension have the same margins, nothing else is ever written there, so
 * that the margin is filled once per slot.
 */
public final class WindowIn {
  /** A stride that makes a dimension the outermost one. */
  private static final long FAR = 1L << 40;

  private final Emitter e;
  private final View view;
  private final Axis[] axes;
  private final Ring ring;
  private final Area area;
  private final Lane lane;
  private final long[] local;
  private final Loc cell;
  private final boolean[] lasting;
  private final int slots;

  /**
   * Access to an input.
   *
   * @param view the input
   * @param axes per dimension the axis it follows: with windows where they slide, without where it
   *     is cut plainly
   * @param padding a vector in DRAM of the padding's value, as long as {@link #run}, or null when
   *     there is no padding
   */
  public WindowIn(
      Emitter e,
      String name,
      View view,
      Axis[] axes,
      int slots,
      Lane lane,
      View padding,
      Lane... consumers) {
    this.e = e;
    this.view = view;
    this.axes = axes.clone();
    this.lane = lane;
    this.slots = slots;
    long[] tile = tile(axes);
    local = TileIn.layout(spread(view, axes), tile);
    lasting = new boolean[axes.length];
    if (padding == null && view.storage().resident()) {
      ring = null;
      area = null;
      cell = null;
      return;
    }
    area = e.scratch(ringBytes(view, axes, slots));
    ring = e.ring(name, area, slots, lane, consumers);
    if (padding == null) {
      cell = null;
    } else {
      Area a = e.scratch(view.type().bytesFor(padding.size()));
      int inner = inner(view);
      long[] along = new long[axes.length];
      along[inner] = 1;
      cell = new Loc(a, Aff.of(a.lo()), along, view.type());
      Aff[] n = new Aff[axes.length];
      java.util.Arrays.fill(n, Aff.ONE);
      n[inner] = Aff.of(Math.min(padding.size(), tile[inner]));
      new Dma(e).load(lane, cell, padding.loc().withStrides(along), n);
      fillLasting(tile);
    }
  }

  /**
   * The view with strides of their own for dimensions that windows slide over: one that is
   * broadcast or a single element lies in a tile with its margins.
   */
  private static View spread(View view, Axis[] axes) {
    long[] s = view.strides().clone();
    for (int d = 0; d < s.length; d++) {
      if (s[d] == 0 && axes[d].halo() != null) {
        s[d] = FAR;
      }
    }
    return new View(view.storage(), view.offset(), view.dims(), s);
  }

  /** Input extents of a full tile. */
  public static long[] tile(Axis[] axes) {
    long[] t = new long[axes.length];
    for (int i = 0; i < t.length; i++) {
      t[i] = axes[i].halo() == null ? axes[i].tile() : axes[i].halo().span(axes[i].tile());
    }
    return t;
  }

  /** Bytes of the ring. */
  public static long ringBytes(View view, Axis[] axes, int slots) {
    long n = 1;
    for (long t : tile(axes)) {
      n *= t;
    }
    return WorkMemory.aligned(view.type().bytesFor(n)) * slots;
  }

  /** The dimension that lies innermost in tiles. */
  private static int inner(View view) {
    int[] order = TileIn.order(view.strides());
    for (int i = order.length - 1; i >= 0; i--) {
      if (view.strides()[order[i]] != 0 && view.dims()[order[i]] > 1) {
        return order[i];
      }
    }
    return order.length - 1;
  }

  /**
   * Elements of padding that are copied at once: as many as a tile has in its innermost dimension.
   *
   * @param largest extents of a tile
   */
  public static long run(View view, long[] largest) {
    return largest[inner(view)];
  }

  /** Margins of dimensions with a single tile are the same in every tile. */
  private void fillLasting(long[] tile) {
    long slotBytes = area.bytes() / slots;
    for (int d = 0; d < axes.length; d++) {
      if (axes[d].halo() == null || axes[d].tiles() > 1) {
        continue;
      }
      lasting[d] = true;
      Axis.Step s = axes[d].first();
      for (int slot = 0; slot < slots; slot++) {
        Loc base = new Loc(area, Aff.of(area.lo() + slot * slotBytes), local, view.type());
        fill(base, d, 0, s.before(), Aff.of(tile));
        fill(base, d, tile[d] - s.after(), s.after(), Aff.of(tile));
      }
    }
  }

  private void fill(Loc base, int d, long from, long count, Aff[] extents) {
    if (count <= 0) {
      return;
    }
    Aff[] origin = new Aff[axes.length];
    java.util.Arrays.fill(origin, Aff.ZERO);
    origin[d] = Aff.of(from);
    Aff[] n = extents.clone();
    n[d] = Aff.of(count);
    new Dma(e).copy(lane, base.at(origin), cell, TileIn.order(view.strides()), n);
  }

  /**
   * Fetches the tile at the given steps.
   *
   * @return the tile; element 0 of a window dimension is the first input element of the first
   *     window, padding or not
   */
  public Loc fetch(Axis.Step[] at) {
    int n = axes.length;
    Aff[] origin = new Aff[n];
    Aff[] extents = new Aff[n];
    Aff[] inside = new Aff[n];
    for (int d = 0; d < n; d++) {
      Axis.Halo h = axes[d].halo();
      inside[d] = Aff.of(at[d].before());
      if (h == null) {
        origin[d] = at[d].origin();
        extents[d] = at[d].extent();
      } else {
        origin[d] = at[d].origin().times(h.stride()).plus(at[d].before() - h.pad());
        extents[d] = Aff.of(h.span(at[d].extent().value()) - at[d].before() - at[d].after());
      }
    }
    if (ring == null) {
      return view.loc().at(origin);
    }
    Loc slot = ring.acquire(local, view.type());
    for (int d = 0; d < n; d++) {
      if (axes[d].halo() != null && !lasting[d]) {
        Aff[] whole = new Aff[n];
        for (int i = 0; i < n; i++) {
          whole[i] =
              axes[i].halo() == null
                  ? extents[i]
                  : Aff.of(axes[i].halo().span(at[i].extent().value()));
        }
        long span = axes[d].halo().span(at[d].extent().value());
        fill(slot, d, 0, at[d].before(), whole);
        fill(slot, d, span - at[d].after(), at[d].after(), whole);
      }
    }
    boolean something = true;
    for (Aff x : extents) {
      something &= !(x.isConst() && x.value() <= 0);
    }
    if (something) {
      int[] order = TileIn.order(view.strides());
      Loc to = slot.at(inside);
      if (view.storage().resident()) {
        new Dma(e).copy(lane, to, view.loc().at(origin), order, extents);
      } else {
        new Dma(e).load(lane, to, view.loc().at(origin), order, extents);
      }
    }
    ring.publish();
    return slot;
  }

  /** The lane's next instruction waits for the tile. */
  public void take(Lane consumer) {
    if (ring != null) {
      ring.take(consumer);
    }
  }

  /** The lane is done with the tile. */
  public void release(Lane consumer) {
    if (ring != null) {
      ring.release(consumer);
    }
  }

  /** The next fetch is of another tile. */
  public void next() {
    if (ring != null) {
      ring.next();
    }
  }
}
