package npusim.compiler.codegen;

import java.util.function.Consumer;

/**
 * A dimension walked in tiles, restricted to the part [lo, hi) that belongs to one core.
 *
 * @param name for listings
 * @param lo first element
 * @param hi element after the last
 * @param tile elements per step
 * @param halo how windows over an input lie along it, or null
 */
public record Axis(String name, long lo, long hi, long tile, Halo halo) {

  /**
   * Sliding windows over an input: element {@code o} reads input elements from {@code o * stride -
   * pad} on.
   *
   * @param reach input elements a window spans
   * @param input elements of the input; outside is padding
   */
  public record Halo(long stride, long reach, long pad, long input) {
    /** Input elements that {@code n} windows span. */
    public long span(long n) {
      return (n - 1) * stride + reach;
    }
  }

  /**
   * Position within an axis.
   *
   * @param origin first element
   * @param extent elements
   * @param index number of the tile
   * @param before padding at the start of the input span
   * @param after padding at its end
   */
  public record Step(Aff origin, Aff extent, Aff index, long before, long after) {}

  /** Clips the tile to the part. */
  public Axis {
    tile = Math.max(1, Math.min(tile, hi - lo));
  }

  /** A dimension without windows. */
  public Axis(String name, long lo, long hi, long tile) {
    this(name, lo, hi, tile, null);
  }

  /** The whole dimension. */
  public static Axis of(String name, long total, long tile) {
    return new Axis(name, 0, total, tile);
  }

  /** Elements in the part. */
  public long size() {
    return hi - lo;
  }

  /** Number of tiles. */
  public long tiles() {
    return Math.ceilDiv(hi - lo, tile);
  }

  /** Step 0, of the whole part when there is one tile. */
  public Step first() {
    return step(0);
  }

  /** Emits the loop over the tiles; with windows, tiles with alike padding share a loop. */
  public void loop(Emitter e, Consumer<Step> body) {
    long n = tiles();
    if (n <= 0) {
      return;
    }
    if (n == 1) {
      body.accept(step(0));
    } else if (halo == null) {
      Var v = new Var(name, Aff.of(n));
      Aff extent =
          (hi - lo) % tile == 0 ? Aff.of(tile) : Aff.of(new Extent(v, tile, Aff.of(hi - lo)));
      e.loop(v, i -> body.accept(new Step(i.times(tile).plus(lo), extent, i, 0, 0)));
    } else {
      for (long i = 0; i < n; ) {
        long from = i;
        while (i < n && alike(step(from), step(i))) {
          i++;
        }
        Step s = step(from);
        e.loop(
            name,
            i - from,
            j ->
                body.accept(
                    new Step(
                        j.times(tile).plus(s.origin()),
                        s.extent(),
                        j.plus(from),
                        s.before(),
                        s.after())));
      }
    }
  }

  private static boolean alike(Step a, Step b) {
    return a.before() == b.before()
        && a.after() == b.after()
        && a.extent().value() == b.extent().value();
  }

  private Step step(long i) {
    long at = lo + i * tile;
    long n = Math.max(0, Math.min(tile, hi - at));
    long before = 0;
    long after = 0;
    if (halo != null && n > 0) {
      long start = at * halo.stride() - halo.pad();
      long span = halo.span(n);
      before = Math.clamp(-start, 0, span);
      after = Math.clamp(start + span - halo.input(), 0, span - before);
    }
    return new Step(Aff.of(at), Aff.of(n), Aff.of(i), before, after);
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
