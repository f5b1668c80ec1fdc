package npusim.tools.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import npusim.diag.NpusimException;
import npusim.tools.CommandRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs({OS.LINUX, OS.MAC})
class OutputFilesTest {
  @TempDir private Path folder;

  private List<String> names() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void replacesTheFileThatALinkLeadsTo() throws IOException {
    Path target = Files.writeString(folder.resolve("target.json"), "before");
    Path link = Files.createSymbolicLink(folder.resolve("link.json"), target);
    OutputFiles.write(link, "after");
    assertThat(link).isSymbolicLink();
    assertThat(target).hasContent("after");
    assertThat(names()).containsExactly("link.json", "target.json");
  }

  @Test
  void whatIsNoFileIsWrittenToAndStays() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("null"), Path.of("/dev/null"));
    OutputFiles.write(link, "gone");
    assertThat(link).isSymbolicLink();
    OutputFiles.write(Path.of("/dev/null"), "gone");
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
    assertThat(names()).containsExactly("null");
  }

  @Test
  void programsAreWrittenAlike() throws IOException {
    Path target = Files.writeString(folder.resolve("target.npu"), "before");
    Path link = Files.createSymbolicLink(folder.resolve("link.npu"), target);
    Path device = Files.createSymbolicLink(folder.resolve("null"), Path.of("/dev/null"));
    for (Path to : List.of(link, device)) {
      CommandRun run = CommandRun.of("compile", "gemm:8,8,8", "--hw", "edge", "-o", to);
      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(to).isSymbolicLink();
    }
    assertThat(target).isRegularFile();
    assertThat(Files.size(target)).isGreaterThan(100);
    assertThat(names()).containsExactly("link.npu", "null", "target.npu");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDeviceIsToldInWords() {
    assertThatThrownBy(() -> OutputFiles.write(Path.of("/dev/full"), "x"))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("/dev/full")
        .hasMessageContaining("can't be written");
  }
}
