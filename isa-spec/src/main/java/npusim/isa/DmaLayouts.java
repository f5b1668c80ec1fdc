// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

/** Field layouts of the instructions. */
final class DmaLayouts {
  private DmaLayouts() {}

  static Layout dmaLd() {
    return new Layout("dma", TimingClass.DMA)
        .summary("Strided copy from DRAM to local memory.")
        .semantics("dst[i·dst_s] = dram[i·dram_s] for i in d")
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "local destination")
        .untyped("dram", OperandShape.DRAM4, Access.READ, "dst", "DRAM source")
        .field(Field.Q, FieldKind.UNSIGNED, 2, 0L, "load queue")
        .field(
            Field.PLACED,
            FieldKind.FLAG,
            1,
            0L,
            "the source lies in the memory channel nearest to the core: "
                + "noc.placed_read_bytes_per_cycle limits it");
  }

  static Layout dmaSt() {
    return new Layout("dma", TimingClass.DMA)
        .summary("Strided copy from local memory (scratchpad or accumulator " + "memory) to DRAM.")
        .semantics("dram[i·dram_s] = a[i·a_s] for i in d")
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .untyped("dram", OperandShape.DRAM4, Access.WRITE, "a", "DRAM destination")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "local source");
  }

  static Layout dmaAppend() {
    return new Layout("dma", TimingClass.DMA)
        .summary(
            "As dma.st, but dimension 1 runs through a circular buffer of "
                + "capacity rows from row pos on (KV cache).")
        .semantics(
            "dram[i0·s0 + ((pos + i1) mod capacity)·s1 + i2·s2 + i3·s3] = " + "a[i·a_s] for i in d")
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .untyped(
            "dram", OperandShape.DRAM4, Access.WRITE, "a", "DRAM address of row 0 of the buffer")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "local source")
        .field(Field.POS, FieldKind.COUNT, 32, 0L, "row of the first d1 iteration")
        .field(Field.CAPACITY, FieldKind.COUNT, 32, 1L, "rows of the buffer, at least 1");
  }

  static Layout dmaGather() {
    return new Layout("dma-indexed", TimingClass.DMA_INDEXED)
        .summary("Load rows of DRAM chosen by an index list in local memory " + "(embeddings).")
        .semantics(
            "dst[i·dst_s] = dram[idx[i0·idx_s0]·dram_s0 + i1·dram_s1 + "
                + "i2·dram_s2 + i3·dram_s3] for i in d")
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "local destination")
        .untyped(
            "dram",
            OperandShape.DRAM4,
            Access.INDEXED_READ,
            "dst",
            "DRAM table; stride 0 is the row stride")
        .operand(
            "idx", OperandShape.LOCAL1, Access.READ, TypeGroup.INDEX, "row numbers, one per d0")
        .field(
            Field.ROWS,
            FieldKind.COUNT,
            32,
            1L,
            "rows of the table; an index outside 0..rows-1 is a run-time " + "error")
        .field(Field.Q, FieldKind.UNSIGNED, 2, 0L, "load queue");
  }

  static Layout dmaScatter() {
    return new Layout("dma-indexed", TimingClass.DMA_INDEXED)
        .summary(
            "Store rows to DRAM at places chosen by an index list; of "
                + "duplicates the later d0 stays.")
        .semantics(
            "dram[idx[i0·idx_s0]·dram_s0 + i1·dram_s1 + i2·dram_s2 + "
                + "i3·dram_s3] = a[i·a_s] for i in d")
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .untyped(
            "dram",
            OperandShape.DRAM4,
            Access.INDEXED_WRITE,
            "a",
            "DRAM table; stride 0 is the row stride")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "local source")
        .operand(
            "idx", OperandShape.LOCAL1, Access.READ, TypeGroup.INDEX, "row numbers, one per d0")
        .field(
            Field.ROWS,
            FieldKind.COUNT,
            32,
            1L,
            "rows of the table; an index outside 0..rows-1 is a run-time " + "error");
  }

  static Layout dmaLdz() {
    return new Layout("dma-compressed", TimingClass.DMA)
        .summary(
            "Expanding copy from DRAM to local memory: each iteration "
                + "reads one compressed block and writes its elements, zeros "
                + "included, one after the other.")
        .semantics(
            "dst[i·dst_s + j] = expand(dram bytes i·dram_s .. i·dram_s + "
                + "bytes − 1)[j] for i in d, j < block")
        .extents("d", OperandShape.EXTENTS, "blocks")
        .operand(
            "dst",
            OperandShape.LOCAL4,
            Access.WRITE,
            TypeGroup.ANY,
            "local destination of a block's first element")
        .untyped(
            "dram", OperandShape.DRAM4, Access.READ, "bytes", "compressed blocks; strides in bytes")
        .field(Field.Q, FieldKind.UNSIGNED, 2, 0L, "load queue")
        .choice(Field.CODING, 2, Coding.NM, "how a block is compressed")
        .field(Field.BLOCK, FieldKind.UNSIGNED, 16, 32L, "elements of a block, a multiple of 8")
        .field(Field.BYTES, FieldKind.UNSIGNED, 16, 32L, "bytes read per compressed block")
        .field(Field.KEEP, FieldKind.UNSIGNED, 5, 2L, "elements stored per group (coding nm)")
        .field(Field.OF, FieldKind.UNSIGNED, 5, 4L, "elements per group (coding nm)");
  }

  static Layout dmaGet() {
    return new Layout("dma-core", TimingClass.DMA_CORE)
        .summary("Strided copy from another core's local memory on the same " + "chip.")
        .semantics("dst[i·dst_s] = core.a[i·a_s] for i in d")
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "local destination")
        .operand(
            "a",
            OperandShape.LOCAL4,
            Access.REMOTE_READ,
            TypeGroup.ANY,
            "source in the other core's local memory; same type as dst")
        .field(Field.CORE, FieldKind.COUNT, 32, 0L, "core number within the chip")
        .field(Field.Q, FieldKind.UNSIGNED, 2, 0L, "load queue");
  }

  static Layout dmaPut() {
    return new Layout("dma-core", TimingClass.DMA_CORE)
        .summary(
            "Strided copy to the same local place of every core in a mask "
                + "(multicast); the own core may be one.")
        .semantics("core.dst[i·dst_s] = a[i·a_s] for i in d, for each core in " + "cores")
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand(
            "dst",
            OperandShape.LOCAL4,
            Access.REMOTE_WRITE,
            TypeGroup.ANY,
            "destination in the other cores' local memory")
        .operand(
            "a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "local source; same type as dst")
        .field(
            Field.CORES,
            FieldKind.VALUE,
            64,
            0L,
            "destination cores within the chip, bit c for core c");
  }
}
