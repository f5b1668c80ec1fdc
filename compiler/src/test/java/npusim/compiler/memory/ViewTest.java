package npusim.compiler.memory;

import static org.assertj.core.api.Assertions.assertThat;

import npusim.isa.DType;
import npusim.program.Buffer;
import org.junit.jupiter.api.Test;

class ViewTest {
  private static View tensor(long... dims) {
    return View.of(new Storage("t", Buffer.Kind.ACTIVATION, DType.F32, dims), dims);
  }

  @Test
  void reshapingAReversedAxisKeepsItReversed() {
    View reversed = tensor(3, 1, 2).slice(0, 2, 3, -1);
    View v = reversed.reshape(3, 2);
    assertThat(v.offset()).isEqualTo(4);
    assertThat(v.strides()).containsExactly(-2, 1);
  }

  @Test
  void reshapingAcrossAReversedAxisIsNoView() {
    assertThat(tensor(3, 4).slice(0, 2, 3, -1).reshape(12)).isNull();
  }

  @Test
  void splittingAnAxisKeepsItsStride() {
    View columns = tensor(4, 6).transpose(1, 0);
    assertThat(columns.reshape(2, 3, 4).strides()).containsExactly(3, 1, 6);
  }
}
