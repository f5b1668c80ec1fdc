package npusim.compiler.tiling;

import java.util.Optional;
import npusim.hardware.Hardware;

/**
 * The division of low, wide products that a vendor's library has by default: all cores take columns
 * only, tile by tile of two squares along the sums, and the first core loads the rows' operand for
 * all of them.
 *
 * <p>This is a rule of software that nothing about the hardware explains, kept so that what was
 * measured with the library's defaults can be compared with. tt-metal takes its one-dimensional
 * multicast where one row of blocks of 16×16 squares covers the result. A square is a tile of the
 * arrays in memory ({@code dram.array_tile}), 16 of them are {@code core.matrix.narrow_rows}. It is
 * applied only to products that are a job by themselves; within a model the tile search decides.
 */
public final class NarrowProducts {
  private NarrowProducts() {}

  /** The library's tiles, or empty when it has no such division or the product isn't low. */
  public static Optional<MatmulTiles> of(Hardware hw, MatmulProblem p) {
    long rows = hw.core().matrix().narrowRows();
    boolean low = p.m() <= rows && p.n() > rows;
    boolean plain = p.batch() == 1 && !p.widens() && p.aShares() && p.kGrain() == 1;
    if (!low || !plain || p.divided() >= 0 || p.cores() == 1) {
      return Optional.empty();
    }
    long square = hw.dram().arrayTile().rows();
    long grain = Math.max(square, p.grain());
    long each = Math.ceilDiv(Math.ceilDiv(p.n(), grain), (long) p.cores()) * grain;
    if (p.n() % each != 0 || p.n() == each) {
      return Optional.empty();
    }
    int used = Math.toIntExact(p.n() / each);
    long depth = Math.min(p.k(), p.k() % (2 * square) == 0 ? 2 * square : square);
    var t =
        new MatmulTiles(
            p.m(),
            each,
            depth,
            true,
            1,
            1,
            used,
            0,
            MatmulTiles.ALONE,
            false,
            false,
            MatmulTiling.SLOTS,
            1);
    // Cores that share a tile need at least a row of it each (Share); tiles have whole pages.
    boolean whole = p.wPage() == 0 || depth % p.wPage() == 0;
    boolean fits = whole && p.m() >= used && MatmulTiling.shares(hw, p, t);
    return fits ? Optional.of(t) : Optional.empty();
  }
}
