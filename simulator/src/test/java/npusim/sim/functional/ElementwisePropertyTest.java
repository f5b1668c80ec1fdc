package npusim.sim.functional;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.RedFn;
import npusim.sim.functional.value.BinaryFunctions;
import npusim.sim.functional.value.Lanes;

/** Instructions over random extents, strides and types against one element at a time. */
class ElementwisePropertyTest {
  private static final int A = 0;
  private static final int B = 0x4000;
  private static final int DST = 0x8000;
  private static final BinFn[] FNS = {
    BinFn.ADD, BinFn.SUB, BinFn.MUL, BinFn.MAX, BinFn.DIV, BinFn.LT, BinFn.MOD
  };

  private static double element(byte[] mem, DType t, int base, long e) {
    double[] d = new double[1];
    Lanes.of(t).loadDoubles(mem, base, (int) e, 0, d, 1);
    return d[0];
  }

  private static long integer(byte[] mem, DType t, int base, long e) {
    long[] d = new long[1];
    Lanes.of(t).loadLongs(mem, base, (int) e, 0, d, 1);
    return d[0];
  }

  private static long[] dense(long[] d, Random r) {
    long s3 = 1L + r.nextInt(2);
    long s2 = d[3] * s3 + r.nextInt(2);
    long s1 = d[2] * s2 + r.nextInt(2);
    return new long[] {d[1] * s1, s1, s2, s3};
  }

  private static long at(long[] i, long[] s) {
    return i[0] * s[0] + i[1] * s[1] + i[2] * s[2] + i[3] * s[3];
  }

  private interface Body {
    void at(long[] i);
  }

  private static void forEach(long[] d, Body body) {
    long total = d[0] * d[1] * d[2] * d[3];
    for (long k = 0; k < total; k++) {
      body.at(
          new long[] {
            k / (d[1] * d[2] * d[3]), k / (d[2] * d[3]) % d[1], k / d[3] % d[2], k % d[3]
          });
    }
  }

  @Property(tries = 400)
  void binaryIsElementByElement(
      @ForAll @IntRange(min = 0, max = 16) int ta,
      @ForAll @IntRange(min = 0, max = 16) int tb,
      @ForAll @IntRange(min = 0, max = 16) int td,
      @ForAll @IntRange(min = 0, max = 6) int fn,
      @ForAll long seed) {
    Random r = new Random(seed);
    DType typeA = Rig.types().get(ta);
    DType typeB = Rig.types().get(tb);
    DType typeD = Rig.types().get(td);
    Rig rig = new Rig();
    byte[] mem = rig.core.memory(0).bytes();
    r.nextBytes(mem);
    long[] d = {1 + r.nextInt(3), 1 + r.nextInt(3), 1 + r.nextInt(4), 1 + r.nextInt(9)};
    long[] sa = {r.nextInt(50), r.nextInt(20), r.nextInt(10), r.nextInt(3)};
    long[] sb = {r.nextInt(50), r.nextInt(20), 0, r.nextInt(2)};
    long[] sd = dense(d, r);
    byte[] expected = mem.clone();
    boolean floats = typeA.isFloat() || typeB.isFloat();
    boolean f64 = typeA == DType.F64 || typeB == DType.F64;
    boolean u64 = typeA == DType.U64 || typeB == DType.U64;
    forEach(
        d,
        i -> {
          if (floats) {
            double[] x = {element(mem, typeA, A, at(i, sa))};
            double[] y = {element(mem, typeB, B, at(i, sb))};
            BinaryFunctions.doubles(FNS[fn]).apply(x, y, x, 1);
            x[0] = f64 ? x[0] : (float) x[0];
            Lanes.of(typeD).storeDoubles(expected, DST, (int) at(i, sd), 0, x, 1);
          } else {
            long[] x = {integer(mem, typeA, A, at(i, sa))};
            long[] y = {integer(mem, typeB, B, at(i, sb))};
            BinaryFunctions.longs(FNS[fn], u64, typeA.bits()).apply(x, y, x, 1);
            Lanes.of(typeD).storeLongs(expected, DST, (int) at(i, sd), 0, x, 1);
          }
        });
    var b = Rig.extents(Instruction.builder(Opcode.V_BIN), d).set(Field.FN, FNS[fn]);
    Rig.operand(b, "A", A, typeA, sa);
    Rig.operand(b, "B", B, typeB, sb);
    Rig.operand(b, "DST", DST, typeD, sd);
    rig.run(b);
    assertThat(mem).isEqualTo(expected);
  }

  @Property(tries = 300)
  void reductionsTakeElementsInIterationOrder(
      @ForAll @IntRange(min = 0, max = 15) int mask,
      @ForAll boolean accumulate,
      @ForAll long seed) {
    Random r = new Random(seed);
    Rig rig = new Rig();
    long[] d = {1 + r.nextInt(3), 1 + r.nextInt(4), 1 + r.nextInt(5), 1 + r.nextInt(9)};
    long[] sa = {r.nextInt(60), r.nextInt(20), r.nextInt(10), r.nextInt(3)};
    long[] kept = d.clone();
    for (int k = 0; k < 4; k++) {
      kept[k] = (mask >> k & 1) != 0 ? 1 : d[k];
    }
    long[] sd = dense(kept, r);
    double[] a = new double[400];
    double[] old = new double[1200];
    for (int k = 0; k < a.length; k++) {
      a[k] = r.nextFloat(-1, 1) * (r.nextInt(4) == 0 ? 1e5f : 1);
    }
    for (int k = 0; k < old.length; k++) {
      old[k] = r.nextFloat(-1, 1);
    }
    rig.put(DType.F32, A, a);
    rig.put(DType.F32, DST, old);
    RedFn fn = new RedFn[] {RedFn.SUM, RedFn.MAX, RedFn.MIN, RedFn.SUMSQ, RedFn.PROD}[r.nextInt(5)];
    float[] acc = new float[1200];
    boolean[] seen = new boolean[1200];
    if (accumulate) {
      for (int k = 0; k < old.length; k++) {
        acc[k] = (float) old[k];
        seen[k] = true;
      }
    }
    boolean[] touched = new boolean[1200];
    forEach(
        d,
        i -> {
          long[] j = i.clone();
          for (int k = 0; k < 4; k++) {
            j[k] = (mask >> k & 1) != 0 ? 0 : i[k];
          }
          int e = (int) at(j, sd);
          float x = (float) a[(int) at(i, sa)];
          float v = fn == RedFn.SUMSQ ? x * x : x;
          if (!seen[e]) {
            acc[e] = v;
          } else {
            acc[e] =
                switch (fn) {
                  case MAX -> Math.max(acc[e], v);
                  case MIN -> Math.min(acc[e], v);
                  case PROD -> acc[e] * v;
                  default -> acc[e] + v;
                };
          }
          seen[e] = true;
          touched[e] = true;
        });
    double[] expected = old.clone();
    for (int k = 0; k < expected.length; k++) {
      expected[k] = touched[k] ? acc[k] : old[k];
    }
    var b =
        Rig.extents(Instruction.builder(Opcode.V_RED), d).set(Field.FN, fn).set(Field.MASK, mask);
    b.set(Field.ACCUM, accumulate ? 1 : 0);
    Rig.operand(b, "A", A, DType.F32, sa);
    Rig.operand(b, "DST", DST, DType.F32, sd);
    rig.run(b);
    assertThat(rig.get(DType.F32, DST, 1200)).isEqualTo(expected);
  }
}
