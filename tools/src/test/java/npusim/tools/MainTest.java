package npusim.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import npusim.diag.NpusimException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(CommandLine line, String... args) {
    return line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
  }

  @Test
  void printsItsVersion() {
    assertThat(run(Main.commandLine(), "--version")).isZero();
    assertThat(out.toString().strip()).isEqualTo("npusim " + Main.VERSION);
  }

  @Test
  void versionIsTheOneMavenBuilds() throws Exception {
    String pom = Files.readString(Path.of("pom.xml"));
    assertThat(pom).contains("<version>" + Main.VERSION + "</version>");
  }

  @Test
  void registersOnlyTheCommandThatIsNamed() {
    assertThat(Main.commandLine("run", "x").getSubcommands()).containsOnlyKeys("run");
    for (String[] words : List.of(new String[0], new String[] {"--help"}, new String[] {"rum"})) {
      assertThat(Main.commandLine(words).getSubcommands().keySet())
          .containsExactlyElementsOf(Main.SUBCOMMANDS.keySet());
    }
    assertThat(run(Main.commandLine("completion"), "completion")).isZero();
    assertThat(out.toString()).contains("onnx-test", "--dtype");
  }

  @Test
  void commandsHaveTheNamesTheyAreRegisteredBy() {
    Main.SUBCOMMANDS.forEach(
        (name, type) -> assertThat(type.getAnnotation(Command.class).name()).isEqualTo(name));
  }

  @Test
  void wrongUsageEndsWith2() {
    assertThat(run(Main.commandLine(), "--no-such-option")).isEqualTo(2);
    assertThat(err.toString()).contains("--no-such-option");
  }

  @Test
  void diagnosticsArePrintedAndGiveTheExitCode() {
    var line = Main.commandLine();
    line.addSubcommand(new Failing(NpusimException.infeasible("fit", "needs 2, has 1", "shrink")));
    assertThat(run(line, "failing")).isEqualTo(3);
    assertThat(err.toString().strip()).isEqualTo("error: needs 2, has 1 [fit]\n  hint: shrink");
  }

  @Test
  void aFaultOfTheProgramEndsWith70AndWithoutAStackTrace() {
    var line = Main.commandLine();
    line.addSubcommand(new Failing(new IllegalStateException("broken")));
    assertThat(run(line, "failing")).isEqualTo(70);
    assertThat(err.toString()).contains("internal error", "broken").doesNotContain("\tat ");
  }

  @Test
  void splitsTrainingCommandLines() {
    assertThat(TrainingRun.split(new String[] {"--version", "--then", "run", "x"}))
        .isEqualTo(List.of(List.of("--version"), List.of("run", "x")));
  }

  @Command(name = "failing")
  private record Failing(RuntimeException failure) implements Runnable {
    @Override
    public void run() {
      throw failure;
    }
  }
}
