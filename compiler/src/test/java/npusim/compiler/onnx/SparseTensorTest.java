package npusim.compiler.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import npusim.compiler.ir.Tensor;
import npusim.diag.NpusimException;
import npusim.isa.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Initializers given as values and their places; field numbers as in onnx.proto. */
class SparseTensorTest {
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  /** A message under construction. */
  private static final class Proto {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Proto number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Proto bytes(int field, byte[] value) {
      varint((long) field << 3 | 2);
      varint(value.length);
      bytes.writeBytes(value);
      return this;
    }

    Proto text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Proto message(int field, Proto value) {
      return bytes(field, value.bytes.toByteArray());
    }

    private void varint(long value) {
      long left = value;
      for (; (left & ~0x7fL) != 0; left >>>= 7) {
        bytes.write((int) (left & 0x7f | 0x80));
      }
      bytes.write((int) left);
    }
  }

  private static Proto tensor(String name, int type, Tensor t) {
    var p = new Proto();
    for (long d : t.dims()) {
      p.number(1, d);
    }
    return p.number(2, type).text(8, name).bytes(9, t.toBytes());
  }

  /** The initializer of shape [3, 4] of a model that has values 5, 6, 7, … at these indices. */
  private static Tensor dense(long[] shape, long... indices) {
    int n = (int) (indices.length / (shape.length == 2 ? shape[1] : 1));
    Tensor values = Tensor.generate(DType.F32, new long[] {n}, i -> 5 + i);
    Tensor places = Tensor.generate(DType.I64, shape, i -> indices[(int) i]);
    var sparse =
        new Proto()
            .message(1, tensor("w", FLOAT, values))
            .message(2, tensor("", INT64, places))
            .number(3, 3)
            .number(3, 4);
    var node = new Proto().text(1, "w").text(2, "y").text(4, "Identity");
    var graph =
        new Proto()
            .message(1, node)
            .text(2, "g")
            .message(15, sparse)
            .message(12, new Proto().text(1, "y"));
    var model =
        new Proto()
            .number(1, 8)
            .message(7, graph)
            .message(8, new Proto().text(1, "").number(2, 17));
    return ModelReader.read(model.bytes.toByteArray(), "m.onnx").graph().initializer("w");
  }

  private static void assertFives(Tensor t) {
    assertThat(t.dims()).containsExactly(3, 4);
    for (int i = 0; i < 12; i++) {
      assertThat(t.at(i)).as("element %d", i).isEqualTo(i == 1 ? 5 : i == 7 ? 6 : i == 8 ? 7 : 0);
    }
  }

  @Test
  void placesAreCountedInRowMajorOrder() {
    assertFives(dense(new long[] {3}, 1, 7, 8));
  }

  @Test
  void placesAreCoordinates() {
    assertFives(dense(new long[] {3, 2}, 0, 1, 1, 3, 2, 0));
  }

  @ParameterizedTest
  @CsvSource({"0, 4", "3, 0", "-1, 5", "1, -1"})
  void coordinatesLieWithinTheShape(long row, long column) {
    assertThatThrownBy(() -> dense(new long[] {1, 2}, row, column))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("sparse tensor 'w' has an index outside its shape");
  }

  @ParameterizedTest
  @CsvSource({"12", "-1"})
  void placesLieWithinTheShape(long place) {
    assertThatThrownBy(() -> dense(new long[] {1}, place))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("sparse tensor 'w' has an index outside its shape");
  }
}
