package npusim.compiler.codegen;

import java.util.function.Consumer;

/**
 * A dimension walked in tiles, restricted to the part [lo, hi) that belongs to one core.
 *
 * @param name for listings
 * @param lo first element
 * @param hi element after the last
 * @param tile elements per step
 */
public record Axis(String name, long lo, long hi, long tile) {
  /** The whole dimension. */
  public static Axis of(String name, long total, long tile) {
    return new Axis(name, 0, total, tile);
  }

  /** Clips the tile to the part. */
  public Axis {
    tile = Math.max(1, Math.min(tile, hi - lo));
  }

  /** Elements in the part. */
  public long size() {
    return hi - lo;
  }

  /** Number of tiles. */
  public long tiles() {
    return Math.ceilDiv(hi - lo, tile);
  }

  /** Position within an axis: first element, extent, and index of the tile. */
  public record Step(Aff origin, Aff extent, Aff index) {}

  /** Emits the loop over the tiles. */
  public void loop(Emitter e, Consumer<Step> body) {
    long n = tiles();
    if (n <= 0) {
      return;
    }
    if (n == 1) {
      body.accept(new Step(Aff.of(lo), Aff.of(hi - lo), Aff.ZERO));
      return;
    }
    Var v = new Var(name, Aff.of(n));
    Aff extent =
        (hi - lo) % tile == 0 ? Aff.of(tile) : Aff.of(new Extent(v, tile, Aff.of(hi - lo)));
    e.loop(v, i -> body.accept(new Step(i.times(tile).plus(lo), extent, i)));
  }

  /**
   * Part {@code part} of {@code parts} nearly equal ones whose borders are multiples of {@code
   * grain}.
   *
   * @return first element and element after the last
   */
  public static long[] split(long total, long grain, int part, int parts) {
    long units = Math.ceilDiv(total, grain);
    long lo = units * part / parts * grain;
    long hi = Math.min(total, units * (part + 1) / parts * grain);
    return new long[] {Math.min(lo, total), hi};
  }
}
