package npusim.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import npusim.isa.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatrixUnitTest {

  /** Natively i8, i16 and bf16; f32 takes 2×2 products of 16 bits, i32 as many of the slowest. */
  @ParameterizedTest
  @CsvSource({
    "I8, 4",
    "U8, 4",
    "I4, 4",
    "I16, 2",
    "U16, 2",
    "BF16, 1",
    "F16, 1",
    "F8E4M3FN, 1",
    "F32, 0.25",
    "I32, 0.25",
    "F64, 0.0625"
  })
  void typesWithoutAPathOfTheirOwnTakeThatOfOthers(DType type, double rate) {
    MatrixUnit unit =
        HardwareLoader.load(
                "tiny",
                List.of(
                    "core.matrix.throughput=null",
                    "core.matrix.throughput={i8: 4, i16: 2, bf16: 1}",
                    "native_type=bf16"))
            .core()
            .matrix();
    assertThat(unit.rate(type)).isEqualTo(rate);
  }
}
