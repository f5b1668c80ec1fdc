package npusim.sim.functional;

import java.util.EnumMap;
import java.util.Map;
import npusim.isa.Opcode;

/** The semantics of every instruction that a unit executes, except those that meet other cores. */
final class Executors {
  private static final Map<Opcode, Executor> TABLE = new EnumMap<>(Opcode.class);

  static {
    TABLE.put(Opcode.NOP, (core, args) -> {});
    TABLE.put(Opcode.DMA_LD, DmaOps::load);
    TABLE.put(Opcode.DMA_LDZ, ExpandOps::load);
    TABLE.put(Opcode.DMA_ST, DmaOps::store);
    TABLE.put(Opcode.DMA_APPEND, DmaOps::append);
    TABLE.put(Opcode.DMA_GATHER, DmaOps::gather);
    TABLE.put(Opcode.DMA_SCATTER, DmaOps::scatter);
    TABLE.put(Opcode.DMA_GET, DmaOps::get);
    TABLE.put(Opcode.DMA_PUT, DmaOps::put);
    TABLE.put(Opcode.M_GEMM, MatrixOps::gemm);
    TABLE.put(Opcode.M_LOAD, MatrixOps::load);
    TABLE.put(Opcode.M_STREAM, MatrixOps::stream);
    TABLE.put(Opcode.V_UN, VectorElementwise::unary);
    TABLE.put(Opcode.V_BIN, VectorElementwise::binary);
    TABLE.put(Opcode.V_BINI, VectorElementwise::immediate);
    TABLE.put(Opcode.V_SEL, VectorElementwise::select);
    TABLE.put(Opcode.V_FMA, VectorElementwise::multiplyAdd);
    TABLE.put(Opcode.V_CVT, VectorConvert::convert);
    TABLE.put(Opcode.V_QUANT, VectorConvert::quantise);
    TABLE.put(Opcode.V_DEQUANT, VectorConvert::dequantise);
    TABLE.put(Opcode.V_FILL, VectorMove::fill);
    TABLE.put(Opcode.V_IOTA, VectorMove::sequence);
    TABLE.put(Opcode.V_COPY, VectorMove::copy);
    TABLE.put(Opcode.V_RED, VectorReduce::reduce);
    TABLE.put(Opcode.V_SCAN, VectorScan::scan);
    TABLE.put(Opcode.V_TOPK, VectorScan::topK);
    TABLE.put(Opcode.V_GATHER, VectorIndexed::gather);
    TABLE.put(Opcode.V_SCATTER, VectorIndexed::scatter);
    TABLE.put(Opcode.V_COMPACT, VectorIndexed::compact);
  }

  private Executors() {}

  /** True when a unit executes the opcode through this table. */
  static boolean has(Opcode op) {
    return TABLE.containsKey(op);
  }

  /** The semantics of an opcode. */
  static Executor of(Opcode op) {
    Executor e = TABLE.get(op);
    if (e == null) {
      throw new IllegalStateException("no semantics for " + op.mnemonic());
    }
    return e;
  }
}
