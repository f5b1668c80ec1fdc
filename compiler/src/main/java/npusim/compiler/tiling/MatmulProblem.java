package npusim.compiler.tiling;

import npusim.isa.DType;

/**
 * A product.
 *
 * @param batch independent products
 * @param m rows, n columns, k length of the sums
 * @param a type of the streamed operand; null-free
 * @param aResident whether it needs no loading
 * @param aNear whether it comes from the chip's shared SRAM instead of the DRAM
 * @param outBits bits per result element held in scratchpad rings (0 when written from the
 *     accumulators)
 * @param extraBits bits per result element for the epilogue's operands and temporaries
 * @param vectorPerResult vector cycles per result element; 0 when results leave directly
 * @param vectorSteps vector instructions that a piece of results takes, one behind the other
 * @param wPerBatch whether every batch has its own stationary operand
 * @param wRatio bytes in DRAM per byte of the stationary operand; below 1 when it is compressed
 * @param wTurned whether the stationary operand lies along the sums in memory
 * @param widens whether the vector unit brings the stationary operand to the type of the other
 * @param scaleBits bits of scales per element of the stationary operand
 * @param storedBits bits per result element stored outside the scratchpad
 * @param aTurned whether the streamed operand lies along the rows in memory
 * @param aShares whether cores can load the streamed operand together, wShares the stationary one
 * @param staging bytes of shared SRAM through which cores may pass tiles that several need
 * @param divided how cores must divide the product: -1 as is best, 0 by batch, 1 by rows
 * @param wBlock columns of a block of the stationary operand, of which tiles have whole ones; 0
 *     when it doesn't lie in blocks
 * @param kGrain what tiles along the sums are multiples of; when it isn't 1 they divide the sums
 * @param wPage rows of a page of such blocks, of which tiles have whole ones; 0 when blocks are
 *     whole
 */
public record MatmulProblem(
    long batch,
    long m,
    long n,
    long k,
    DType a,
    DType w,
    boolean aResident,
    boolean wResident,
    boolean aNear,
    int outBits,
    int extraBits,
    double vectorPerResult,
    int vectorSteps,
    boolean wPerBatch,
    double wRatio,
    int kGrain,
    boolean wTurned,
    boolean aTurned,
    boolean aShares,
    boolean wShares,
    long staging,
    boolean widens,
    double scaleBits,
    int storedBits,
    long spm,
    long acc,
    int cores,
    int divided,
    long wBlock,
    long wPage) {

  /** Columns that cores divide are multiples of this. */
  long grain() {
    return Math.max(MatmulTiling.GRAIN, wBlock);
  }

  /** The same where one core computes all of it. */
  MatmulProblem onOneCore() {
    return new MatmulProblem(
        batch,
        m,
        n,
        k,
        a,
        w,
        aResident,
        wResident,
        aNear,
        outBits,
        extraBits,
        vectorPerResult,
        vectorSteps,
        wPerBatch,
        wRatio,
        kGrain,
        wTurned,
        aTurned,
        false,
        false,
        0,
        widens,
        scaleBits,
        storedBits,
        spm,
        acc,
        1,
        -1,
        wBlock,
        wPage);
  }
}
