package npusim.compiler.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.text.OnnxText;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import npusim.isa.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorIoTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(DType.class)
  void protoRoundTrip(DType t) {
    if (!t.supported()) {
      return;
    }
    Tensor x = Tensor.generate(t, new long[] {2, 3}, i -> i % 2);
    Path f = folder.resolve("x.pb");
    TensorIo.write(f, "name", x);
    TensorIo.Named back = TensorIo.read(f);
    assertThat(back.name()).isEqualTo("name");
    assertThat(back.tensor().sameAs(x)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void npyRoundTripKeepsValues(DType t) {
    if (!t.supported()) {
      return;
    }
    Tensor x = Tensor.generate(t, new long[] {2, 3}, i -> i % 2);
    Path f = folder.resolve("x.npy");
    TensorIo.write(f, "", x);
    Tensor back = TensorIo.read(f).tensor();
    assertThat(back.dims()).containsExactly(2, 3);
    assertThat(back.toDoubles()).isEqualTo(x.toDoubles());
  }

  @Test
  void npyInColumnOrderAndBigEndian() {
    byte[] header =
        "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }\n"
            .getBytes(StandardCharsets.ISO_8859_1);
    byte[] file = new byte[10 + header.length + 12];
    System.arraycopy(
        new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length, 0},
        0,
        file,
        0,
        10);
    System.arraycopy(header, 0, file, 10, header.length);
    for (int i = 0; i < 6; i++) {
      file[10 + header.length + 2 * i + 1] = (byte) (i + 1);
    }
    Tensor t = NpyIo.parse(file, "x.npy");
    assertThat(t.toLongs()).containsExactly(1, 3, 5, 2, 4, 6);
  }

  @Test
  void brokenFilesNameTheOffset() throws Exception {
    Path npy = Files.writeString(folder.resolve("a.npy"), "not an array at all");
    Path pb = Files.write(folder.resolve("a.pb"), new byte[] {0x08, 0x03, 0x10, 0x01, 0x4a, 0x7f});
    Path other = Files.writeString(folder.resolve("a.txt"), "1 2 3");
    for (Path f : List.of(npy, pb, other)) {
      assertThatThrownBy(() -> TensorIo.read(f))
          .isInstanceOfSatisfying(
              NpusimException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
          .hasMessageContaining(f.toString());
    }
    assertThatThrownBy(() -> TensorIo.read(pb)).hasMessageContaining("byte offset 6");
  }

  private static Model textModel(Path file, String external) throws Exception {
    Files.writeString(
        file,
        "<ir_version: 10, opset_import: [\"\" : 18]> g (float[2] x) => (float[2] y) <float[2] w = ["
            + external
            + "]> { y = Add (x, w) }");
    return OnnxText.parse(file);
  }

  @Test
  void externalDataIsReadFromItsOffset() throws Exception {
    Files.write(folder.resolve("w.bin"), Tensor.ofFloats(new long[] {4}, 1, 2, 3, 4).toBytes());
    Model m =
        textModel(
            folder.resolve("m.onnxtxt"),
            "\"location\" : \"w.bin\", \"offset\" : 8, \"length\" : 8");
    assertThat(m.graph().initializer("w").toFloats()).containsExactly(3, 4);
  }

  @Test
  void externalDataStaysInTheFolder() {
    for (String location : List.of("../w.bin", "/etc/passwd", "a/../../w.bin")) {
      assertThatThrownBy(
              () -> textModel(folder.resolve("m.onnxtxt"), "\"location\" : \"" + location + "\""))
          .isInstanceOf(NpusimException.class)
          .hasMessageContaining("outside the model's folder");
    }
  }

  @Test
  void externalDataTooShortIsRefusedAndMissingIsShapeOnly() throws Exception {
    Files.write(folder.resolve("short.bin"), new byte[4]);
    assertThatThrownBy(() -> textModel(folder.resolve("m.onnxtxt"), "\"location\" : \"short.bin\""))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("which has 4");
    Graph g = textModel(folder.resolve("m.onnxtxt"), "\"location\" : \"none.bin\"").graph();
    assertThat(g.initializer("w").hasData()).isFalse();
    assertThat(g.initializer("w").dims()).containsExactly(2);
  }
}
