package npusim.sim.timing;

import npusim.hardware.Hardware;
import npusim.hardware.MatrixUnit;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Word;

/**
 * Fills rows of {@link Costs}: the time and the counts of one instruction by itself, from the
 * unit's mechanism.
 */
final class CostModel {
  private final Hardware hw;
  private final Costs costs;
  private final MatrixTiming matrix;
  private final VectorCosts vector;
  private final TransferCosts transfers;
  private final LocalPorts ports;

  CostModel(Hardware hw, Costs costs) {
    this.hw = hw;
    this.costs = costs;
    matrix = new MatrixTiming(hw.core().matrix());
    ports = new LocalPorts(hw.core().scratchpad(), hw.core().accumulator());
    vector = new VectorCosts(hw.core().vector(), ports);
    transfers = new TransferCosts(hw, costs);
  }

  /** A new cost row for an instruction whose counts are resolved with {@code registers}. */
  int cost(Instruction ins, long[] registers) {
    return cost(new Instruction[] {ins}, 0, 0, registers);
  }

  /** As above, for an instruction of a core's code, whose neighbours it may work with. */
  int cost(Code code, int pc, long[] registers) {
    return cost(code.instructions, code.ops[pc].chain, pc, registers);
  }

  private int cost(Instruction[] code, int chain, int pc, long[] registers) {
    Instruction ins = code[pc];
    int row = costs.add();
    switch (ins.op().timing()) {
      case GEMM -> gemm(ins, registers, row);
      case PRELOAD -> preload(ins, registers, row);
      case STREAM -> stream(ins, registers, row);
      case VECTOR, VECTOR_REDUCE, VECTOR_INDEXED, VECTOR_SORT ->
          vector.fill(code, chain, pc, registers, costs.rows, row);
      case DMA, DMA_INDEXED -> transfers.fill(ins, registers, row, true);
      case DMA_CORE, LINK -> transfers.fill(ins, registers, row, false);
      case SCALAR, SCALAR_LOAD, CONTROL, NOP, BARRIER, MESSAGE -> {}
    }
    return row;
  }

  private void put(int row, int field, long value) {
    costs.rows[row + field] = value;
  }

  static long count(Instruction ins, Field field, long[] registers) {
    return Math.max(0, ins.resolve(field, registers));
  }

  static boolean inAccumulator(Instruction ins, Field address) {
    return ins.get(address) >= Word.ACC_BASE;
  }

  private void gemm(Instruction ins, long[] r, int row) {
    long m = count(ins, Field.M0, r) * count(ins, Field.M1, r) * count(ins, Field.M2, r);
    long k2 = count(ins, Field.K2, r);
    long k = count(ins, Field.K0, r) * count(ins, Field.K1, r) * k2;
    long n = count(ins, Field.N, r);
    var a = ins.dtype(Field.A_T);
    var w = ins.dtype(Field.W_T);
    var wide = a.bits() >= w.bits() ? a : w;
    put(row, Costs.TYPE, wide.ordinal());
    if (m == 0 || n == 0 || k == 0) {
      return;
    }
    long skip = ins.flag(Field.SPARSE) ? hw.core().matrix().sparsity().speedup() : 1;
    // An array that skips sees a shorter product; what it reads stays the same.
    long taps = k / k2;
    long deep = Math.ceilDiv(k, skip);
    boolean apart = taps > 1 && !hw.core().matrix().tapsTogether();
    long rows = rows(m, count(ins, Field.M2, r));
    double fetched = a.bits() / 8.0 * fresh(ins, r);
    // A column with activations of its own takes a block of its own.
    boolean columnwise = ins.flag(Field.COLUMNWISE);
    long columns = columnwise ? n * hw.core().matrix().cols() : n;
    long depth = apart ? taps * matrix.padded(k2) : deep;
    var c = matrix.gemm(rows, columns, depth, hw.core().matrix().rate(wide), fetched);
    c = apart || columnwise || rows > m ? c.withMacs(m * n * deep) : c;
    boolean weightsStream = hw.core().matrix().dataflow() == MatrixUnit.Dataflow.IS;
    long aPasses = weightsStream ? c.stationaryPasses() : c.streamedPasses();
    long wPasses = weightsStream ? c.streamedPasses() : c.stationaryPasses();
    long aElements = columnwise ? m * k * n : m * k * aPasses;
    long aWords =
        columnwise
            ? m * k * ports.words(false, n, 1, a.bits())
            : aPasses
                * words(
                    m * k,
                    ins.get(Field.A_SK2),
                    k2,
                    ins.get(Field.A_SM2),
                    count(ins, Field.M2, r),
                    a);
    long wWords = words(k * n, ins.get(Field.W_SN), n, ins.get(Field.W_SK2), k2, w);
    long supply = Math.ceilDiv(aWords + wWords * wPasses, ports.slots(false));
    long results = m * n * c.accumulatorPasses();
    boolean accumulate = ins.resolve(Field.ACCUM, r) != 0;
    long reads = accumulate ? results : results - m * n;
    long write = Math.ceilDiv(ports.words(true, results, 1, 32), ports.slots(true));
    long stall = Math.max(0, Math.max(supply, write) - c.stream());
    matrixTimes(row, c, stall);
    put(row, Costs.SPM_READ, bytes(aElements, a) + bytes(k * n * wPasses, w));
    put(row, Costs.ACC_WRITE, results * 4);
    put(row, Costs.ACC_READ, reads * 4);
  }

  /** Rows of a product with those that blocks leave idle behind each row of a result's places. */
  private long rows(long m, long width) {
    var unit = hw.core().matrix();
    return unit.rowsAlongWidth() && m > width ? m / width * matrix.padded(width) : m;
  }

  /**
   * The share of a block's activations that no window before has had: along a row of places, which
   * lie {@code SM2} apart, a window of nearer elements overlaps those beside it.
   */
  private double fresh(Instruction ins, long[] r) {
    if (hw.core().matrix().fetchBytesPerCycle() == 0) {
      return 1;
    }
    long places = Math.min(count(ins, Field.M2, r), hw.core().matrix().rows());
    long apart = Math.abs(ins.get(Field.A_SM2));
    Field[] strides = {Field.A_SK0, Field.A_SK1, Field.A_SK2};
    Field[] extents = {Field.K0, Field.K1, Field.K2};
    double share = 1;
    for (int i = 0; i < strides.length; i++) {
      long step = Math.abs(ins.get(strides[i]));
      long n = count(ins, extents[i], r);
      if (n > 1 && step > 0 && step <= apart && apart % step == 0) {
        long steps = apart / step;
        share *= Math.min(1, ((places - 1.0) * steps + n) / (places * (double) n));
      }
    }
    return share;
  }

  private void matrixTimes(int row, MatrixTiming.Cost c, long stall) {
    put(row, Costs.LEAD, c.lead());
    put(row, Costs.STREAM, c.stream() + stall);
    put(row, Costs.OVERLAP, c.lastChunk());
    put(row, Costs.DRAIN, c.drain());
    put(row, Costs.BUBBLES, c.bubbles());
    put(row, Costs.PORTS, stall);
    put(row, Costs.MACS, c.macs());
    put(row, Costs.PADDED, c.paddedMacs());
  }

  /**
   * Words read for a matrix operand: along whichever of its two dimensions is dense, through the
   * transposer if need be.
   */
  private long words(
      long elements, long rowStride, long rowLength, long otherStride, long otherLength, DType t) {
    long along = rowStride;
    long length = rowLength;
    if (Math.abs(rowStride) != 1 && Math.abs(otherStride) == 1) {
      along = otherStride;
      length = otherLength;
    }
    return elements
        / Math.max(1, length)
        * ports.words(false, length, along == 0 ? 1 : along, t.bits());
  }

  private void preload(Instruction ins, long[] r, int row) {
    var w = ins.dtype(Field.W_T);
    long k = count(ins, Field.K2, r);
    long n = count(ins, Field.N, r);
    put(row, Costs.TYPE, w.ordinal());
    put(row, Costs.LEAD, k == 0 || n == 0 ? 0 : hw.core().matrix().preloadCycles());
    put(row, Costs.SPM_READ, bytes(k * n, w));
  }

  private void stream(Instruction ins, long[] r, int row) {
    long m = count(ins, Field.M0, r) * count(ins, Field.M1, r) * count(ins, Field.M2, r);
    long k = count(ins, Field.K2, r);
    long n = count(ins, Field.N, r);
    var a = ins.dtype(Field.A_T);
    put(row, Costs.TYPE, a.ordinal());
    if (m == 0 || n == 0 || k == 0) {
      return;
    }
    var unit = hw.core().matrix();
    double rate = hw.core().matrix().rate(a);
    long stream = rate >= 1 ? m : (long) Math.ceil(m / rate - 1e-9);
    long rows = Math.max(stream, unit.minBlockRows());
    long supply =
        Math.ceilDiv(
            words(m * k, ins.get(Field.A_SK2), k, ins.get(Field.A_SM2), count(ins, Field.M2, r), a),
            ports.slots(false));
    long write = Math.ceilDiv(ports.words(true, m * n, 1, 32), ports.slots(true));
    long stall = Math.max(0, Math.max(supply, write) - rows);
    put(row, Costs.STREAM, rows + stall);
    put(row, Costs.OVERLAP, matrix.overlapped() ? rows : 0);
    put(row, Costs.DRAIN, unit.pipelineCycles());
    put(row, Costs.BUBBLES, rows - stream);
    put(row, Costs.PORTS, stall);
    long slots = Math.max(k, (long) (unit.rows() * Math.max(1, rate))) * Math.max(n, unit.cols());
    put(row, Costs.MACS, m * n * k);
    put(row, Costs.PADDED, m * slots - m * n * k);
    put(row, Costs.SPM_READ, bytes(m * k, a));
    put(row, Costs.ACC_WRITE, m * n * 4);
    put(row, Costs.ACC_READ, ins.resolve(Field.ACCUM, r) != 0 ? m * n * 4 : 0);
  }

  static long bytes(long elements, DType type) {
    return Math.ceilDiv(elements * type.bits(), 8L);
  }
}
