package npusim.isa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Conversions held against a search over every value of the small formats. */
class NumericTest {
  private interface Decode {
    float of(int bits);
  }

  private static float[] values(int bits, Decode d) {
    float[] out = new float[1 << bits];
    for (int i = 0; i < out.length; i++) {
      out[i] = d.of(i);
    }
    return out;
  }

  /**
   * Nearest finite value, ties to the one with an even code; the magnitudes are in the order of
   * their codes.
   */
  private static int nearest(float[] values, float x) {
    int sign = Float.floatToRawIntBits(x) < 0 ? values.length / 2 : 0;
    int best = -1;
    double distance = Double.POSITIVE_INFINITY;
    for (int i = sign; i < sign + values.length / 2; i++) {
      if (Float.isFinite(values[i])) {
        double d = Math.abs((double) values[i] - x);
        if (d < distance || (d == distance && (i & 1) == 0)) {
          best = i;
          distance = d;
        }
      }
    }
    return best;
  }

  @Test
  void f8E4M3FNRoundsToNearestEven() {
    float[] all = values(8, i -> Numeric.f8E4M3FNToFloat((byte) i));
    checkSaturating(all, 448, x -> Numeric.floatToF8E4M3FN(x, true) & 0xff);
    assertThat(all[0x7e]).isEqualTo(448);
    assertThat(all[0x7f]).isNaN();
    assertThat(all[1]).isEqualTo(0x1p-9f);
  }

  @Test
  void f8E5M2RoundsToNearestEven() {
    float[] all = values(8, i -> Numeric.f8E5M2ToFloat((byte) i));
    checkSaturating(all, 57344, x -> Numeric.floatToF8E5M2(x, true) & 0xff);
    assertThat(all[0x7b]).isEqualTo(57344);
    assertThat(all[0x7c]).isInfinite();
    assertThat(all[1]).isEqualTo(0x1p-16f);
  }

  private interface Encode {
    int of(float x);
  }

  private static void checkSaturating(float[] all, float max, Encode encode) {
    Random r = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      float x = (float) (r.nextGaussian() * Math.pow(2, r.nextInt(40) - 22));
      float clamped = Math.max(-max, Math.min(max, x));
      assertThat(encode.of(x)).as("%s", x).isEqualTo(nearest(all, clamped));
    }
    for (int i = 0; i < all.length; i++) {
      if (Float.isFinite(all[i])) {
        assertThat(encode.of(all[i])).as("exact %s", all[i]).isEqualTo(i);
        // The midpoint to the next value goes to the even one.
        int next = i + 1;
        if ((i & 0x7f) != 0x7f && Float.isFinite(all[next])) {
          float middle = (all[i] + all[next]) / 2;
          assertThat(encode.of(middle)).as("tie %s", middle).isEqualTo((i & 1) == 0 ? i : next);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1e9, true, 0x7e, 0x7b",
    "1e9, false, 0x7f, 0x7c",
    "Infinity, true, 0x7e, 0x7b",
    "Infinity, false, 0x7f, 0x7c",
    "-Infinity, true, 0xfe, 0xfb",
    "-Infinity, false, 0xff, 0xfc",
    "NaN, true, 0x7f, 0x7f",
    "0, true, 0x00, 0x00",
    "-0.0, true, 0x80, 0x80",
    "464, false, 0x7e, 0x5f"
  })
  void f8SpecialValuesFollowTheTablesOfCast(float x, boolean saturate, String e4m3, String e5m2) {
    assertThat(Numeric.floatToF8E4M3FN(x, saturate) & 0xff).isEqualTo(Integer.decode(e4m3));
    assertThat(Numeric.floatToF8E5M2(x, saturate) & 0xff).isEqualTo(Integer.decode(e5m2));
  }

  @Test
  void bf16RoundsToNearestEvenAndKeepsNaN() {
    assertThat(Numeric.floatToBf16(1.00390625f)).isEqualTo((short) 0x3f80);
    assertThat(Numeric.floatToBf16(1.01171875f)).isEqualTo((short) 0x3f82);
    assertThat(Numeric.bf16ToFloat(Numeric.floatToBf16(Float.NaN))).isNaN();
    assertThat(Numeric.bf16ToFloat(Numeric.floatToBf16(Float.intBitsToFloat(0x7f800001)))).isNaN();
    assertThat(Numeric.bf16ToFloat(Numeric.floatToBf16(Float.MAX_VALUE))).isInfinite();
    assertThat(Numeric.bf16ToFloat(Numeric.floatToBf16(Float.MIN_VALUE))).isZero();
    for (int i = 0; i < 1 << 16; i++) {
      float v = Numeric.bf16ToFloat((short) i);
      if (!Float.isNaN(v)) {
        assertThat(Numeric.floatToBf16(v) & 0xffff).isEqualTo(i);
      }
    }
  }

  @Test
  void doubleToSmallTypesRoundsOnce() {
    // Just above the midpoint of two binary16 values, but equal to it after rounding to binary32.
    double x = 1 + 0x1p-11 + 0x1p-40;
    assertThat(Numeric.f16ToFloat(Numeric.doubleToF16(x))).isEqualTo(1 + 0x1p-10f);
    assertThat(Numeric.f16ToFloat(Float.floatToFloat16((float) x))).isEqualTo(1f);
    double y = 1 + 0x1p-8 + 0x1p-40;
    assertThat(Numeric.bf16ToFloat(Numeric.doubleToBf16(y))).isEqualTo(1 + 0x1p-7f);
    assertThat(Numeric.f16ToFloat(Numeric.doubleToF16(-x))).isEqualTo(-1 - 0x1p-10f);
    assertThat(Numeric.f16ToFloat(Numeric.doubleToF16(1e300))).isInfinite();
  }

  @Test
  void integersSaturateAndWrap() {
    assertThat(Numeric.saturate(DType.I8, 200L)).isEqualTo(127);
    assertThat(Numeric.saturate(DType.I8, -200L)).isEqualTo(-128);
    assertThat(Numeric.saturate(DType.U4, -1L)).isZero();
    assertThat(Numeric.saturate(DType.I4, 9.0)).isEqualTo(7);
    assertThat(Numeric.saturate(DType.U64, 1e19))
        .isEqualTo(Long.parseUnsignedLong("10000000000000000000"));
    assertThat(Numeric.saturate(DType.I32, Double.NaN)).isZero();
    assertThat(Numeric.wrap(DType.I8, 200)).isEqualTo(-56);
    assertThat(Numeric.wrap(DType.U8, -1)).isEqualTo(255);
    assertThat(Numeric.wrap(DType.I4, 9)).isEqualTo(-7);
    assertThat(Numeric.wrap(DType.U4, 17)).isEqualTo(1);
    assertThat(Numeric.wrap(DType.BOOL, 7)).isEqualTo(1);
    assertThat(Numeric.u64ToDouble(-1)).isEqualTo(0x1p64);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void everyTypeIsFoundByItsNamesAndCode(DType t) {
    assertThat(DType.ofName(t.shortName())).contains(t);
    assertThat(DType.ofName(t.onnxName())).contains(t);
    assertThat(DType.ofOnnx(t.onnxCode())).contains(t);
  }

  @Test
  void packedTypesTakeWholeBytes() {
    assertThat(DType.I4.bytesFor(3)).isEqualTo(2);
    assertThat(DType.U2.bytesFor(5)).isEqualTo(2);
    assertThat(DType.BF16.bytesFor(3)).isEqualTo(6);
    assertThat(DType.ofName("fp8")).contains(DType.F8E4M3FN);
    assertThat(DType.ofName("nothing")).isEmpty();
    assertThat(DType.ofOnnx(99)).isEmpty();
  }
}
