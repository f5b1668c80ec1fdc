package npusim.compiler.tiling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import org.junit.jupiter.api.Test;

class MatmulCostTest {
  private static final int BLOCK = 32;
  private static final int PAGE = 32;

  /** A product of few rows whose weights lie in blocks, if there are any, and in pages. */
  private static MatmulProblem product(DType w, long block) {
    return new MatmulProblem(
        1,
        16,
        4096,
        4096,
        DType.F16,
        w,
        true,
        false,
        false,
        16,
        32,
        0.01,
        1,
        false,
        1,
        1,
        false,
        false,
        false,
        false,
        0,
        false,
        0,
        16,
        300 << 10,
        512 << 10,
        8,
        -1,
        block,
        block > 0 ? PAGE : 0);
  }

  private static MatmulTiles tiles(long columns) {
    return new MatmulTiles(
        16,
        columns,
        128,
        true,
        1,
        1,
        8,
        MatmulTiles.ALONE,
        MatmulTiles.ALONE,
        false,
        false,
        MatmulTiling.SLOTS,
        1);
  }

  /** Rows of 32 bytes take a burst of the memory each where a page of one block is one piece. */
  @Test
  void tilesOfSeveralBlocksAreTornAtTheBlocksWidth() {
    Hardware hw = HardwareLoader.load("a100");
    MatmulCost cost = new MatmulCost(hw, product(DType.F8E4M3FN, BLOCK));
    double one = cost.rows(tiles(BLOCK), 512);
    double two = cost.rows(tiles(2 * BLOCK), 512);
    assertThat(two / one).isBetween(1.8, 2.0);
  }

  @Test
  void rowsOfWholeBurstsLieBehindOneAnother() {
    Hardware hw = HardwareLoader.load("a100");
    MatmulCost cost = new MatmulCost(hw, product(DType.F16, BLOCK));
    assertThat(cost.rows(tiles(2 * BLOCK), 512)).isLessThanOrEqualTo(cost.rows(tiles(BLOCK), 512));
  }

  /** Every row of a block is a request of its own then. */
  @Test
  void tilesOfSeveralBlocksTakeMoreRequests() {
    String large = "core.dma.load.request_bytes=2048";
    String slow = "core.dma.load.request_cycles=100";
    Hardware hw = HardwareLoader.load("a100", List.of(large, slow));
    MatmulCost cost = new MatmulCost(hw, product(DType.F16, BLOCK));
    assertThat(cost.of(tiles(2 * BLOCK), 1, 16, 512))
        .isGreaterThan(2 * cost.of(tiles(BLOCK), 1, 16, 512));
  }

  /** A tile of the array lies in one piece however wide the product's tile is. */
  @Test
  void tilesOfArraysAreNotTorn() {
    Hardware hw = HardwareLoader.load("wormhole-n150");
    MatmulCost cost = new MatmulCost(hw, product(DType.F8E4M3FN, BLOCK));
    double one = cost.rows(tiles(BLOCK), 512);
    assertThat(cost.rows(tiles(2 * BLOCK), 512) / one).isBetween(0.9, 1.1);
  }
}
