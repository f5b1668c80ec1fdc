package npusim.compiler.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.SharedData;
import npusim.compiler.ir.Model;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelReaderTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "onnx/models",
        "onnx/light",
        "onnx/quant",
        "onnx/simple",
        "onnx/pytorch-operator",
        "onnx/node"
      })
  void readsAndWritesReferenceModels(String relative) {
    List<Path> files = SharedData.models(relative);
    assertThat(files).isNotEmpty();
    for (Path f : files) {
      Model m = ModelReader.read(f);
      assertThat(m.graph().outputs()).as(f.toString()).isNotEmpty();
      byte[] written = ModelWriter.toBytes(m);
      Model again = ModelReader.read(written, "again");
      assertThat(ModelWriter.toBytes(again)).as(f.toString()).isEqualTo(written);
    }
  }

  @Test
  void emptyFile() throws Exception {
    Path f = Files.write(folder.resolve("empty.onnx"), new byte[0]);
    assertThatThrownBy(() -> ModelReader.read(f))
        .isInstanceOfSatisfying(
            NpusimException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("empty.onnx")
        .hasMessageContaining("byte offset 0");
  }

  @Test
  void missingFile() {
    assertThatThrownBy(() -> ModelReader.read(folder.resolve("none.onnx")))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void everyTruncationAndJunkIsRefusedWithoutACrash() {
    Path f = SharedData.folder("onnx/node/test_and2d").resolve("model.onnx");
    byte[] whole = ModelWriter.toBytes(ModelReader.read(f));
    int refused = 0;
    for (int n = 0; n < whole.length; n++) {
      refused += refuses(Arrays.copyOf(whole, n)) ? 1 : 0;
    }
    assertThat(refused).isGreaterThan(whole.length / 2);
    byte[] junk = new byte[200];
    Arrays.fill(junk, (byte) 0xff);
    assertThat(refuses(junk)).isTrue();
    assertThat(
            refuses(
                "this is a text, not a model".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .isTrue();
  }

  private static boolean refuses(byte[] bytes) {
    try {
      ModelReader.read(bytes, "m.onnx");
      return false;
    } catch (NpusimException e) {
      assertThat(e.getMessage()).contains("m.onnx");
      return true;
    }
  }
}
