package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import npusim.hardware.Hardware;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import org.junit.jupiter.api.Test;

/** Output-stationary arrays whose rows are places of a convolution's result. */
class PlacesTest {
  private static final int ROWS = 16;

  /** Four slices of 16 places by 4 channels with ports that never hold them up. */
  private static Hardware slices(String... more) {
    String[] sets = {
      "core.matrix.dataflow=os",
      "core.matrix.arrays=4",
      "core.matrix.rows=" + ROWS,
      "core.matrix.cols=4",
      "core.matrix.preload_rows_per_cycle=16",
      "core.scratchpad.banks=1024",
      "core.accumulator.banks=1024"
    };
    String[] all = java.util.Arrays.copyOf(sets, sets.length + more.length);
    System.arraycopy(more, 0, all, sets.length, more.length);
    return TestHardware.small(all);
  }

  /** A convolution of {@code height × width} places, {@code taps} wide, channels last. */
  private static Instruction.Builder convolution(
      long height, long width, long taps, long channels, long columns) {
    return Instruction.builder(Opcode.M_GEMM)
        .set(Field.M1, height)
        .set(Field.M2, width)
        .set(Field.K1, taps)
        .set(Field.K2, channels)
        .set(Field.N, columns)
        .set(Field.A_T, DType.I8)
        .set(Field.A_SM1, 100 * channels)
        .set(Field.A_SM2, channels)
        .set(Field.A_SK1, channels)
        .set(Field.W_T, DType.I8)
        .set(Field.W_SK1, channels * columns)
        .set(Field.W_SK2, columns)
        .set(Field.ACC_T, DType.I32);
  }

  private static long stream(Hardware hw, Instruction.Builder gemm) {
    var costs = new Costs();
    int row = new CostModel(hw, costs).cost(gemm.build(), new long[32]);
    return costs.rows[row + Costs.STREAM];
  }

  @Test
  void shortRowsOfPlacesLeaveTheirBlocksPartlyIdle() {
    // 8 rows of 6 places, 16 columns: 3 blocks of 16 rows, or 8 of 6, by 4 of columns on 4 arrays.
    assertThat(stream(slices(), convolution(8, 6, 1, 64, 16))).isEqualTo(3 * 64);
    assertThat(stream(slices("core.matrix.rows_along_width=true"), convolution(8, 6, 1, 64, 16)))
        .isEqualTo(8 * 64);
  }

  @Test
  void oneRowOfPlacesIsAProductLikeAnyOther() {
    Hardware hw = slices("core.matrix.rows_along_width=true");
    assertThat(stream(hw, convolution(1, 48, 1, 64, 16))).isEqualTo(3 * 64);
  }

  @Test
  void newActivationsComeAtTheRateOfTheirNetwork() {
    // One block of 16 places and 16 columns: a byte for each place in every step.
    Hardware hw = slices("core.matrix.fetch_bytes_per_cycle=4");
    assertThat(stream(hw, convolution(1, ROWS, 1, 64, 16))).isEqualTo(4 * 64);
    assertThat(
            stream(slices("core.matrix.fetch_bytes_per_cycle=16"), convolution(1, ROWS, 1, 64, 16)))
        .isEqualTo(64);
  }

  @Test
  void windowsThatOverlapFetchOnceWhatTheyShare() {
    // 16 places of three taps see 18 of 48 elements per channel.
    Hardware hw = slices("core.matrix.fetch_bytes_per_cycle=4");
    assertThat(stream(hw, convolution(1, ROWS, 3, 64, 16))).isEqualTo(18 * 64 / 4);
  }

  @Test
  void aColumnWithActivationsOfItsOwnTakesABlock() {
    var gemm = convolution(1, ROWS, 9, 1, 16).set(Field.COLUMNWISE, 1).set(Field.A_SM2, 16);
    // 16 blocks of 9 steps on 4 arrays, of which one column in four does something.
    assertThat(stream(slices(), gemm)).isEqualTo(4 * 9);
    var costs = new Costs();
    int row = new CostModel(slices(), costs).cost(gemm.build(), new long[32]);
    assertThat(costs.rows[row + Costs.MACS]).isEqualTo(16 * 9 * 16);
    assertThat(costs.rows[row + Costs.PADDED]).isEqualTo(3 * 16 * 9 * 16);
    assertThat(costs.rows[row + Costs.SPM_READ]).isGreaterThanOrEqualTo(16 * 9 * 16);
  }
}
