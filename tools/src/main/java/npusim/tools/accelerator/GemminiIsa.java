package npusim.tools.accelerator;

import npusim.hardware.Hardware;
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
  /** Bytes from row to row in memory. */
  private static final long APART = 1 << 16;

  static GemminiIsa of(Hardware hw) {
    int block = hw.core().matrix().rows();
    return new GemminiIsa(block, Math.max(1, hw.core().dma().load().requestBytes() / block));
  }

  /** Bytes moved at distances that keep rows apart, each a request of its own. */
  Instruction.Builder mvin(long to, long rows, long bytes, long rowStride) {
    return ByteCode.load(0, to, rows, bytes, rowStride, APART);
  }

  Instruction.Builder mvout(long acc, long rows, long bytes) {
    return ByteCode.store(acc, rows, bytes, (long) block * maxBlocks * 4, APART);
  }

  Instruction.Builder preload(long weights, long rowStride) {
    return ByteCode.weights(ByteCode.block(block, block), weights, rowStride);
  }

  Instruction.Builder compute(long acc, long rows, long inputs, long rowStride, boolean add) {
    return ByteCode.inputs(ByteCode.stream(rows, block, block, acc, block), inputs, rowStride)
        .set(Field.ACCUM, add ? 1 : 0);
  }

  /** A block of a product that stays in the array for the whole of k. */
  Instruction.Builder product(long m, long n, long k, long acc, long inputs, long weights) {
    var product = ByteCode.inputs(ByteCode.product(m, n, k, acc, block), inputs, k);
    return ByteCode.weights(product, weights, n);
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
