package npusim.compiler.tiling;

import java.util.Optional;
import npusim.compiler.tiling.MatmulTiling.Problem;
import npusim.compiler.tiling.MatmulTiling.Tiles;
import npusim.hardware.Hardware;

/**
 * How a chip's library divides a product by itself whose result is low and wide: all cores take
 * columns only, tile by tile of two squares along the sums, and the first core loads the rows'
 * operand for all of them.
 *
 * <p>tt-metal's default for products with operands in DRAM: where blocks of 16×16 squares of 32
 * cover the result in one row of several, matmul takes its one-dimensional multicast.
 */
public final class NarrowProducts {
  private static final long SQUARE = 32;

  private NarrowProducts() {}

  /** The library's tiles, or empty when it has no such division or the product isn't low. */
  public static Optional<Tiles> of(Hardware hw, Problem p) {
    long rows = hw.core().matrix().narrowRows();
    boolean low = p.m() <= rows && p.n() > rows;
    boolean plain = p.batch() == 1 && !p.widens() && p.aShares() && p.kGrain() == 1;
    if (!low || !plain || p.divided() >= 0 || p.cores() == 1) {
      return Optional.empty();
    }
    long grain = Math.max(SQUARE, p.grain());
    long each = Math.ceilDiv(Math.ceilDiv(p.n(), grain), (long) p.cores()) * grain;
    if (p.n() % each != 0 || p.n() == each) {
      return Optional.empty();
    }
    int used = Math.toIntExact(p.n() / each);
    long depth = Math.min(p.k(), p.k() % (2 * SQUARE) == 0 ? 2 * SQUARE : SQUARE);
    var t =
        new Tiles(
            p.m(),
            each,
            depth,
            true,
            1,
            1,
            used,
            0,
            Tiles.ALONE,
            false,
            false,
            MatmulTiling.SLOTS,
            1);
    return p.m() >= used && MatmulTiling.shares(hw, p, t) ? Optional.of(t) : Optional.empty();
  }
}
