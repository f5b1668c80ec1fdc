package npusim.sim.functional;

import java.util.stream.IntStream;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.sim.functional.value.Lanes;
import npusim.sim.functional.value.MatrixProduct;
import npusim.sim.functional.value.Panels;

/** Semantics of the matrix unit. */
final class MatrixOps {
  /** Multiply-accumulates from which a product is split over threads. */
  private static final long PARALLEL_MACS = 2_000_000;

  /** Rows of A packed at a time. */
  private static final int ROW_BLOCK = 32;

  /** As {@link #ROW_BLOCK}, when the rows are the inner loop. */
  private static final int NARROW_ROW_BLOCK = 256;

  /** Columns below which the rows become the inner loop. */
  private static final int NARROW = 8;

  private MatrixOps() {}

  /** {@code m.gemm}. */
  static void gemm(Core core, Args args) {
    long[] k = {1, args.get(Field.K0), args.get(Field.K1), args.get(Field.K2)};
    int n = args.count(Field.N);
    AccRows acc = AccRows.bind(core, args, n);
    if (acc.isEmpty() || Nest.isEmpty(k)) {
      return;
    }
    int depth = Math.toIntExact(k[1] * k[2] * k[3]);
    LocalOperand w =
        operand(
            core,
            "w",
            args.get(Field.W),
            new long[] {
              args.constant(Field.W_SK0),
              args.constant(Field.W_SK1),
              args.constant(Field.W_SK2),
              args.constant(Field.W_SN)
            },
            args.type(Field.W_T),
            new long[] {k[1], k[2], k[3], n});
    boolean columnwise = args.flag(Field.COLUMNWISE);
    StreamedRows a = columnwise ? null : StreamedRows.bind(core, args, k);
    boolean integer = integer(args, w.type());
    MatrixBlock block = pack(w, new long[] {k[1], k[2], k[3], n}, integer);
    if (args.flag(Field.SPARSE)) {
      checkSparse(block, (int) k[3]);
    }
    if (columnwise) {
      var product = ColumnwiseProduct.bind(core, args, n);
      if (integer) {
        product.ints(acc, block.ints(), args.get(Field.ACCUM) != 0);
      } else {
        product.floats(acc, block.floats(), args.get(Field.ACCUM) != 0);
      }
      return;
    }
    multiply(acc, a, block, depth, n, integer, args.get(Field.ACCUM) != 0);
  }

  /** {@code m.load}. */
  static void load(Core core, Args args) {
    int k = args.count(Field.K2);
    int n = args.count(Field.N);
    if (k <= 0 || n <= 0) {
      return;
    }
    long[] extents = {1, 1, k, n};
    long[] strides = {0, 0, args.constant(Field.W_SK2), args.constant(Field.W_SN)};
    LocalOperand w = operand(core, "w", args.get(Field.W), strides, args.type(Field.W_T), extents);
    MatrixBlock floats = pack(w, extents, false);
    int[] ints = w.isFloat() ? new int[0] : pack(w, extents, true).ints();
    core.block = new MatrixBlock(k, n, floats.floats(), ints);
  }

  /** {@code m.stream}. */
  static void stream(Core core, Args args) {
    long[] k = {1, 1, 1, args.get(Field.K2)};
    int n = args.count(Field.N);
    AccRows acc = AccRows.bind(core, args, n);
    if (acc.isEmpty() || Nest.isEmpty(k)) {
      return;
    }
    MatrixBlock block = core.block;
    if (block.k() != k[3] || block.n() != n) {
      throw Fault.program(
          "exec-block",
          "streams through a block of "
              + k[3]
              + "×"
              + n
              + ", but the loaded one is "
              + block.k()
              + "×"
              + block.n());
    }
    StreamedRows a = StreamedRows.bind(core, args, k);
    boolean integer = integer(args, block.ints().length == 0 ? DType.F32 : DType.I8);
    multiply(acc, a, block, (int) k[3], n, integer, args.get(Field.ACCUM) != 0);
  }

  private static boolean integer(Args args, DType w) {
    DType acc = args.type(Field.ACC_T);
    DType a = args.type(Field.A_T);
    if (acc == DType.I32 && (a.isFloat() || w.isFloat())) {
      throw Fault.program(
          "exec-type", "integer accumulators cannot take the product of " + a + " and " + w);
    }
    return acc == DType.I32;
  }

  private static LocalOperand operand(
      Core core, String name, long address, long[] strides, DType type, long[] extents) {
    LocalOperand o = LocalOperand.at(core, name, address, strides, type);
    o.checkRange(extents);
    o.checkWritten(extents);
    return o;
  }

  /** Packs a stationary operand into a dense k × n panel. */
  private static MatrixBlock pack(LocalOperand w, long[] extents, boolean integer) {
    int n = (int) extents[3];
    int k = Math.toIntExact(extents[0] * extents[1] * extents[2]);
    float[] floats = new float[integer ? 0 : k * n];
    int[] ints = new int[integer ? k * n : 0];
    long[] s = w.strides();
    Lanes lanes = w.lanes();
    int row = 0;
    for (long k0 = 0; k0 < extents[0]; k0++) {
      for (long k1 = 0; k1 < extents[1]; k1++) {
        for (long k2 = 0; k2 < extents[2]; k2++, row++) {
          int e = (int) (k0 * s[0] + k1 * s[1] + k2 * s[2]);
          if (integer) {
            lanes.loadInts(w.bytes(), w.base(), e, (int) s[3], ints, row * n, n);
          } else {
            lanes.loadFloats(w.bytes(), w.base(), e, (int) s[3], floats, row * n, n);
          }
        }
      }
    }
    return new MatrixBlock(k, n, floats, ints);
  }

  /** Of every four rows within {@code run} ones at most two may be set in a column. */
  private static void checkSparse(MatrixBlock w, int run) {
    boolean integer = w.floats().length == 0;
    for (int first = 0; first < w.k(); first += run) {
      for (int g = first; g < first + run; g += 4) {
        for (int n = 0; n < w.n(); n++) {
          int set = 0;
          for (int k = g; k < Math.min(g + 4, first + run); k++) {
            int at = k * w.n() + n;
            set += (integer ? w.ints()[at] != 0 : w.floats()[at] != 0) ? 1 : 0;
          }
          if (set > 2) {
            throw Fault.data(
                "exec-sparsity",
                "w is declared 2:4 sparse, but column "
                    + n
                    + " has "
                    + set
                    + " of rows "
                    + g
                    + "..");
          }
        }
      }
    }
  }

  private static void multiply(
      AccRows acc,
      StreamedRows a,
      MatrixBlock w,
      int k,
      int n,
      boolean integer,
      boolean accumulate) {
    int rows = acc.count();
    // Few columns make short inner loops; then the rows take their place.
    boolean narrow = n < NARROW && rows > n;
    int size = narrow ? NARROW_ROW_BLOCK : ROW_BLOCK;
    int blocks = (rows + size - 1) / size;
    // Rows are independent of each other, so that threads cannot change the result.
    IntStream range = IntStream.range(0, blocks);
    if ((long) rows * k * n >= PARALLEL_MACS) {
      range = range.parallel();
    }
    if (integer) {
      int[] weights = narrow ? Panels.transpose(w.ints(), k, n) : w.ints();
      range.forEach(
          b ->
              ints(
                  acc,
                  a,
                  weights,
                  b * size,
                  Math.min(size, rows - b * size),
                  k,
                  n,
                  narrow,
                  accumulate));
    } else {
      float[] weights = narrow ? Panels.transpose(w.floats(), k, n) : w.floats();
      range.forEach(
          b ->
              floats(
                  acc,
                  a,
                  weights,
                  b * size,
                  Math.min(size, rows - b * size),
                  k,
                  n,
                  narrow,
                  accumulate));
    }
  }

  private static void floats(
      AccRows acc,
      StreamedRows a,
      float[] weights,
      int from,
      int count,
      int k,
      int n,
      boolean narrow,
      boolean accumulate) {
    float[] panel = new float[count * k];
    float[] sums = new float[count * n];
    for (int r = 0; accumulate && r < count; r++) {
      acc.load(from + r, sums, r * n);
    }
    if (narrow) {
      a.loadColumns(from, count, panel);
      sums = Panels.transpose(sums, count, n);
      MatrixProduct.floats(weights, panel, sums, n, k, count);
      sums = Panels.transpose(sums, n, count);
    } else {
      for (int r = 0; r < count; r++) {
        a.loadFloats(from + r, panel, r * k);
      }
      MatrixProduct.floats(panel, weights, sums, count, k, n);
    }
    for (int r = 0; r < count; r++) {
      acc.store(from + r, sums, r * n);
    }
  }

  private static void ints(
      AccRows acc,
      StreamedRows a,
      int[] weights,
      int from,
      int count,
      int k,
      int n,
      boolean narrow,
      boolean accumulate) {
    int[] panel = new int[count * k];
    int[] sums = new int[count * n];
    for (int r = 0; accumulate && r < count; r++) {
      acc.load(from + r, sums, r * n);
    }
    if (narrow) {
      a.loadColumns(from, count, panel);
      sums = Panels.transpose(sums, count, n);
      MatrixProduct.ints(weights, panel, sums, n, k, count);
      sums = Panels.transpose(sums, n, count);
    } else {
      for (int r = 0; r < count; r++) {
        a.loadInts(from + r, panel, r * k);
      }
      MatrixProduct.ints(panel, weights, sums, count, k, n);
    }
    for (int r = 0; r < count; r++) {
      acc.store(from + r, sums, r * n);
    }
  }
}
