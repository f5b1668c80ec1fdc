package npusim.sim.timing;

import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Unit;

/**
 * Fills cost rows of transfers: bytes moved and touched, and the contiguous segments with the loops
 * around them that a transfer consists of. Strides and extents are those of the side that is far
 * from the core: DRAM, another core's memory, or none (a link), whose elements adjoin.
 */
final class TransferCosts {
  private static final Field[] EXTENTS = {Field.D0, Field.D1, Field.D2, Field.D3};
  private static final Field[] OF_DESTINATION = {
    Field.DST_S0, Field.DST_S1, Field.DST_S2, Field.DST_S3
  };
  private static final Field[] OF_SOURCE = {Field.A_S0, Field.A_S1, Field.A_S2, Field.A_S3};
  private static final Field[] OF_DRAM = {
    Field.DRAM_S0, Field.DRAM_S1, Field.DRAM_S2, Field.DRAM_S3
  };

  /** Loops around a segment that a cost row has room for. */
  private static final int LOOPS = 3;

  private final Hardware hw;
  private final Costs costs;

  // The transfer being looked at.
  private Instruction ins;
  private int row;
  private DType type;
  private int kind;
  private boolean expands;
  private long elements;

  /** Bits per iteration on the far side: of an element, or of a block that expands. */
  private long farUnit;

  /** The same on the side of the core. */
  private long localUnit;

  /** Iterations of a contiguous segment. */
  private long segment;

  /** Bytes by which the last segment of the innermost loop is shorter. */
  private long missing;

  /**
   * Extent and far stride in bits of each loop, innermost first; one place more than there are
   * loops, for the one that is being added.
   */
  private final long[] pattern = new long[2 * (LOOPS + 1)];

  private int loops;

  TransferCosts(Hardware hw, Costs costs) {
    this.hw = hw;
    this.costs = costs;
  }

  /**
   * Fills a row.
   *
   * @param transfer an instruction of the classes DMA, DMA_INDEXED, DMA_CORE and LINK
   * @param r registers that its counts are resolved with
   * @param at offset of the row in {@link Costs#rows}
   * @param dram whether the far side is addressed as DRAM is
   * @throws NpusimException for a transfer that expands on a chip without a decompressor
   */
  void fill(Instruction transfer, long[] r, int at, boolean dram) {
    ins = transfer;
    row = at;
    boolean load = ins.op().has(Field.DST);
    type = ins.dtype(load ? Field.DST_T : Field.A_T);
    kind = kind(ins.op());
    expands = ins.op() == Opcode.DMA_LDZ;
    elements = 1;
    for (Field f : EXTENTS) {
      elements *= CostModel.count(ins, f, r);
    }
    farUnit = expands ? ins.get(Field.BYTES) * 8 : type.bits();
    localUnit = expands ? ins.get(Field.BLOCK) * type.bits() : type.bits();
    bytesMoved(r);
    bytesTouched(load);
    if (elements == 0) {
      return;
    }
    Field[] local = load ? OF_DESTINATION : OF_SOURCE;
    boolean twoSided = ins.op() == Opcode.DMA_GET || ins.op() == Opcode.DMA_PUT;
    segments(r, local, dram ? OF_DRAM : twoSided ? OF_SOURCE : local);
    missing = 0;
    if (dram && kind == Costs.PLAIN && !expands && segment * farUnit % 8 == 0) {
      arrayTiles();
    }
    long bytes = Math.max(1, Math.ceilDiv(segment * farUnit, 8L));
    put(Costs.SEGMENT, bytes);
    put(Costs.LAST_SEGMENT, bytes - missing);
    put(Costs.EXTENT0, pattern[4]);
    put(Costs.STRIDE0, pattern[5] / 8);
    put(Costs.EXTENT1, pattern[2]);
    put(Costs.STRIDE1, pattern[3] / 8);
    put(Costs.EXTENT2, pattern[0]);
    put(Costs.STRIDE2, pattern[1] / 8);
  }

  private void put(int field, long value) {
    costs.rows[row + field] = value;
  }

  private static int kind(Opcode op) {
    return switch (op) {
      case DMA_APPEND -> Costs.CIRCULAR;
      case DMA_GATHER, DMA_SCATTER -> Costs.INDEXED;
      default -> Costs.PLAIN;
    };
  }

  /** Bytes on the far side, how they are addressed, and the time that expanding them takes. */
  private void bytesMoved(long[] r) {
    put(Costs.TYPE, type.ordinal());
    put(Costs.BYTES, Math.ceilDiv(elements * farUnit, 8L));
    if (expands) {
      put(Costs.EXPAND, expandTime());
    }
    put(Costs.PATTERN, kind);
    if (kind == Costs.CIRCULAR) {
      put(Costs.LIMIT, Math.max(1, ins.resolve(Field.CAPACITY, r)));
    } else if (kind == Costs.INDEXED) {
      put(Costs.LIMIT, Math.max(1, ins.resolve(Field.ROWS, r)));
    }
  }

  /** Bytes read from or written to the core's memories. */
  private void bytesTouched(boolean load) {
    boolean writes =
        ins.op().unit() == Unit.LD || ins.op() == Opcode.C_RECV || ins.op() == Opcode.C_EXCHANGE;
    boolean acc = CostModel.inAccumulator(ins, load ? Field.DST : Field.A);
    int field = acc ? Costs.ACC_READ : Costs.SPM_READ;
    if (writes) {
      field = acc ? Costs.ACC_WRITE : Costs.SPM_WRITE;
    }
    put(field, Math.ceilDiv(elements * localUnit, 8L));
    if (ins.op() == Opcode.C_EXCHANGE) {
      put(
          CostModel.inAccumulator(ins, Field.A) ? Costs.ACC_READ : Costs.SPM_READ,
          CostModel.bytes(elements, ins.dtype(Field.A_T)));
    }
  }

  /**
   * Finds the segments, dimension by dimension from the innermost: a segment grows while both sides
   * are contiguous; the rest are loops.
   */
  private void segments(long[] r, Field[] local, Field[] far) {
    // The dimension whose places depend on a position or on data has a loop of its own.
    int keep = kind == Costs.CIRCULAR ? 1 : kind == Costs.INDEXED ? 0 : -1;
    segment = 1;
    loops = 0;
    for (int d = 3; d >= 0; d--) {
      long extent = CostModel.count(ins, EXTENTS[d], r);
      if (extent == 1 && d != keep) {
        continue;
      }
      long farStride = ins.get(far[d]) * (expands ? 8 : type.bits());
      long localStride = ins.get(local[d]) * type.bits();
      if (loops == 0
          && d != keep
          && farStride == segment * farUnit
          && localStride == segment * localUnit) {
        segment *= extent;
      } else if (loops > 0
          && d > keep
          && farStride == pattern[loops * 2 - 1] * pattern[loops * 2 - 2]) {
        pattern[loops * 2 - 2] *= extent;
      } else {
        makeRoom(d == keep);
        addLoop(extent, farStride);
      }
    }
    while (loops < LOOPS) {
      addLoop(1, 0);
    }
  }

  /**
   * Has the next loop come to a place that a row has.
   *
   * @param kept whether its place is the one that the transfer's kind says
   */
  private void makeRoom(boolean kept) {
    int place = kind == Costs.CIRCULAR ? 1 : 2;
    while (kept && loops < place) {
      addLoop(1, 0);
    }
    while (loops > (kept ? place : LOOPS - 1)) {
      // More loops than places: the two innermost become one over as many segments.
      pattern[0] *= pattern[2];
      pattern[2] = pattern[4];
      pattern[3] = pattern[5];
      loops--;
    }
  }

  private void addLoop(long extent, long farStride) {
    pattern[loops * 2] = extent;
    pattern[loops * 2 + 1] = farStride;
    loops++;
  }

  /** Lengthens segments to what an array in DRAM whose rows lie in tiles has moved for them. */
  private void arrayTiles() {
    long dense = segment * farUnit / 8;
    long filled = hw.dram().arrayTile().moved(dense, pattern[1] / 8, type);
    if (filled > dense) {
      segment = filled * 8 / farUnit;
      put(Costs.BYTES, Math.ceilDiv(elements * farUnit, 8L) / dense * filled);
    }
    long row = segment * farUnit / 8;
    long together = hw.dram().arrayTile().together(pattern[0], row);
    long pieces = Math.ceilDiv(pattern[0], together);
    missing = (pieces * together - pattern[0]) * row;
    segment *= together;
    pattern[0] = pieces;
    pattern[1] *= together;
  }

  /** Cycles per compressed byte in 1/1024, rounded up, from the decompressor's rate. */
  private long expandTime() {
    int rate = hw.core().dma().expandBytesPerCycle();
    if (rate == 0) {
      throw NpusimException.infeasible(
          "no-decompressor",
          "dma.ldz: the chip has no decompressor (core.dma.load.expand_bytes_per_cycle is 0)",
          "compile for this chip");
    }
    return Math.ceilDiv(localUnit << 10, farUnit * rate);
  }
}
