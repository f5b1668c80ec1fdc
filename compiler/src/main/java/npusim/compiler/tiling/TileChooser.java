package npusim.compiler.tiling;

import java.util.Arrays;
import java.util.List;

/**
 * Tile extents for kernels that touch every element once or a few times: as large as the memory
 * allows, wide first in the dimensions that are contiguous in DRAM for some operand (so that
 * transfers are long on both sides of a transposition), then from the innermost dimension of the
 * result outwards.
 */
public final class TileChooser {
  private static final long RUN_BYTES = 64;

  private TileChooser() {}

  /**
   * An operand of the kernel.
   *
   * @param strides by dimension; 0 where it doesn't vary
   * @param bits bits per element times tiles held at once
   * @param elementBits bits per element
   */
  public record Operand(long[] strides, long bits, int elementBits) {}

  /**
   * The extents.
   *
   * @param dims extents of the iteration
   * @param operands operands that take memory
   * @param scratchBits bits per element of the iteration for temporaries
   * @param bytes memory
   * @param whole dimensions that must not be cut
   * @return null when even the smallest tile doesn't fit
   */
  public static long[] choose(
      long[] dims, List<Operand> operands, long scratchBits, long bytes, boolean[] whole) {
    long[] tile = new long[dims.length];
    for (int i = 0; i < tile.length; i++) {
      tile[i] = whole[i] ? dims[i] : 1;
    }
    if (footprint(tile, operands, scratchBits) > bytes) {
      return null;
    }
    for (Operand o : operands) {
      int inner = inner(dims, o.strides());
      if (inner >= 0) {
        long want = Math.max(1, RUN_BYTES * 8 / o.elementBits());
        grow(tile, inner, Math.min(dims[inner], want), dims, operands, scratchBits, bytes);
      }
    }
    for (int d = dims.length - 1; d >= 0; d--) {
      grow(tile, d, dims[d], dims, operands, scratchBits, bytes);
    }
    return tile;
  }

  /** Memory of a tile in bytes. */
  public static long footprint(long[] tile, List<Operand> operands, long scratchBits) {
    long bits = scratchBits * product(tile);
    for (Operand o : operands) {
      long n = 1;
      for (int i = 0; i < tile.length; i++) {
        n *= o.strides()[i] == 0 ? 1 : tile[i];
      }
      bits += n * o.bits() + 64 * 8 * Math.max(1, o.bits() / o.elementBits());
    }
    return bits / 8;
  }

  private static void grow(
      long[] tile,
      int d,
      long limit,
      long[] dims,
      List<Operand> operands,
      long scratchBits,
      long bytes) {
    long lo = tile[d];
    long hi = Math.min(limit, dims[d]);
    if (hi <= lo) {
      return;
    }
    while (lo < hi) {
      long mid = (lo + hi + 1) / 2;
      tile[d] = mid;
      if (footprint(tile, operands, scratchBits) <= bytes) {
        lo = mid;
      } else {
        hi = mid - 1;
      }
    }
    tile[d] = lo;
    // A partial innermost extent stays a multiple of 64 elements, so that rows keep their
    // alignment.
    if (lo < dims[d] && lo > 64) {
      tile[d] = lo / 64 * 64;
    } else if (lo < dims[d] && lo > 1) {
      tile[d] = lo / 2 * 2;
    }
  }

  private static int inner(long[] dims, long[] strides) {
    int best = -1;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] > 1
          && strides[i] != 0
          && (best < 0 || Math.abs(strides[i]) < Math.abs(strides[best]))) {
        best = i;
      }
    }
    return best;
  }

  private static long product(long[] a) {
    return Arrays.stream(a).reduce(1, Math::multiplyExact);
  }
}
