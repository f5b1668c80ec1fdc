package npusim.compiler.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.RedFn;
import npusim.isa.UnFn;
import org.junit.jupiter.api.Test;

class RegionTest {
  /** A value per row costs a tile of results next to nothing; results that stay as they are one. */
  @Test
  void countsTheStepsOverWholeTiles() {
    var r = new Region();
    int x = r.input(DType.F32);
    assertThat(r.tileSteps()).isEqualTo(1);
    int e = r.un(UnFn.EXP, DType.F32, x);
    int sum = r.reduce(RedFn.SUM, DType.F32, e);
    int inverse = r.un(UnFn.RECIP, DType.F32, sum);
    r.bin(BinFn.MUL, DType.F32, e, inverse);
    assertThat(r.size()).isEqualTo(4);
    assertThat(r.tileSteps()).isEqualTo(2);
  }
}
