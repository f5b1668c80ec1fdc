package npusim.sim.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.RedFn;
import npusim.isa.Round;
import npusim.isa.ScanFn;
import npusim.isa.ScatterFn;
import npusim.isa.UnFn;
import org.junit.jupiter.api.Test;

class VectorInstructionTest {
  private static final int A = 0;
  private static final int B = 0x1000;
  private static final int C = 0x2000;
  private static final int D = 0x3000;

  private final Rig rig = new Rig();

  private static Instruction.Builder op(Opcode op, long n) {
    return Rig.row(op, n);
  }

  @Test
  void unaryComputesInBinary64AndRoundsOnce() {
    rig.put(DType.F32, A, 0.1f, 1, -2);
    var i = op(Opcode.V_UN, 3).set(Field.FN, UnFn.EXP);
    Rig.operand(i, "A", A, DType.F32, 1);
    Rig.operand(i, "DST", D, DType.F32, 1);
    rig.run(i);
    assertThat(rig.get(DType.F32, D, 3))
        .containsExactly((float) Math.exp(0.1f), (float) Math.exp(1), (float) Math.exp(-2));
  }

  @Test
  void exponentialOfIntegersIsThatOfTheirValue() {
    rig.putLongs(DType.I8, A, 0, 1, -1);
    var i = op(Opcode.V_UN, 3).set(Field.FN, UnFn.EXP);
    Rig.operand(i, "A", A, DType.I8, 1);
    Rig.operand(i, "DST", D, DType.F32, 1);
    rig.run(i);
    assertThat(rig.get(DType.F32, D, 3)).containsExactly(1, (float) Math.E, (float) Math.exp(-1));
  }

  @Test
  void resultsForBf16AreRoundedToF32First() {
    rig.put(DType.F32, A, 1);
    rig.put(DType.F32, B, 0x1p-8f + 0x1p-30f);
    var i = op(Opcode.V_BIN, 1).set(Field.FN, BinFn.ADD);
    Rig.operand(i, "A", A, DType.F32, 1);
    Rig.operand(i, "B", B, DType.F32, 1);
    Rig.operand(i, "DST", D, DType.BF16, 1);
    rig.run(i);
    // In binary32 the sum is 1 + 2^-8, a tie that goes to the even 1.
    assertThat(rig.get(DType.BF16, D, 1)).containsExactly(1);
  }

  @Test
  void broadcastAndTransposeByStrides() {
    rig.put(DType.F32, A, 1, 2, 3, 4, 5, 6);
    rig.put(DType.F32, B, 10, 20);
    var i = Rig.extents(Instruction.builder(Opcode.V_BIN), 3, 2).set(Field.FN, BinFn.MUL);
    Rig.operand(i, "A", A, DType.F32, 1, 3);
    Rig.operand(i, "B", B, DType.F32, 0, 1);
    Rig.operand(i, "DST", D, DType.F32, 2, 1);
    rig.run(i);
    assertThat(rig.get(DType.F32, D, 6)).containsExactly(10, 80, 20, 100, 30, 120);
  }

  @Test
  void integerResultsWrapToTheDestination() {
    rig.putLongs(DType.U8, A, 250, 3);
    rig.putLongs(DType.I32, B, 10, -5);
    var i = op(Opcode.V_BIN, 2).set(Field.FN, BinFn.ADD);
    Rig.operand(i, "A", A, DType.U8, 1);
    Rig.operand(i, "B", B, DType.I32, 1);
    Rig.operand(i, "DST", D, DType.U8, 1);
    rig.run(i);
    assertThat(rig.getLongs(DType.U8, D, 2)).containsExactly(4, 254);
  }

  @Test
  void immediateIsBitsOfADoubleForFloatsAndAnIntegerOtherwise() {
    rig.put(DType.F32, A, 1, 2);
    var f =
        op(Opcode.V_BINI, 2)
            .set(Field.FN, BinFn.SUB)
            .setDouble(Field.IMM, 0.5)
            .set(Field.REVERSE, true);
    Rig.operand(f, "A", A, DType.F32, 1);
    Rig.operand(f, "DST", D, DType.F32, 1);
    rig.run(f);
    assertThat(rig.get(DType.F32, D, 2)).containsExactly(-0.5, -1.5);

    rig.core.registers[5] = 3;
    var r = op(Opcode.V_BINI, 2).set(Field.FN, BinFn.MUL).set(Field.IMM, 1, 5);
    Rig.operand(r, "A", A, DType.F32, 1);
    Rig.operand(r, "DST", D, DType.F32, 1);
    rig.run(r);
    assertThat(rig.get(DType.F32, D, 2)).containsExactly(4, 8);

    rig.putLongs(DType.I64, A, 7, -7);
    var l = op(Opcode.V_BINI, 2).set(Field.FN, BinFn.MOD).set(Field.IMM, 4);
    Rig.operand(l, "A", A, DType.I64, 1);
    Rig.operand(l, "DST", D, DType.I64, 1);
    rig.run(l);
    assertThat(rig.getLongs(DType.I64, D, 2)).containsExactly(3, 1);
  }

  @Test
  void selectAndFma() {
    rig.putLongs(DType.BOOL, C, 1, 0, 1);
    rig.put(DType.F32, A, 1, 2, 3);
    rig.put(DType.F32, B, 4, 5, 6);
    var s = op(Opcode.V_SEL, 3);
    Rig.operand(s, "COND", C, DType.BOOL, 1);
    Rig.operand(s, "A", A, DType.F32, 1);
    Rig.operand(s, "B", B, DType.F32, 1);
    Rig.operand(s, "DST", D, DType.F32, 1);
    rig.run(s);
    assertThat(rig.get(DType.F32, D, 3)).containsExactly(1, 5, 3);

    float x = 1 + 0x1p-12f;
    rig.put(DType.F32, A, x);
    rig.put(DType.F32, C, -(x * x));
    var m = op(Opcode.V_FMA, 1);
    Rig.operand(m, "A", A, DType.F32, 1);
    Rig.operand(m, "B", A, DType.F32, 1);
    Rig.operand(m, "C", C, DType.F32, 1);
    Rig.operand(m, "DST", D, DType.F32, 1);
    rig.run(m);
    // A fused product would leave the rounding error 2^-24.
    assertThat(rig.get(DType.F32, D, 1)).containsExactly(0);

    rig.putLongs(DType.I32, A, 3);
    rig.putLongs(DType.I32, B, -4);
    rig.putLongs(DType.I32, C, 5);
    var n = op(Opcode.V_FMA, 1);
    Rig.operand(n, "A", A, DType.I32, 1);
    Rig.operand(n, "B", B, DType.I32, 1);
    Rig.operand(n, "C", C, DType.I32, 1);
    Rig.operand(n, "DST", D, DType.I32, 1);
    rig.run(n);
    assertThat(rig.getLongs(DType.I32, D, 1)).containsExactly(-7);
  }

  private double[] reduce(RedFn fn, int mask, long accumulate, int results) {
    var i =
        Rig.extents(Instruction.builder(Opcode.V_RED), 2, 3)
            .set(Field.FN, fn)
            .set(Field.MASK, mask);
    i.set(Field.ACCUM, accumulate);
    Rig.operand(i, "A", A, DType.F32, 3, 1);
    Rig.operand(i, "DST", D, DType.F32, 1, 1);
    rig.run(i);
    return rig.get(DType.F32, D, results);
  }

  @Test
  void reductionsOverEitherDimensionOrBoth() {
    rig.put(DType.F32, A, 1, 2, 3, -4, 5, 6);
    assertThat(reduce(RedFn.SUM, 8, 0, 2)).containsExactly(6, 7);
    assertThat(reduce(RedFn.SUM, 8, 1, 2)).containsExactly(12, 14);
    assertThat(reduce(RedFn.SUM, 4, 0, 3)).containsExactly(-3, 7, 9);
    assertThat(reduce(RedFn.SUM, 12, 0, 1)).containsExactly(13);
    assertThat(reduce(RedFn.MAX, 8, 0, 2)).containsExactly(3, 6);
    assertThat(reduce(RedFn.MIN, 4, 0, 3)).containsExactly(-4, 2, 3);
    assertThat(reduce(RedFn.PROD, 8, 0, 2)).containsExactly(6, -120);
    assertThat(reduce(RedFn.SUMSQ, 8, 0, 2)).containsExactly(14, 77);
    assertThat(reduce(RedFn.SUMABS, 4, 0, 3)).containsExactly(5, 7, 9);
    assertThat(reduce(RedFn.ANY, 12, 0, 1)).containsExactly(1);
    assertThat(reduce(RedFn.ARGMAX, 8, 0, 2)).containsExactly(2, 2);
    assertThat(reduce(RedFn.ARGMIN, 8, 0, 2)).containsExactly(0, 0);
    assertThat(reduce(RedFn.MAX, 12, 0, 1)).containsExactly(6);
    assertThat(reduce(RedFn.MAX, 12, 1, 1)).containsExactly(6);
    rig.put(DType.F32, A, 1, Double.NaN, 3, -4, 5, 6);
    assertThat(reduce(RedFn.MAX, 8, 0, 2)).containsExactly(Double.NaN, 6);
    assertThat(reduce(RedFn.ARGMAX, 8, 0, 2)).containsExactly(1, 2);
  }

  @Test
  void sumsRoundToF32AfterEveryStep() {
    rig.put(DType.F32, A, 0x1p24, 1, 1, 0, 0, 0);
    assertThat(reduce(RedFn.SUM, 8, 0, 1)).containsExactly(0x1p24);
    rig.put(DType.F32, A, 0x1p24, 0, 0, 1, 0, 0);
    assertThat(reduce(RedFn.SUM, 4, 0, 1)).containsExactly(0x1p24);
    rig.put(DType.F32, A, -0.0, -0.0, -0.0, 0, 0, 0);
    assertThat(reduce(RedFn.SUM, 8, 0, 1)).containsExactly(-0.0);
  }

  @Test
  void integerReductionsAndLastIndex() {
    rig.putLongs(DType.I8, A, 100, 100, -3, 100);
    var i = op(Opcode.V_RED, 4).set(Field.FN, RedFn.SUM);
    Rig.operand(i, "A", A, DType.I8, 1);
    Rig.operand(i, "DST", D, DType.I64, 1);
    rig.run(i);
    assertThat(rig.getLongs(DType.I64, D, 1)).containsExactly(297);
    var j =
        op(Opcode.V_RED, 4)
            .set(Field.FN, RedFn.ARGMAX)
            .set(Field.LAST, true)
            .set(Field.INDEX_BASE, 10);
    Rig.operand(j, "A", A, DType.I8, 1);
    Rig.operand(j, "DST", D, DType.I64, 1);
    rig.run(j);
    assertThat(rig.getLongs(DType.I64, D, 1)).containsExactly(13);
    rig.putLongs(DType.U64, A, 5, -1, 3, 0);
    var k = op(Opcode.V_RED, 4).set(Field.FN, RedFn.MAX);
    Rig.operand(k, "A", A, DType.U64, 1);
    Rig.operand(k, "DST", D, DType.U64, 1);
    rig.run(k);
    assertThat(rig.getLongs(DType.U64, D, 1)).containsExactly(-1);
  }

  private double[] scan(ScanFn fn, boolean exclusive, boolean reverse) {
    var i =
        op(Opcode.V_SCAN, 4)
            .set(Field.FN, fn)
            .set(Field.EXCLUSIVE, exclusive)
            .set(Field.REVERSE, reverse);
    Rig.operand(i, "A", A, DType.F32, 1);
    Rig.operand(i, "DST", D, DType.F32, 1);
    rig.run(i);
    return rig.get(DType.F32, D, 4);
  }

  @Test
  void scansInBothDirections() {
    rig.put(DType.F32, A, 1, 2, -3, 4);
    assertThat(scan(ScanFn.SUM, false, false)).containsExactly(1, 3, 0, 4);
    assertThat(scan(ScanFn.SUM, true, false)).containsExactly(0, 1, 3, 0);
    assertThat(scan(ScanFn.SUM, false, true)).containsExactly(4, 3, 1, 4);
    assertThat(scan(ScanFn.SUM, true, true)).containsExactly(3, 1, 4, 0);
    assertThat(scan(ScanFn.PROD, false, false)).containsExactly(1, 2, -6, -24);
    assertThat(scan(ScanFn.PROD, true, false)).containsExactly(1, 1, 2, -6);
    assertThat(scan(ScanFn.MAX, false, false)).containsExactly(1, 2, 2, 4);
    assertThat(scan(ScanFn.MIN, true, true)).containsExactly(-3, -3, 4, Double.POSITIVE_INFINITY);
  }

  @Test
  void integerScan() {
    rig.putLongs(DType.I32, A, 5, -2, 9);
    var i = op(Opcode.V_SCAN, 3).set(Field.FN, ScanFn.MAX).set(Field.EXCLUSIVE, true);
    Rig.operand(i, "A", A, DType.I32, 1);
    Rig.operand(i, "DST", D, DType.I32, 1);
    rig.run(i);
    assertThat(rig.getLongs(DType.I32, D, 3)).containsExactly(Integer.MIN_VALUE, 5, 5);
  }

  @Test
  void convertTruncatesWrapsRoundsAndSaturates() {
    rig.put(DType.F32, A, 2.5, -2.5, 300, -300);
    assertThat(convert(DType.F32, DType.I8, Round.TRUNC, false)).containsExactly(2, -2, 44, -44);
    assertThat(convert(DType.F32, DType.I8, Round.RNE, true)).containsExactly(2, -2, 127, -128);
    assertThat(convert(DType.F32, DType.U8, Round.HALF_AWAY, true)).containsExactly(3, 0, 255, 0);
    assertThat(convert(DType.F32, DType.I32, Round.CEIL, false)).containsExactly(3, -2, 300, -300);
    assertThat(convert(DType.F32, DType.BOOL, Round.TRUNC, false)).containsExactly(1, 1, 1, 1);
    rig.put(DType.F32, A, 1e6, -1e6, Double.NaN, 17);
    assertThat(convert(DType.F32, DType.F16, Round.TRUNC, false))
        .containsExactly(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 17);
    assertThat(convert(DType.F32, DType.F16, Round.TRUNC, true))
        .containsExactly(65504, -65504, Double.NaN, 17);
    assertThat(convert(DType.F32, DType.F8E4M3FN, Round.TRUNC, true))
        .containsExactly(448, -448, Double.NaN, 16);
    rig.putLongs(DType.I64, A, 1000, -1000, 5, 0);
    assertThat(convert(DType.I64, DType.I4, Round.TRUNC, true)).containsExactly(7, -8, 5, 0);
    assertThat(convert(DType.I64, DType.U8, Round.TRUNC, false)).containsExactly(232, 24, 5, 0);
    assertThat(convert(DType.I64, DType.F8E5M2, Round.TRUNC, true))
        .containsExactly(1024, -1024, 5, 0);
    rig.putLongs(DType.U64, A, -1, 1, 2, 3);
    assertThat(convert(DType.U64, DType.F32, Round.TRUNC, false)).containsExactly(0x1p64, 1, 2, 3);
    assertThat(convert(DType.U64, DType.I32, Round.TRUNC, true))
        .containsExactly(Integer.MAX_VALUE, 1, 2, 3);
    assertThat(convert(DType.U64, DType.BOOL, Round.TRUNC, false)).containsExactly(1, 1, 1, 1);
  }

  private double[] convert(DType from, DType to, Round round, boolean saturate) {
    var i = op(Opcode.V_CVT, 4).set(Field.ROUND, round).set(Field.SATURATE, saturate);
    Rig.operand(i, "A", A, from, 1);
    Rig.operand(i, "DST", D, to, 1);
    rig.run(i);
    return rig.get(to, D, 4);
  }

  @Test
  void quantiseAndDequantise() {
    rig.put(DType.F32, A, 1, -1, 2.5, 1000);
    rig.put(DType.F32, B, 0.5);
    rig.putLongs(DType.U8, C, 128);
    var q = op(Opcode.V_QUANT, 4);
    Rig.operand(q, "A", A, DType.F32, 1);
    Rig.operand(q, "SCALE", B, DType.F32, 0);
    Rig.operand(q, "ZP", C, DType.U8, 0);
    Rig.operand(q, "DST", D, DType.U8, 1);
    rig.run(q);
    assertThat(rig.getLongs(DType.U8, D, 4)).containsExactly(130, 126, 133, 255);
    var d = op(Opcode.V_DEQUANT, 4);
    Rig.operand(d, "A", D, DType.U8, 1);
    Rig.operand(d, "SCALE", B, DType.F32, 0);
    Rig.operand(d, "ZP", C, DType.U8, 0);
    Rig.operand(d, "DST", A, DType.F32, 1);
    rig.run(d);
    assertThat(rig.get(DType.F32, A, 4)).containsExactly(1, -1, 2.5, 63.5);

    rig.put(DType.F32, A, 1, -3.3, 1e9, 0.01);
    rig.put(DType.F8E4M3FN, C, 0);
    var f = op(Opcode.V_QUANT, 4);
    Rig.operand(f, "A", A, DType.F32, 1);
    Rig.operand(f, "SCALE", B, DType.F32, 0);
    Rig.operand(f, "ZP", C, DType.F8E4M3FN, 0);
    Rig.operand(f, "DST", D, DType.F8E4M3FN, 1);
    rig.run(f);
    assertThat(rig.get(DType.F8E4M3FN, D, 4)).containsExactly(2, -6.5, 448, 0.01953125);
  }

  @Test
  void fillIotaAndCopy() {
    var f = op(Opcode.V_FILL, 3).setDouble(Field.IMM, -1.5);
    Rig.operand(f, "DST", D, DType.F16, 2);
    rig.run(f);
    assertThat(rig.get(DType.F16, D, 5)).containsExactly(-1.5, 0, -1.5, 0, -1.5);
    var g = op(Opcode.V_FILL, 2).set(Field.IMM, -1);
    Rig.operand(g, "DST", A, DType.U16, 1);
    rig.run(g);
    assertThat(rig.getLongs(DType.U16, A, 2)).containsExactly(65535, 65535);

    rig.core.registers[4] = 100;
    var i =
        Rig.extents(Instruction.builder(Opcode.V_IOTA), 2, 3)
            .set(Field.START, 5, 4)
            .set(Field.STEP, -2);
    Rig.operand(i, "DST", A, DType.I64, 3, 1);
    rig.run(i);
    assertThat(rig.getLongs(DType.I64, A, 6)).containsExactly(105, 103, 101, 105, 103, 101);
    var h = op(Opcode.V_IOTA, 3).setDouble(Field.START, 0.5).setDouble(Field.STEP, 0.25);
    Rig.operand(h, "DST", A, DType.F32, 1);
    rig.run(h);
    assertThat(rig.get(DType.F32, A, 3)).containsExactly(0.5, 0.75, 1);

    rig.putLongs(DType.I4, A, 1, -2, 3, -4, 5, -6);
    var c = Rig.extents(Instruction.builder(Opcode.V_COPY), 3, 2);
    Rig.operand(c, "A", A, DType.I4, 1, 3);
    Rig.operand(c, "DST", D, DType.I4, 2, 1);
    rig.run(c);
    assertThat(rig.getLongs(DType.I4, D, 6)).containsExactly(1, -4, -2, 5, 3, -6);
    var bad = op(Opcode.V_COPY, 2);
    Rig.operand(bad, "A", A, DType.I8, 1);
    Rig.operand(bad, "DST", D, DType.F32, 1);
    assertThatThrownBy(() -> rig.run(bad))
        .isInstanceOf(Fault.class)
        .hasMessageContaining("bitwise");
  }

  @Test
  void gatherAndScatter() {
    rig.put(DType.F32, A, 10, 11, 12, 13);
    rig.putLongs(DType.I64, B, 3, -1, 0);
    var g = op(Opcode.V_GATHER, 3).set(Field.LIMIT, 4).set(Field.WRAP, true);
    Rig.operand(g, "A", A, DType.F32, 0);
    Rig.operand(g, "IDX", B, DType.I64, 1);
    Rig.operand(g, "DST", D, DType.F32, 1);
    rig.run(g);
    assertThat(rig.get(DType.F32, D, 3)).containsExactly(13, 13, 10);
    var noWrap = g.set(Field.WRAP, false);
    assertThatThrownBy(() -> rig.run(noWrap)).hasMessageContaining("index -1 is outside 0..3");

    rig.put(DType.F32, D, 1, 1, 1, 1);
    rig.putLongs(DType.I32, B, 2, 2, 0);
    assertThat(scatter(ScatterFn.ADD)).containsExactly(13, 1, 22, 1);
    rig.put(DType.F32, D, 1, 1, 1, 1);
    assertThat(scatter(ScatterFn.NONE)).containsExactly(12, 1, 11, 1);
    rig.put(DType.F32, D, 11, 1, 10.5, 1);
    assertThat(scatter(ScatterFn.MIN)).containsExactly(11, 1, 10, 1);
    rig.put(DType.F32, D, 13, 1, 10.5, 1);
    assertThat(scatter(ScatterFn.MAX)).containsExactly(13, 1, 11, 1);
    rig.put(DType.F32, D, 2, 1, 3, 1);
    assertThat(scatter(ScatterFn.MUL)).containsExactly(24, 1, 330, 1);
    rig.putLongs(DType.I32, B, 2, 7, -1);
    rig.put(DType.F32, D, 0, 0, 0, 0);
    assertThat(scatter(ScatterFn.NONE)).containsExactly(0, 0, 10, 0);
  }

  private double[] scatter(ScatterFn fn) {
    var s = op(Opcode.V_SCATTER, 3).set(Field.FN, fn).set(Field.LIMIT, 4).set(Field.SKIP_OOR, true);
    Rig.operand(s, "A", A, DType.F32, 1);
    Rig.operand(s, "IDX", B, DType.I32, 1);
    Rig.operand(s, "DST", D, DType.F32, 0);
    rig.run(s);
    return rig.get(DType.F32, D, 4);
  }

  @Test
  void integerScatterWithStride() {
    rig.putLongs(DType.I8, A, 5, -6);
    rig.putLongs(DType.I32, B, 1, 0);
    rig.putLongs(DType.I8, D, 0, 0, 0, 0);
    var s =
        op(Opcode.V_SCATTER, 2)
            .set(Field.FN, ScatterFn.MIN)
            .set(Field.LIMIT, 2)
            .set(Field.ISTRIDE, 2);
    Rig.operand(s, "A", A, DType.I8, 1);
    Rig.operand(s, "IDX", B, DType.I32, 1);
    Rig.operand(s, "DST", D, DType.I8, 0);
    rig.run(s);
    assertThat(rig.getLongs(DType.I8, D, 4)).containsExactly(-6, 0, 0, 0);
  }

  @Test
  void topKOfFloatsAndUnsigned() {
    rig.put(DType.F32, A, 1, 5, 5, -2, 9, 9);
    var t = Rig.extents(Instruction.builder(Opcode.V_TOPK), 2, 3).set(Field.K, 2);
    Rig.operand(t, "A", A, DType.F32, 3, 1);
    Rig.operand(t, "DST", D, DType.F32, 2, 1);
    Rig.operand(t, "IDX", B, DType.I64, 2, 1);
    rig.run(t);
    assertThat(rig.get(DType.F32, D, 4)).containsExactly(5, 5, 9, 9);
    assertThat(rig.getLongs(DType.I64, B, 4)).containsExactly(1, 2, 1, 2);
    t.set(Field.SMALLEST, true).set(Field.K, 1);
    rig.run(t);
    assertThat(rig.get(DType.F32, D, 1)).containsExactly(1);
    rig.putLongs(DType.U64, A, 7, -1, 3);
    var u = op(Opcode.V_TOPK, 3).set(Field.K, 3);
    Rig.operand(u, "A", A, DType.U64, 1);
    Rig.operand(u, "DST", D, DType.U64, 1);
    Rig.operand(u, "IDX", B, DType.I32, 1);
    rig.run(u);
    assertThat(rig.getLongs(DType.U64, D, 3)).containsExactly(-1, 7, 3);
    assertThat(rig.getLongs(DType.I32, B, 3)).containsExactly(1, 0, 2);
    u.set(Field.K, 4);
    assertThatThrownBy(() -> rig.run(u)).hasMessageContaining("k = 4");
  }

  @Test
  void compactCountsBeyondItsLimit() {
    rig.put(DType.F32, A, 0, 1, Double.NaN, -0.0, 2, 0);
    var c = Rig.extents(Instruction.builder(Opcode.V_COMPACT), 2, 3).set(Field.LIMIT, 2);
    Rig.operand(c, "A", A, DType.F32, 3, 1);
    c.set(Field.DST, D).set(Field.DST_S0, 1).set(Field.DST_T, DType.I64).set(Field.CNT, B);
    rig.run(c);
    assertThat(rig.getLongs(DType.I64, D, 3)).containsExactly(1, 2, 0);
    assertThat(rig.getLongs(DType.I64, B, 1)).containsExactly(3);
  }

  @Test
  void extentZeroDoesNothing() {
    rig.put(DType.F32, D, 7);
    var f = op(Opcode.V_FILL, 0).setDouble(Field.IMM, 1);
    Rig.operand(f, "DST", D, DType.F32, 1);
    rig.run(f);
    assertThat(rig.get(DType.F32, D, 1)).containsExactly(7);
  }

  @Test
  void addressesOutsideTheMemoryAreNamed() {
    var f = op(Opcode.V_FILL, 2).setDouble(Field.IMM, 1);
    Rig.operand(f, "DST", Rig.SCRATCHPAD - 4, DType.F32, 1);
    assertThatThrownBy(() -> rig.run(f))
        .isInstanceOf(Fault.class)
        .hasMessageContaining("operand dst covers scratchpad bytes 0xfffc..0x10003")
        .hasMessageContaining("0x10000 bytes");
    Rig.operand(f, "DST", 0, DType.F32, -1);
    assertThatThrownBy(() -> rig.run(f)).isInstanceOf(Fault.class);
    Rig.operand(f, "DST", Rig.ACC + Rig.ACCUMULATOR, DType.F32, 1);
    assertThatThrownBy(() -> rig.run(f)).hasMessageContaining("accumulator memory");
    Rig.operand(f, "DST", -8, DType.F32, 1);
    assertThatThrownBy(() -> rig.run(f)).isInstanceOf(Fault.class);
  }

  @Test
  void largeScratchpadsTakeMemoryAsTheyAreTouched() {
    LocalMemory m = new LocalMemory("scratchpad", 0, 1 << 30, null, null);
    assertThat(m.bytes()).hasSize(1 << 16);
    m.bytes()[5] = 7;
    m.checkRange("a", 0, (1 << 16) + 1);
    assertThat(m.bytes()).hasSize(1 << 17);
    assertThat(m.bytes()[5]).isEqualTo((byte) 7);
    assertThatThrownBy(() -> m.checkRange("a", 8, (1L << 30) + 1)).isInstanceOf(Fault.class);
  }

  @Test
  void functionsWithoutFloatMeaningAreRefused() {
    var i = op(Opcode.V_BIN, 1).set(Field.FN, BinFn.BITAND);
    Rig.operand(i, "A", A, DType.F32, 1);
    Rig.operand(i, "B", B, DType.F32, 1);
    Rig.operand(i, "DST", D, DType.F32, 1);
    assertThatThrownBy(() -> rig.run(i)).isInstanceOf(Fault.class).hasMessageContaining("floats");
  }

  @Test
  void trackingNamesTheFirstByteNeverWritten() {
    Rig tracked = new Rig(true);
    tracked.put(DType.F32, A, 1, 2);
    var i = op(Opcode.V_UN, 3).set(Field.FN, UnFn.NEG);
    Rig.operand(i, "A", A, DType.F32, 1);
    Rig.operand(i, "DST", D, DType.F32, 1);
    assertThatThrownBy(() -> tracked.run(i))
        .hasMessageContaining("operand a reads scratchpad byte 0x8");
    tracked.put(DType.F32, A, 1, 2, 3);
    tracked.run(i);
    Rig.operand(i, "A", D, DType.F32, 1);
    tracked.run(i);
    assertThat(tracked.get(DType.F32, D, 3)).containsExactly(1, 2, 3);
  }
}
