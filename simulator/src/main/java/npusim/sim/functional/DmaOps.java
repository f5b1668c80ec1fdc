package npusim.sim.functional;

import npusim.isa.DType;
import npusim.isa.Field;
import npusim.sim.functional.LocalOperand.Fields;

/** Semantics of the DMA instructions. */
final class DmaOps {
  private DmaOps() {}

  private static long[] dramStrides(Args args) {
    return new long[] {
      args.constant(Field.DRAM_S0),
      args.constant(Field.DRAM_S1),
      args.constant(Field.DRAM_S2),
      args.constant(Field.DRAM_S3)
    };
  }

  /** {@code dma.ld}. */
  static void load(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    ElementCopy.load(core.dram(), args.get(Field.DRAM), dramStrides(args), dst, d);
  }

  /** {@code dma.st}. */
  static void store(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    ElementCopy.store(a, core.dram(), args.get(Field.DRAM), dramStrides(args), d);
  }

  /** {@code dma.append}: dimension 1 runs through a circular buffer. */
  static void append(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    long pos = args.get(Field.POS);
    long capacity = args.get(Field.CAPACITY);
    if (capacity < 1 || pos < 0) {
      throw Fault.program(
          "exec-append", "position " + pos + " in a circular buffer of " + capacity + " rows");
    }
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    long[] s = dramStrides(args);
    long[] row = {d[0], 1, d[2], d[3]};
    for (long i1 = 0; i1 < d[1]; i1++) {
      long dramOffset = (pos + i1) % capacity * s[1];
      copyRow(core, a, i1 * a.strides()[1], args.get(Field.DRAM), dramOffset, s, row, false);
    }
  }

  /** {@code dma.gather}. */
  static void gather(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    long[] rows = rowNumbers(core, args, d[0]);
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    long[] s = dramStrides(args);
    long[] row = {1, d[1], d[2], d[3]};
    for (int i = 0; i < rows.length; i++) {
      copyRow(core, dst, i * dst.strides()[0], args.get(Field.DRAM), rows[i] * s[0], s, row, true);
    }
  }

  /** {@code dma.scatter}; of duplicate rows the later stays. */
  static void scatter(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    long[] rows = rowNumbers(core, args, d[0]);
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    long[] s = dramStrides(args);
    long[] row = {1, d[1], d[2], d[3]};
    for (int i = 0; i < rows.length; i++) {
      copyRow(core, a, i * a.strides()[0], args.get(Field.DRAM), rows[i] * s[0], s, row, false);
    }
  }

  /** Copies one row whose place in both memories is shifted by a number of elements. */
  private static void copyRow(
      Core core,
      LocalOperand local,
      long localShift,
      long dram,
      long dramShift,
      long[] dramStrides,
      long[] extents,
      boolean toLocal) {
    LocalOperand part = local.shifted(localShift);
    long bits = dramShift * local.type().bits();
    if ((bits & 7) != 0) {
      throw Fault.program("exec-address", "dram: a row of 4-bit elements begins within a byte");
    }
    long base = dram + bits / 8;
    if (toLocal) {
      ElementCopy.load(core.dram(), base, dramStrides, part, extents);
    } else {
      ElementCopy.store(part, core.dram(), base, dramStrides, extents);
    }
  }

  private static long[] rowNumbers(Core core, Args args, long count) {
    DType type = args.type(Field.IDX_T);
    long[] strides = {0, 0, 0, args.constant(Field.IDX_S0)};
    long[] extents = {1, 1, 1, count};
    LocalOperand idx = LocalOperand.at(core, "idx", args.get(Field.IDX), strides, type);
    idx.checkRange(extents);
    idx.checkWritten(extents);
    long[] rows = new long[Math.toIntExact(count)];
    idx.load(0, (int) strides[3], rows, rows.length);
    long limit = args.get(Field.ROWS);
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] < 0 || rows[i] >= limit) {
        throw Fault.data(
            "exec-index",
            "index "
                + rows[i]
                + " at position "
                + i
                + " is outside the table's rows 0.."
                + (limit - 1));
      }
    }
    return rows;
  }

  /** {@code dma.get}. */
  static void get(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    LocalOperand a = LocalOperand.read(core.peer(args.get(Field.CORE)), args, Fields.A, d);
    LocalOperand dst = LocalOperand.write(core, args, Fields.DST, d);
    ElementCopy.localToLocal(a, dst, d);
  }

  /** {@code dma.put}: multicast to every core of the mask. */
  static void put(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    LocalOperand a = LocalOperand.read(core, args, Fields.A, d);
    long mask = args.get(Field.CORES);
    for (int c = 0; c < 64; c++) {
      if ((mask >>> c & 1) != 0) {
        LocalOperand dst = LocalOperand.write(core.peer(c), args, Fields.DST, d);
        ElementCopy.localToLocal(a, dst, d);
      }
    }
  }
}
