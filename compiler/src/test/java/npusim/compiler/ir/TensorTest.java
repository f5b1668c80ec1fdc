package npusim.compiler.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import npusim.isa.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {
  @ParameterizedTest
  @EnumSource(DType.class)
  void storesSmallNumbersOfEverySupportedType(DType t) {
    if (!t.supported()) {
      return;
    }
    Tensor x = Tensor.zeros(t, 3, 3);
    for (int i = 0; i < 9; i++) {
      x.setLong(i, i % 2);
    }
    for (int i = 0; i < 9; i++) {
      assertThat(x.at(i)).isEqualTo(i % 2);
      assertThat(x.longAt(i)).isEqualTo(i % 2);
    }
    assertThat(x.byteSize()).isEqualTo(t.bytesFor(9));
    Tensor copy = Tensor.of(t, new long[] {9}, x.toBytes());
    assertThat(copy.reshaped(3, 3).sameAs(x)).isTrue();
    copy.setLong(8, 1);
    assertThat(copy.reshaped(3, 3).sameAs(x)).isFalse();
  }

  @Test
  void packsFourBitsLowNibbleFirst() {
    Tensor x = Tensor.generateLongs(DType.I4, new long[] {3}, i -> i == 0 ? 1 : i == 1 ? -2 : 7);
    assertThat(x.toBytes()).containsExactly(0xe1, 0x07);
    assertThat(x.toLongs()).containsExactly(1, -2, 7);
  }

  @Test
  void littleEndianWhateverTheMachine() {
    assertThat(Tensor.ofFloats(new long[] {1}, 1.5f).toBytes()).containsExactly(0, 0, 0xc0, 0x3f);
    assertThat(Tensor.vector(258).toBytes()).containsExactly(2, 1, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void aLazyTensorIsFetchedOnce() {
    int[] calls = {0};
    Tensor x =
        Tensor.lazy(
            DType.F32,
            new long[] {2},
            () -> {
              calls[0]++;
              return Tensor.ofFloats(new long[] {2}, 3, 4).data();
            });
    assertThat(x.hasData()).isTrue();
    assertThat(calls[0]).isZero();
    assertThat(x.toFloats()).containsExactly(3, 4);
    assertThat(x.at(1)).isEqualTo(4);
    assertThat(calls[0]).isEqualTo(1);
  }

  @Test
  void aTensorWithoutValuesHasAShapeOnly() {
    Tensor x = Tensor.absent(DType.BF16, 4, 5);
    assertThat(x.hasData()).isFalse();
    assertThat(x.byteSize()).isEqualTo(40);
    assertThatThrownBy(x::data)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("bfloat16[4, 5]");
  }

  @Test
  void refusesBytesThatDoNotFit() {
    assertThatThrownBy(() -> Tensor.of(DType.F32, new long[] {2}, new byte[7]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("7 bytes");
    assertThatThrownBy(() -> Tensor.vector(1, 2).reshaped(3))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
