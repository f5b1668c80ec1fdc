package npusim.tools.accelerator;

import npusim.hardware.Hardware;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;

/**
 * Gemmini's commands in npusim's instruction set: mvin and mvout are strided transfers of up to
 * {@code maxBlocks} blocks side by side, preload and compute are the loading of a stationary block
 * and the streaming of rows through it. A mvout reads the accumulators as bytes: Gemmini scales on
 * the way out.
 *
 * @param block rows and columns of the array
 * @param maxBlocks blocks side by side in one transfer
 */
record GemminiIsa(int block, int maxBlocks) {
  static GemminiIsa of(Hardware hw) {
    int block = hw.core().matrix().rows();
    return new GemminiIsa(block, Math.max(1, hw.core().dma().load().requestBytes() / block));
  }

  /** Bytes moved at distances that keep rows apart, each a request of its own. */
  Instruction.Builder mvin(long to, long rows, long bytes, long rowStride) {
    return Instruction.builder(Opcode.DMA_LD)
        .set(Field.D2, rows)
        .set(Field.D3, bytes)
        .set(Field.DST, to)
        .set(Field.DST_S2, rowStride)
        .set(Field.DST_S3, 1)
        .set(Field.DST_T, DType.I8)
        .set(Field.DRAM_S2, 1 << 16)
        .set(Field.DRAM_S3, 1);
  }

  Instruction.Builder mvout(long acc, long rows, long bytes) {
    return Instruction.builder(Opcode.DMA_ST)
        .set(Field.D2, rows)
        .set(Field.D3, bytes)
        .set(Field.A, acc)
        .set(Field.A_S2, (long) block * maxBlocks * 4)
        .set(Field.A_S3, 1)
        .set(Field.A_T, DType.I8)
        .set(Field.DRAM_S2, 1 << 16)
        .set(Field.DRAM_S3, 1);
  }

  Instruction.Builder preload(long weights, long rowStride) {
    return Instruction.builder(Opcode.M_LOAD)
        .set(Field.K2, block)
        .set(Field.N, block)
        .set(Field.W, weights)
        .set(Field.W_SK2, rowStride)
        .set(Field.W_SN, 1)
        .set(Field.W_T, DType.I8);
  }

  Instruction.Builder compute(long acc, long rows, long inputs, long rowStride, boolean add) {
    return Instruction.builder(Opcode.M_STREAM)
        .set(Field.M2, rows)
        .set(Field.K2, block)
        .set(Field.N, block)
        .set(Field.ACC, acc)
        .set(Field.ACC_S2, block)
        .set(Field.ACC_T, DType.I32)
        .set(Field.ACCUM, add ? 1 : 0)
        .set(Field.A, inputs)
        .set(Field.A_SM2, rowStride)
        .set(Field.A_SK2, 1)
        .set(Field.A_T, DType.I8);
  }

  /** A block of a product that stays in the array for the whole of k. */
  Instruction.Builder product(long m, long n, long k, long acc, long inputs, long weights) {
    return Instruction.builder(Opcode.M_GEMM)
        .set(Field.M2, m)
        .set(Field.K2, k)
        .set(Field.N, n)
        .set(Field.ACC, acc)
        .set(Field.ACC_S2, block)
        .set(Field.ACC_T, DType.I32)
        .set(Field.A, inputs)
        .set(Field.A_SM2, k)
        .set(Field.A_SK2, 1)
        .set(Field.A_T, DType.I8)
        .set(Field.W, weights)
        .set(Field.W_SK2, n)
        .set(Field.W_SN, 1)
        .set(Field.W_T, DType.I8);
  }

  /**
   * Blocks between the one whose results have been written and the one whose commands enter the
   * reservation station: two commands a block, of which the first stays until the results of the
   * block are written, the second until its rows are read.
   */
  static int blocksHeld(Hardware hw) {
    var matrix = hw.core().matrix();
    double inPipeline = (double) matrix.pipelineCycles() / matrix.rows();
    return (int) Math.round((hw.core().sequencer().queueDepths().matrix() + inPipeline) / 2);
  }

  /** One configuration command. */
  static Instruction.Builder configure() {
    return Instruction.builder(Opcode.S_LI).set(Field.RD, 1).set(Field.IMM, 0);
  }
}
