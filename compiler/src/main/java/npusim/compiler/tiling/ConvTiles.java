package npusim.compiler.tiling;

import java.util.Arrays;

/**
 * How a convolution is cut into tiles and divided among cores.
 *
 * @param images tile of the batch
 * @param spatial tile of the result
 * @param grain channels that cores divide are multiples of this
 * @param ocOuter true when the loop over channels is outside the spatial loops
 * @param pb cores along the batch, pg along groups, po along channels, ps along the first spatial
 *     dimension
 * @param dim dimension of [G, M, C, kernel…] along which cores that need the same tiles of weights
 *     divide them; {@link #ALONE} when each loads all
 * @param slots tiles of weights in the scratchpad at once
 */
public record ConvTiles(
    long images,
    long[] spatial,
    long oc,
    long ic,
    boolean ocOuter,
    int pb,
    int pg,
    int po,
    int ps,
    long grain,
    int dim,
    int slots) {
  /** Every core loads the weights it needs by itself. */
  public static final int ALONE = -1;

  /** Whether cores load tiles of weights together. */
  public boolean isShared() {
    return dim != ALONE;
  }

  /** Cores that load a tile of weights together. */
  int group() {
    return isShared() ? pb * ps : 1;
  }

  /** Rows of the product that computes a tile. */
  long rows() {
    return images * Arrays.stream(spatial).reduce(1, Math::multiplyExact);
  }
}
