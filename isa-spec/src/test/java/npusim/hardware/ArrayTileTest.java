package npusim.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ArrayTileTest {
  private final Dram.ArrayTile tile = new Dram.ArrayTile(32, 32);

  @Test
  void rowsOfATileMoveTogether() {
    assertThat(tile.together(64, 64)).isEqualTo(32);
    assertThat(tile.together(16, 64)).isEqualTo(16);
    assertThat(tile.together(197, 32)).as("with rows left over").isEqualTo(32);
    assertThat(tile.together(64, 48)).as("torn rows").isEqualTo(1);
  }

  /** Whole tiles at a distance are pages beside others: what lies between isn't wanted. */
  @Test
  void wholeTilesArePiecesByThemselves() {
    assertThat(tile.together(8, 32 * 32)).isEqualTo(1);
    assertThat(tile.together(8, 4096)).isEqualTo(1);
  }
}
