package npusim.tools.accelerator;

import java.util.ArrayList;
import java.util.List;
import npusim.hardware.Hardware;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Word;
import npusim.program.Program;

/**
 * The task stream with which VTA multiplies [m, k] by [k, n] in tiles: micro-ops loaded once; per
 * output tile a reset of the accumulators, per step along k a load of inputs, a load of weights and
 * a GEMM, then a store; single or double buffering by tokens between load, compute and store. VTA's
 * compute module runs resets, GEMMs and its own loads in order: here vector unit, matrix unit and
 * the second load queue take turns. Its output buffer is written beside the accumulators; here the
 * stores read it where they find it.
 *
 * @param m rows
 * @param n columns
 * @param k contraction
 * @param tm rows of a tile
 * @param tn columns of a tile
 * @param tk contraction of a tile
 * @param buffers 1 or 2
 */
record VtaTasks(long m, long n, long k, long tm, long tn, long tk, int buffers) {
  private static final long WEIGHTS = 65536;
  private static final int UOP_BYTES = 4;

  Program program(Hardware hw) {
    long block = hw.core().matrix().cols();
    var p = new TokenProgram();
    List<TokenProgram.Op> gemms = new ArrayList<>();
    List<TokenProgram.Op> stores = new ArrayList<>();
    var uops =
        p.add(ByteCode.load(1, 0, 1, microOps(block) * UOP_BYTES, microOps(block) * UOP_BYTES, 0));
    TokenProgram.Op compute = uops;
    int tile = 0;
    for (long i = 0; i < m; i += tm) {
      for (long j = 0; j < n; j += tn) {
        long rows = Math.min(tm, m - i);
        long cols = Math.min(tn, n - j);
        long acc = Word.ACC_BASE + tile % buffers * tm * tn * 4;
        var after = new ArrayList<>(List.of(compute));
        if (tile >= buffers) {
          after.add(stores.get(tile - buffers));
        }
        compute = p.add(reset(acc, rows * cols), after);
        for (long l = 0; l < k; l += tk) {
          long depth = Math.min(tk, k - l);
          int slot = gemms.size() % buffers;
          long a = slot * tm * tk;
          long w = WEIGHTS + slot * tn * tk;
          List<TokenProgram.Op> free =
              gemms.size() >= buffers ? List.of(gemms.get(gemms.size() - buffers)) : List.of();
          p.add(ByteCode.load(0, a, rows, depth, depth, k), free);
          long blockRows = Math.ceilDiv(cols, block);
          var weights =
              p.add(ByteCode.load(0, w, blockRows, depth * block, depth * block, k * block));
          compute = p.add(gemm(acc, a, w, rows, cols, depth), weights, compute);
          gemms.add(compute);
        }
        stores.add(p.add(store(rows, cols), compute));
        tile++;
      }
    }
    for (int left = Math.min(buffers, stores.size()); left > 0; left--) {
      p.add(TokenProgram.idle(), stores.get(stores.size() - left));
    }
    return p.build("vta", hw.name());
  }

  /** Micro-ops of one tile for each pair of buffers, read two at a time. */
  private long microOps(long block) {
    long own = Math.ceilDiv(tk, block);
    return buffers == 1 ? Math.ceilDiv(1 + own, 2L) * 2 : 2 + 4 * own;
  }

  private static Instruction.Builder reset(long acc, long elements) {
    return Instruction.builder(Opcode.V_FILL)
        .set(Field.D3, elements)
        .set(Field.DST, acc)
        .set(Field.DST_S3, 1)
        .set(Field.DST_T, DType.I32);
  }

  private static Instruction.Builder gemm(
      long acc, long a, long w, long rows, long cols, long depth) {
    var product = ByteCode.inputs(ByteCode.product(rows, cols, depth, acc, cols), a, depth);
    return ByteCode.weights(product, w, cols).set(Field.ACCUM, 1);
  }

  /** Rows are stored one by one, wherever they lie. */
  private Instruction.Builder store(long rows, long cols) {
    return ByteCode.store(Word.ACC_BASE, rows, cols, 2 * cols, n);
  }
}
