package npusim.sim.functional.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.Stream;
import npusim.isa.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LanesTest {
  static Stream<DType> types() {
    return Stream.of(DType.values()).filter(DType::supported);
  }

  @ParameterizedTest
  @MethodSource("types")
  void everyStoredValueSurvivesReadingAndWriting(DType type) {
    Lanes lanes = Lanes.of(type);
    byte[] mem = new byte[1 << 12];
    new Random(7).nextBytes(mem);
    int n = (int) (mem.length * 8L / type.bits());
    if (type == DType.BOOL) {
      for (int i = 0; i < mem.length; i++) {
        mem[i] &= 1;
      }
    }
    double[] d = new double[n];
    lanes.loadDoubles(mem, 0, 0, 1, d, n);
    byte[] copy = new byte[mem.length];
    lanes.storeDoubles(copy, 0, 0, 1, d, n);
    double[] again = new double[n];
    lanes.loadDoubles(copy, 0, 0, 1, again, n);
    assertThat(again).isEqualTo(d);
    if (!type.isFloat() && type.bits() < 64) {
      assertThat(copy).isEqualTo(mem);
    }
    long[] l = new long[n];
    if (!type.isFloat()) {
      lanes.loadLongs(mem, 0, 0, 1, l, n);
      byte[] exact = new byte[mem.length];
      lanes.storeLongs(exact, 0, 0, 1, l, n);
      assertThat(exact).isEqualTo(mem);
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void stridesMoveOnlyTheNamedElements(DType type) {
    Lanes lanes = Lanes.of(type);
    byte[] mem = new byte[256];
    double[] in = {1, 0, 1, 1, 0};
    lanes.storeDoubles(mem, 64, 5, 3, in, 5);
    double[] all = new double[20];
    lanes.loadDoubles(mem, 64, 0, 1, all, 20);
    double[] expected = new double[20];
    for (int i = 0; i < 5; i++) {
      expected[5 + 3 * i] = in[i];
    }
    assertThat(all).isEqualTo(expected);

    double[] backwards = new double[5];
    lanes.loadDoubles(mem, 64, 17, -3, backwards, 5);
    assertThat(backwards).containsExactly(0, 1, 1, 0, 1);
    double[] repeated = new double[4];
    lanes.loadDoubles(mem, 64, 5, 0, repeated, 4);
    assertThat(repeated).containsExactly(1, 1, 1, 1);
    long[] longs = new long[5];
    lanes.loadLongs(mem, 64, 5, 3, longs, 5);
    assertThat(longs).containsExactly(1, 0, 1, 1, 0);
    float[] floats = new float[7];
    lanes.loadFloats(mem, 64, 5, 3, floats, 1, 5);
    assertThat(floats).containsExactly(0, 1, 0, 1, 1, 0, 0);
    int[] ints = new int[7];
    lanes.loadInts(mem, 64, 17, -3, ints, 2, 5);
    assertThat(ints).containsExactly(0, 0, 0, 1, 1, 0, 1);
    lanes.storeFloats(mem, 64, 1, 2, new float[] {9, 1, 0, 1}, 1, 3);
    lanes.storeInts(mem, 64, 2, 2, new int[] {9, 0, 1}, 1, 2);
    lanes.loadDoubles(mem, 64, 1, 1, all, 5);
    assertThat(java.util.Arrays.copyOf(all, 5)).containsExactly(1, 0, 0, 1, 1);
  }

  @Test
  void integersKeepTheLowBitsAndTruncateFloats() {
    byte[] mem = new byte[64];
    long[] out = new long[4];
    Lanes.of(DType.I8).storeDoubles(mem, 0, 0, 1, new double[] {300.9, -1.9, Double.NaN, 127}, 4);
    Lanes.of(DType.I8).loadLongs(mem, 0, 0, 1, out, 4);
    assertThat(out).containsExactly(44, -1, 0, 127);
    Lanes.of(DType.U4).storeLongs(mem, 0, 1, 1, new long[] {17, -1, 5, 16}, 4);
    Lanes.of(DType.U4).loadLongs(mem, 0, 1, 1, out, 4);
    assertThat(out).containsExactly(1, 15, 5, 0);
    Lanes.of(DType.I4).loadLongs(mem, 0, 1, 1, out, 4);
    assertThat(out).containsExactly(1, -1, 5, 0);
    Lanes.of(DType.U64).storeDoubles(mem, 0, 0, 1, new double[] {0x1p63, -1, 0x1p70, 2.5}, 4);
    Lanes.of(DType.U64).loadLongs(mem, 0, 0, 1, out, 4);
    assertThat(out).containsExactly(Long.MIN_VALUE, -1, -1, 2);
    double[] d = new double[2];
    Lanes.of(DType.U64).loadDoubles(mem, 0, 0, 1, d, 2);
    assertThat(d).containsExactly(0x1p63, 0x1p64);
    Lanes.of(DType.BOOL).storeDoubles(mem, 0, 0, 1, new double[] {0.25, Double.NaN, -0.0, 256}, 4);
    Lanes.of(DType.BOOL).loadLongs(mem, 0, 0, 1, out, 4);
    assertThat(out).containsExactly(1, 1, 0, 1);
  }

  @Test
  void narrowFloatsRoundOnceToNearestEven() {
    byte[] mem = new byte[16];
    double[] d = new double[4];
    // Just above the middle between two binary16 numbers: through binary32 it would become the
    // middle itself.
    Lanes.of(DType.F16)
        .storeDoubles(
            mem, 0, 0, 1, new double[] {1 + 0x1p-11 + 0x1p-40, 1 + 0x1p-11, 65520, 1e-9}, 4);
    Lanes.of(DType.F16).loadDoubles(mem, 0, 0, 1, d, 4);
    assertThat(d).containsExactly(1 + 0x1p-10, 1, Double.POSITIVE_INFINITY, 0);
    Lanes.of(DType.BF16)
        .storeDoubles(mem, 0, 0, 1, new double[] {1 + 0x1p-8, 1 + 3 * 0x1p-8, -0.0, 3.4e38}, 4);
    Lanes.of(DType.BF16).loadDoubles(mem, 0, 0, 1, d, 4);
    assertThat(d).containsExactly(1, 1 + 0x1p-6, -0.0, Double.POSITIVE_INFINITY);
    Lanes.of(DType.F8E4M3FN).storeDoubles(mem, 0, 0, 1, new double[] {464, 465, 0.0625, -3.3}, 4);
    Lanes.of(DType.F8E4M3FN).loadDoubles(mem, 0, 0, 1, d, 4);
    assertThat(d).containsExactly(448, Double.NaN, 0.0625, -3.25);
  }

  @Test
  void typesNobodyComputesOnAreRefused() {
    assertThatThrownBy(() -> Lanes.of(DType.STRING)).hasMessageContaining("string");
  }
}
