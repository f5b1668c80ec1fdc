package npusim.tools.accelerator;

import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;

/**
 * Instructions that accelerators' commands become: strided transfers of rows of bytes, and products
 * of 8-bit operands with 32-bit sums.
 */
final class ByteCode {
  private ByteCode() {}

  /**
   * Rows from memory.
   *
   * @param queue load queue
   * @param to local address
   * @param stride bytes from row to row there
   * @param far bytes from row to row in memory
   */
  static Instruction.Builder load(
      int queue, long to, long rows, long bytes, long stride, long far) {
    return rows(Opcode.DMA_LD, rows, bytes, far)
        .set(Field.Q, queue)
        .set(Field.DST, to)
        .set(Field.DST_S2, stride)
        .set(Field.DST_S3, 1)
        .set(Field.DST_T, DType.I8);
  }

  /** Rows to memory; a stride and a distance as those of {@link #load}. */
  static Instruction.Builder store(long from, long rows, long bytes, long stride, long far) {
    return rows(Opcode.DMA_ST, rows, bytes, far)
        .set(Field.A, from)
        .set(Field.A_S2, stride)
        .set(Field.A_S3, 1)
        .set(Field.A_T, DType.I8);
  }

  private static Instruction.Builder rows(Opcode op, long rows, long bytes, long far) {
    return Instruction.builder(op)
        .set(Field.D2, rows)
        .set(Field.D3, bytes)
        .set(Field.DRAM_S2, far)
        .set(Field.DRAM_S3, 1);
  }

  /** A product of m rows; its operands are added by the methods below. */
  static Instruction.Builder product(long m, long n, long k, long acc, long accStride) {
    return sums(Instruction.builder(Opcode.M_GEMM).set(Field.K2, k).set(Field.N, n), m, acc)
        .set(Field.ACC_S2, accStride);
  }

  /** Rows through the block that was loaded. */
  static Instruction.Builder stream(long m, long n, long k, long acc, long accStride) {
    return sums(Instruction.builder(Opcode.M_STREAM).set(Field.K2, k).set(Field.N, n), m, acc)
        .set(Field.ACC_S2, accStride);
  }

  /** Loading of a stationary block. */
  static Instruction.Builder block(long n, long k) {
    return Instruction.builder(Opcode.M_LOAD).set(Field.K2, k).set(Field.N, n);
  }

  private static Instruction.Builder sums(Instruction.Builder b, long m, long acc) {
    return b.set(Field.M2, m).set(Field.ACC, acc).set(Field.ACC_T, DType.I32);
  }

  /** Adds inputs at an address, {@code stride} bytes from row to row. */
  static Instruction.Builder inputs(Instruction.Builder to, long address, long stride) {
    return to.set(Field.A, address)
        .set(Field.A_SM2, stride)
        .set(Field.A_SK2, 1)
        .set(Field.A_T, DType.I8);
  }

  /** Adds weights at an address, {@code stride} bytes from row to row. */
  static Instruction.Builder weights(Instruction.Builder to, long address, long stride) {
    return to.set(Field.W, address)
        .set(Field.W_SK2, stride)
        .set(Field.W_SN, 1)
        .set(Field.W_T, DType.I8);
  }
}
