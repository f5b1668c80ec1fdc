package npusim.compiler.tiling;

import npusim.compiler.codegen.Staging;

/**
 * Tiles of a product, and how cores divide and share them.
 *
 * @param nOuter true when the loop over columns is outside the loop over rows
 * @param pb cores along the batch, pm along rows, pn along columns
 * @param aDim how cores that need the same tiles of A divide them: 0 along the rows, 1 along the
 *     sums, {@link #ALONE} when each loads all
 * @param wDim the same for W: 0 along the sums, 1 along the columns
 * @param aStaged whether parts of a tile of A meet in the shared SRAM, from which each core loads
 *     all of it; otherwise cores that load together send their parts to one another
 * @param wStaged the same for W
 * @param slots tiles of an operand in the scratchpad at once
 * @param pieces of its rows in which a tile of results leaves the accumulators
 */
public record MatmulTiles(
    long m,
    long n,
    long k,
    boolean nOuter,
    int pb,
    int pm,
    int pn,
    int aDim,
    int wDim,
    boolean aStaged,
    boolean wStaged,
    int slots,
    int pieces) {
  /** Every core loads what it needs by itself. */
  public static final int ALONE = -1;

  /** Whether cores send each other tiles of an operand. */
  public boolean isShared() {
    return aDim != ALONE && !aStaged || wDim != ALONE && !wStaged;
  }

  /** Whether cores pass each other tiles of an operand through shared SRAM. */
  public boolean isStaged() {
    return aStaged || wStaged;
  }

  /** The same with every core loading what it needs by itself. */
  public MatmulTiles alone() {
    return new MatmulTiles(
        m, n, k, nOuter, pb, pm, pn, ALONE, ALONE, false, false, MatmulTiling.SLOTS, pieces);
  }

  /** The same with so many slots. */
  MatmulTiles withSlots(int s) {
    return new MatmulTiles(m, n, k, nOuter, pb, pm, pn, aDim, wDim, aStaged, wStaged, s, pieces);
  }

  /** Most rows of a piece of results. */
  public long pieceRows() {
    return Math.ceilDiv(m, (long) pieces);
  }

  /** The same with tiles of whole blocks that divide every core's columns evenly. */
  public MatmulTiles ofBlocks(MatmulProblem p) {
    if (p.wBlock() == 0) {
      return this;
    }
    long blocks = p.n() / p.wBlock();
    long most = Math.ceilDiv(blocks, (long) pn);
    long count = Math.clamp(n / p.wBlock(), 1, most);
    while (most % count != 0 || blocks % pn != 0 && count != 1 && count != most) {
      count--;
    }
    return new MatmulTiles(
        m, count * p.wBlock(), k, nOuter, pb, pm, pn, aDim, wDim, aStaged, wStaged, slots, pieces);
  }

  /** Whether no two cores read the same columns of W. */
  public boolean eachItsOwnWeights() {
    return pb == 1 && pm == 1;
  }

  /** Cores that load a tile of A together. */
  int aGroup() {
    return aDim == ALONE ? 1 : pn;
  }

  /** Cores that load a tile of W together. */
  int wGroup() {
    return wDim == ALONE ? 1 : pm;
  }

  /** Cores that send one another the parts of a tile of A. */
  int aPeers() {
    return aStaged ? 1 : aGroup();
  }

  /** Cores that send one another the parts of a tile of W. */
  int wPeers() {
    return wStaged ? 1 : wGroup();
  }

  /** Bytes of shared SRAM through which tiles of A are passed, 0 when none are. */
  public long stagedA(MatmulProblem p) {
    long tile = p.a().bytesFor(m * k);
    return aStaged ? (long) pb * pm * Staging.bytes(tile) : 0;
  }

  /** The same for W. */
  public long stagedW(MatmulProblem p) {
    long tile = p.w().bytesFor(k * n);
    return wStaged ? (long) pb * pn * Staging.bytes(tile) : 0;
  }
}
