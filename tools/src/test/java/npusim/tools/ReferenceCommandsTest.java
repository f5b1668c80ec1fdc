package npusim.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import npusim.hardware.HardwareCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lists and references, and help for every command. */
class ReferenceCommandsTest {
  @Test
  void everyCommandHasHelp() {
    for (String name : Main.commandLine().getSubcommands().keySet()) {
      CommandRun help = CommandRun.of(name, "--help");
      assertThat(help.exitCode()).as(name).isZero();
      assertThat(help.out()).as(name).startsWith("Usage: npusim " + name);
      assertThat(CommandRun.of("--help").out()).contains("  " + name + " ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"chips", "models", "passes", "ops", "isa", "completion"})
  void listsEndWell(String name) {
    CommandRun run = CommandRun.of(name);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines().count()).isGreaterThan(10);
  }

  @Test
  void chipsShowsOne() {
    CommandRun one = CommandRun.of("chips", "rngd");
    assertThat(one.exitCode()).as(one.err()).isZero();
    assertThat(one.out()).isEqualTo(CommandRun.of("config", "show", "rngd").out());
    CommandRun wrong = CommandRun.of("chips", "rngb");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err()).contains("did you mean \"rngd\"?");
  }

  @Test
  void isaExplainsAnInstruction() {
    assertThat(CommandRun.of("isa", "m.gemm").out()).contains("Matrix product", "fields");
    CommandRun wrong = CommandRun.of("isa", "m.gem");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err()).contains("did you mean \"m.gemm\"?");
  }

  @Test
  void opsSayHowOneIsExecuted() {
    assertThat(CommandRun.of("ops", "QLinearConv").out()).contains("decomposed", "1 operators");
  }

  @Test
  void modelsPrintsAWorkloadThatRunsAsAFile(@TempDir Path folder) throws Exception {
    CommandRun printed = CommandRun.of("models", "ResNet18");
    assertThat(printed.exitCode()).as(printed.err()).isZero();
    Path mine = folder.resolve("mine.yaml");
    Files.writeString(mine, printed.out().replace("image: 224", "image: 32"));
    CommandRun file = CommandRun.of("run", mine + ":depths=[1,1,1,1]", "--hw", "edge");
    CommandRun named = CommandRun.of("run", "resnet18:image=32,depths=[1,1,1,1]", "--hw", "edge");
    assertThat(file.exitCode()).as(file.err()).isZero();
    String latency = "latency";
    assertThat(line(file, latency)).isEqualTo(line(named, latency));
    CommandRun missing = CommandRun.of("run", folder.resolve("no.yaml"), "--hw", "edge");
    assertThat(missing.exitCode()).isEqualTo(2);
    assertThat(missing.err()).contains("no.yaml: error: no such file");
    assertThat(CommandRun.of("models", "resnet19").err()).contains("did you mean \"resnet18\"?");
  }

  private static String line(CommandRun run, String start) {
    return run.out().lines().filter(l -> l.startsWith(start)).findFirst().orElseThrow();
  }

  @Test
  void configShowsSchemaAndParametersAndChecksFiles(@TempDir Path folder) throws Exception {
    assertThat(CommandRun.of("config", "schema").out()).contains("\"$schema\"");
    assertThat(CommandRun.of("config", "show", "rngd", "core.matrix").out())
        .contains("core.matrix.rows")
        .doesNotContain("dram.");
    Path chip = folder.resolve("mine.yaml");
    Files.writeString(chip, "extends: edge\ntitle: Mine\n");
    assertThat(CommandRun.of("config", "check", chip).out()).contains("Mine · fingerprint");
    for (String name : HardwareCatalog.chips()) {
      CommandRun check = CommandRun.of("config", "check", name);
      assertThat(check.exitCode()).as(name).isZero();
      assertThat(check.out()).as(name).doesNotContain("not as published");
    }
    Files.writeString(chip, "extends: warboy\ntitle: Mine\ncore: {matrix: {arrays: 32}}\n");
    assertThat(CommandRun.of("config", "check", chip).out())
        .contains("not as published: i8 peak: description gives 32.8 TOPS, published are 64.0");
  }

  @Test
  void dramMeasuresStreams(@TempDir Path folder) {
    Path json = folder.resolve("d.json");
    CommandRun run =
        CommandRun.of(
            "dram",
            "--preset",
            "DDR4-2400",
            "--stream",
            "seq_read,rand_read",
            "--requests",
            5000,
            "--json",
            json);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("peak 19.2 GB/s", "seq_read", "rand_read");
    assertThat(json).content().contains("\"format\" : \"npusim-dram/1\"", "\"gb_per_s\"");
    CommandRun two =
        CommandRun.of(
            "dram", "--preset", "DDR4-2400", "--set", "dram.channels=2", "--requests", 99);
    assertThat(two.out()).contains("peak 38.4 GB/s");
  }

  @ParameterizedTest
  @ValueSource(strings = {"n=3 c=1", "n=3 c=true", "n=3 c=false"})
  void boundIntegersTakeTheTypeAndTheRankThatInputsHave(String bindings, @TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("m.onnxtxt");
    Files.writeString(
        file,
        """
        <ir_version: 8, opset_import: ["" : 17]>
        m (int32[1] n, bool c, float[2] x) => (float[M] y) {
          a = If<then_branch = t () => (float[2] p) { p = Relu(x) },
                 else_branch = e () => (float[2] q) { q = Neg(x) }>(c)
          y = Tile(a, k)
          k = Cast<to = 7>(n)
        }
        """);
    var words = new ArrayList<Object>(List.of("run", file, "--hw", "edge"));
    for (String b : bindings.split(" ", -1)) {
      words.add("--bind");
      words.add(b);
    }
    CommandRun run = CommandRun.of(words.toArray());
    assertThat(run.exitCode()).as(run.err()).isZero();
    words.set(5, "n=3000000000");
    assertThat(CommandRun.of(words.toArray()).err())
        .contains("declared int32[1] but given int64[]");
  }

  @Test
  void dramTakesSizesAndRefusesWhatItDoesNotModel(@TempDir Path folder) {
    Path json = folder.resolve("d.json");
    CommandRun run = dram("--stream", "seq_write", "--window", "64KiB", "--json", json);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(json).content().contains("65536").doesNotContain("latency");
    CommandRun perBank = dram("--set", "dram.refresh_per_bank=true");
    assertThat(perBank.exitCode()).isEqualTo(3);
    assertThat(perBank.err()).contains("refresh all banks at once only");
    CommandRun closed = dram("--set", "dram.controller.row_policy=closed");
    assertThat(closed.exitCode()).isEqualTo(3);
    assertThat(closed.err()).contains("leave rows open only");
  }

  private static CommandRun dram(Object... more) {
    var words = new ArrayList<Object>(List.of("dram", "--preset", "DDR4-2400", "--requests", 500));
    words.addAll(List.of(more));
    return CommandRun.of(words.toArray());
  }

  @Test
  void dramTakesAStandardWithoutItsSpeedAndTheSchedulerThatGoesWithTheMapping() {
    CommandRun run =
        CommandRun.of(
            "dram",
            "--preset",
            "hbm2e",
            "--channels",
            2,
            "--mapping",
            "MOP4CLXOR",
            "--no-refresh",
            "--stream",
            "seq_read",
            "--stream",
            "chase_read",
            "--requests",
            1000,
            "--window",
            1 << 20);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("HBM2E-3600 · 2 channels · MOP4CLXOR · frfcfs_rowhit · refresh off");
  }

  @Test
  void completionKnowsTheCommands() {
    assertThat(CommandRun.of("completion").out()).contains("simulate", "onnx-test");
  }

  @Test
  void anOperatorThatIsNoneIsAnError() {
    CommandRun run = CommandRun.of("ops", "Cnv");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("no operator's name contains \"Cnv\"", "\"Conv\"?");
  }

  @Test
  void aKernelIsDescribedToo() {
    assertThat(CommandRun.of("models", "gemm").out()).startsWith("gemm:M,N,K ");
    assertThat(CommandRun.of("models", "gem").exitCode()).isEqualTo(2);
  }
}
