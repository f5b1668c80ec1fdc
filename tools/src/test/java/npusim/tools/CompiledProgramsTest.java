package npusim.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the compiler makes of whole workloads is proved sound: layers that repeat, several cores,
 * both matrix dataflows.
 */
class CompiledProgramsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"resnet50, warboy", "'gemm:512,384,256', rngd", "bert-large, rngd"})
  void workloadsAreProved(String workload, String chip) {
    Path program = folder.resolve("p.npu");
    run(0, "compile", workload, "--hw", chip, "-o", program.toString());
    assertThat(run(0, "verify", program.toString(), "--hw", chip)).contains("sound on " + chip);
  }

  private static String run(int expected, String... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
    assertThat(code).as("%s%n%s", out, err).isEqualTo(expected);
    return out.toString();
  }
}
