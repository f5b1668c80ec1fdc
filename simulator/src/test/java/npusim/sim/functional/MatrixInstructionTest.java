package npusim.sim.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import org.junit.jupiter.api.Test;

class MatrixInstructionTest {
  private static final int A = 0;
  private static final int W = 0x8000;
  private static final DType[] FLOATS = {
    DType.F32, DType.F16, DType.BF16, DType.F8E4M3FN, DType.I8, DType.U4
  };
  private static final DType[] INTS = {
    DType.I8, DType.U8, DType.I4, DType.U4, DType.I16, DType.I32
  };

  @Property(tries = 150)
  void gemmIsTheNaiveLoops(
      @ForAll @IntRange(min = 0, max = 5) int types,
      @ForAll boolean integer,
      @ForAll boolean accumulate,
      @ForAll boolean transposedW,
      @ForAll boolean columnwise,
      @ForAll long seed) {
    Random r = new Random(seed);
    Rig rig = new Rig();
    int[] m = {1 + r.nextInt(3), 1 + r.nextInt(3), 1 + r.nextInt(6)};
    int[] k = {1 + r.nextInt(3), 1 + r.nextInt(3), 1 + r.nextInt(9)};
    int n = 1 + r.nextInt(20);
    // Elements of 4 bits begin within a byte in every other column.
    boolean own = columnwise && types < 2;
    DType ta = integer ? INTS[types] : FLOATS[types];
    DType tw = integer ? INTS[(types + 2) % 6] : FLOATS[(types + 3) % 6];
    int elements = 4000;
    double[] a = values(r, ta, elements);
    double[] w = values(r, tw, elements);
    rig.put(ta, A, a);
    rig.put(tw, W, w);
    a = rig.get(ta, A, elements);
    w = rig.get(tw, W, elements);
    int[] sam = {r.nextInt(300), r.nextInt(100), r.nextInt(40)};
    int[] sak = {r.nextInt(200), r.nextInt(40), 1 + r.nextInt(2)};
    int kTotal = k[0] * k[1] * k[2];
    int[] swk =
        transposedW ? new int[] {k[1] * k[2], k[2], 1} : new int[] {k[1] * k[2] * n, k[2] * n, n};
    int swn = transposedW ? kTotal : 1;
    int[] sacc = {m[1] * m[2] * (n + 1), m[2] * (n + 1), n + 1};
    DType tacc = integer ? DType.I32 : DType.F32;
    double[] acc = values(r, tacc, 3000);
    rig.put(tacc, Rig.ACC, acc);
    double[] expected = rig.get(tacc, Rig.ACC, 3000);

    var i = Instruction.builder(Opcode.M_GEMM).set(Field.N, n).set(Field.ACCUM, accumulate ? 3 : 0);
    i.set(Field.M0, m[0]).set(Field.M1, m[1]).set(Field.M2, m[2]);
    i.set(Field.K0, k[0]).set(Field.K1, k[1]).set(Field.K2, k[2]);
    i.set(Field.A, A).set(Field.A_T, ta).set(Field.COLUMNWISE, own ? 1 : 0);
    i.set(Field.A_SM0, sam[0]).set(Field.A_SM1, sam[1]).set(Field.A_SM2, sam[2]);
    i.set(Field.A_SK0, sak[0]).set(Field.A_SK1, sak[1]).set(Field.A_SK2, sak[2]);
    i.set(Field.W, W).set(Field.W_T, tw).set(Field.W_SN, swn);
    i.set(Field.W_SK0, swk[0]).set(Field.W_SK1, swk[1]).set(Field.W_SK2, swk[2]);
    i.set(Field.ACC, Rig.ACC).set(Field.ACC_T, tacc);
    i.set(Field.ACC_S0, sacc[0]).set(Field.ACC_S1, sacc[1]).set(Field.ACC_S2, sacc[2]);
    rig.run(i);

    for (int m0 = 0; m0 < m[0]; m0++) {
      for (int m1 = 0; m1 < m[1]; m1++) {
        for (int m2 = 0; m2 < m[2]; m2++) {
          for (int j = 0; j < n; j++) {
            int at = m0 * sacc[0] + m1 * sacc[1] + m2 * sacc[2] + j;
            int baseA = m0 * sam[0] + m1 * sam[1] + m2 * sam[2] + (own ? j : 0);
            expected[at] =
                dot(a, w, k, sak, swk, baseA, j * swn, accumulate ? expected[at] : 0, integer);
          }
        }
      }
    }
    assertThat(rig.get(tacc, Rig.ACC, 3000)).isEqualTo(expected);
  }

  private static double dot(
      double[] a,
      double[] w,
      int[] k,
      int[] sak,
      int[] swk,
      int baseA,
      int baseW,
      double start,
      boolean integer) {
    float f = (float) start;
    int s = (int) start;
    for (int k0 = 0; k0 < k[0]; k0++) {
      for (int k1 = 0; k1 < k[1]; k1++) {
        for (int k2 = 0; k2 < k[2]; k2++) {
          double x = a[baseA + k0 * sak[0] + k1 * sak[1] + k2 * sak[2]];
          double y = w[baseW + k0 * swk[0] + k1 * swk[1] + k2 * swk[2]];
          if (integer) {
            s += ((int) x) * ((int) y);
          } else {
            f += ((float) x) * ((float) y);
          }
        }
      }
    }
    return integer ? s : f;
  }

  private static double[] values(Random r, DType t, int n) {
    double[] v = new double[n];
    for (int i = 0; i < n; i++) {
      v[i] =
          t.isFloat()
              ? r.nextFloat(-4, 4)
              : r.nextInt(t == DType.I32 ? Integer.MAX_VALUE : 256) - 8;
    }
    return v;
  }

  @Test
  void splittingOverThreadsChangesNothing() {
    Rig rig = new Rig();
    Random r = new Random(3);
    rig.put(DType.F8E4M3FN, A, values(r, DType.F32, 64 * 500));
    rig.put(DType.F8E4M3FN, W, values(r, DType.F32, 500 * 64));
    // The whole is above the size from which threads share the rows, the quarters are below.
    rig.run(bytes(64, 500, 64, 0, 0));
    double[] once = rig.get(DType.F32, Rig.ACC, 64 * 64);
    rig.put(DType.F32, Rig.ACC, new double[64 * 64]);
    for (int row = 0; row < 64; row += 16) {
      rig.run(bytes(16, 500, 64, row * 500L, row * 64L * 4));
    }
    assertThat(rig.get(DType.F32, Rig.ACC, 64 * 64)).isEqualTo(once);
  }

  private static Instruction.Builder bytes(int m, int k, int n, long offsetA, long offsetAcc) {
    return product(m, k, n, offsetA, offsetAcc)
        .set(Field.A_T, DType.F8E4M3FN)
        .set(Field.W_T, DType.F8E4M3FN);
  }

  private static Instruction.Builder product(int m, int k, int n, long offsetA, long offsetAcc) {
    return Instruction.builder(Opcode.M_GEMM)
        .set(Field.M2, m)
        .set(Field.K2, k)
        .set(Field.N, n)
        .set(Field.A, A + offsetA)
        .set(Field.A_T, DType.BF16)
        .set(Field.A_SM2, k)
        .set(Field.W, W)
        .set(Field.W_T, DType.BF16)
        .set(Field.W_SK2, n)
        .set(Field.ACC, Rig.ACC + offsetAcc)
        .set(Field.ACC_S2, n);
  }

  @Test
  void loadAndStreamAreTheSameProduct() {
    Rig rig = new Rig();
    Random r = new Random(5);
    rig.put(DType.BF16, A, values(r, DType.F32, 8 * 16));
    rig.put(DType.BF16, W, values(r, DType.F32, 16 * 8));
    rig.run(product(8, 16, 8, 0, 0));
    double[] expected = rig.get(DType.F32, Rig.ACC, 64);
    rig.run(
        Instruction.builder(Opcode.M_LOAD)
            .set(Field.W, W)
            .set(Field.W_T, DType.BF16)
            .set(Field.W_SK2, 8)
            .set(Field.K2, 16)
            .set(Field.N, 8));
    var stream =
        Instruction.builder(Opcode.M_STREAM)
            .set(Field.M2, 8)
            .set(Field.K2, 16)
            .set(Field.N, 8)
            .set(Field.A, A)
            .set(Field.A_T, DType.BF16)
            .set(Field.A_SM2, 16)
            .set(Field.ACC, Rig.ACC + 0x1000)
            .set(Field.ACC_S2, 8);
    rig.run(stream);
    assertThat(rig.get(DType.F32, Rig.ACC + 0x1000, 64)).isEqualTo(expected);
    stream.set(Field.K2, 15);
    assertThatThrownBy(() -> rig.run(stream))
        .hasMessageContaining("15×8")
        .hasMessageContaining("16×8");
    stream.set(Field.K2, 16).set(Field.ACC_T, DType.I32);
    assertThatThrownBy(() -> rig.run(stream)).hasMessageContaining("integer accumulators");
  }

  @Test
  void integerBlocksStream() {
    Rig rig = new Rig();
    rig.putLongs(DType.I8, A, 1, 2, 3, 4);
    rig.putLongs(DType.I4, W, 1, -1, 2, 3);
    rig.run(
        Instruction.builder(Opcode.M_LOAD)
            .set(Field.W, W)
            .set(Field.W_T, DType.I4)
            .set(Field.W_SK2, 2)
            .set(Field.K2, 2)
            .set(Field.N, 2));
    rig.run(
        Instruction.builder(Opcode.M_STREAM)
            .set(Field.M2, 2)
            .set(Field.K2, 2)
            .set(Field.N, 2)
            .set(Field.A, A)
            .set(Field.A_T, DType.I8)
            .set(Field.A_SM2, 2)
            .set(Field.ACC, Rig.ACC)
            .set(Field.ACC_T, DType.I32)
            .set(Field.ACC_S2, 2));
    assertThat(rig.getLongs(DType.I32, Rig.ACC, 4)).containsExactly(5, 5, 11, 9);
  }

  @Test
  void accumulatorsMustBeDistinctAndInAccumulatorMemory() {
    Rig rig = new Rig();
    assertThatThrownBy(() -> rig.run(product(2, 4, 8, 0, 0).set(Field.ACC_S2, 4)))
        .hasMessageContaining("rows of acc overlap");
    assertThatThrownBy(() -> rig.run(product(2, 4, 8, 0, 0).set(Field.ACC, 0)))
        .hasMessageContaining("not in accumulator memory");
    assertThatThrownBy(() -> rig.run(product(2, 4, 8, Rig.SCRATCHPAD, 0)))
        .hasMessageContaining("operand a");
    Rig tracked = new Rig(true);
    tracked.put(DType.BF16, A, new double[8]);
    tracked.put(DType.BF16, W, new double[31]);
    assertThatThrownBy(() -> tracked.run(product(2, 4, 8, 0, 0)))
        .hasMessageContaining("operand w reads");
    tracked.put(DType.BF16, W, new double[32]);
    tracked.run(product(2, 4, 8, 0, 0));
    assertThatThrownBy(() -> tracked.run(product(2, 4, 8, 4, 0)))
        .hasMessageContaining("operand a reads");
  }

  @Test
  void columnsOfTheirOwnAreReadToTheLast() {
    // Two rows of three steps: step k of row m and column j is at 3 m + k + j.
    Rig tracked = new Rig(true);
    tracked.put(DType.BF16, W, new double[3 * 8]);
    tracked.put(DType.BF16, A, new double[3 + 2 + 7]);
    var i = product(2, 3, 8, 0, 0).set(Field.COLUMNWISE, 1);
    assertThatThrownBy(() -> tracked.run(i)).hasMessageContaining("operand a reads");
    tracked.put(DType.BF16, A, new double[3 + 2 + 7 + 1]);
    tracked.run(i);
  }
}
