package npusim.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process ends with whose output is not taken. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class StandardOutputTest {

  private static ProcessBuilder npusim(String argument) {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return new ProcessBuilder(
        List.of(
            java.toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            argument));
  }

  private static String complaint(Process process) throws IOException {
    return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "passes"})
  void whatCantBeWrittenIsAnError(String argument) throws Exception {
    File full = new File("/dev/full");
    assumeThat(full).as("a device that is always full").exists();
    Process process = npusim(argument).redirectOutput(full).start();
    assertThat(complaint(process))
        .startsWith("error: standard output: ")
        .endsWith(" [file]\n")
        .hasLineCount(1);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "passes"})
  void aReaderThatHasSeenEnoughIsNone(String argument) throws Exception {
    var builder = npusim(argument);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    process.getInputStream().close();
    assertThat(complaint(process)).isEmpty();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }
}
