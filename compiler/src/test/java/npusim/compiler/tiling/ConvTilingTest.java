package npusim.compiler.tiling;

import static org.assertj.core.api.Assertions.assertThat;

import npusim.compiler.codegen.Axis;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConvTilingTest {

  @Test
  void severalSmallImagesFillTheArraysWhileWeightsStay() {
    Hardware hw = HardwareLoader.load("tpu-v3");
    ConvTiles t = ConvTiling.search(hw, square(hw, DType.BF16, 64, 7, 512, 3, 256));
    // A block of weights loads behind the rows of the one before.
    assertThat(t.rows()).isGreaterThanOrEqualTo(hw.core().matrix().preloadCycles());
    assertThat(t.images()).isGreaterThan(1);
    assertThat(t.ocOuter()).isTrue();
  }

  @Test
  void weightsOfOneImageAreFetchedInLongPieces() {
    Hardware hw = HardwareLoader.load("warboy");
    ConvTiles t = ConvTiling.search(hw, square(hw, DType.I8, 1, 7, 512, 3, 64));
    assertThat(t.po()).as("cores share the weights").isEqualTo(2);
    assertThat(t.oc()).as("one block of columns").isEqualTo(64);
    assertThat(t.ic() * 9 * 64).as("bytes of a piece").isGreaterThanOrEqualTo(32 << 10);
  }

  @ParameterizedTest
  @ValueSource(longs = {12_000, 20_000, 30_000, 48_000, 100_000, 300_000})
  void tilesFitTheMemoryTheyAreGiven(long spm) {
    Hardware hw = HardwareLoader.load("edge");
    ConvProblem p = square(hw, DType.F32, 2, 30, 48, 5, 16, spm);
    ConvTiles t = ConvTiling.search(hw, p);
    assertThat(t.oc() % 16).isZero();
    assertThat(t.rows() * t.oc() * 8).isLessThanOrEqualTo(p.acc());
    long x = t.images() * p.halos()[0].span(t.spatial()[0]) * p.halos()[1].span(t.spatial()[1]);
    long rings = 2 * 4 * (x * t.ic() + t.oc() * t.ic() * 25 + t.rows() * t.oc());
    assertThat(rings).isBetween(spm / 4, spm);
  }

  @Test
  void equalProblemsHaveEqualKeys() {
    Hardware hw = HardwareLoader.load("edge");
    Object one = square(hw, DType.I8, 1, 14, 32, 3, 32).key();
    assertThat(one).isEqualTo(square(hw, DType.I8, 1, 14, 32, 3, 32).key());
    assertThat(one).isNotEqualTo(square(hw, DType.I8, 1, 15, 32, 3, 32).key());
    assertThat(one).isNotEqualTo(square(hw, DType.I8, 1, 14, 32, 5, 32).key());
  }

  @Test
  void nothingFitsInNothing() {
    Hardware hw = HardwareLoader.load("tiny");
    // A window of so many taps takes more than the scratchpad even for one channel.
    assertThat(ConvTiling.search(hw, square(hw, DType.F32, 1, 999, 4, 999, 0))).isNull();
  }

  /** As many channels out as in, padded to keep the size. */
  private static ConvProblem square(
      Hardware hw, DType type, long batch, long size, long channels, long kernel, long block) {
    long spm = hw.core().scratchpad().bytes() / 2;
    return square(hw, type, batch, size, channels, kernel, block, spm);
  }

  private static ConvProblem square(
      Hardware hw,
      DType type,
      long batch,
      long size,
      long channels,
      long kernel,
      long block,
      long spm) {
    var halo = new Axis.Halo(1, kernel, kernel / 2, size);
    return new ConvProblem(
        batch,
        1,
        new long[] {size, size},
        new Axis.Halo[] {halo, halo},
        channels,
        channels,
        new long[] {kernel, kernel},
        type,
        type,
        false,
        false,
        true,
        type.bits(),
        false,
        0,
        0,
        1,
        block,
        hw.chip().cores() > 1,
        false,
        spm,
        hw.core().accumulator().bytes(),
        hw.chip().cores(),
        false);
  }
}
