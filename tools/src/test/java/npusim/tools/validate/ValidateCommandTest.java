package npusim.tools.validate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import npusim.tools.CommandRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidateCommandTest {
  private static final String TABLE =
      """
      title: products
      family: mine
      kind: array
      unit: cycles
      status: derived
      source: by hand
      defaults: {chip: gemmini-4x4, mode: ws}
      columns: [workload, measured]
      rows: [["gemm:4,4,4", %s], ["gemm:8,8,8", 40], ["gemm:8,8,16", 80]]
      """;

  @TempDir private Path folder;

  private Path table(String text) throws IOException {
    return Files.writeString(folder.resolve("t.yaml"), text);
  }

  @Test
  void showsPredictedBesideMeasuredAndWritesJson() throws IOException {
    Path json = folder.resolve("v.json");
    CommandRun run =
        CommandRun.of("validate", "--data", table(TABLE.formatted("16")), "--json", json);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("gemmini-4x4", "gemm:8,8,16 ws", "predicted", "MAPE", "1.0000");
    assertThat(json).content().contains("\"family\" : \"mine\"", "\"measured\" : 80.0");
  }

  @Test
  void failsBeyondTheErrorThatIsAllowed() throws IOException {
    Path file = table(TABLE.formatted("1600"));
    CommandRun beyond = CommandRun.of("validate", "--data", file, "--summary", "--max-mape", 1);
    assertThat(beyond.exitCode()).isEqualTo(1);
    assertThat(beyond.err()).contains("mine: mean absolute error 38.4% is beyond --max-mape 1% ");
    assertThat(beyond.out()).startsWith("family").doesNotContain("predicted");
    assertThat(CommandRun.of("validate", "--data", file, "--max-mape", 99).exitCode()).isZero();
  }

  @Test
  void aRowThatDoesNotRunFailsALimitHoweverWide() throws IOException {
    String accelerator =
        TABLE
            .formatted("16")
            .replace("kind: array", "kind: accelerator")
            .replace("mode: ws", "mode: loop_exec, tile: [4096, 4096, 4096]")
            .replace("gemm:8,8,8", "gemm:4096,4096,4096");
    CommandRun run = CommandRun.of("validate", "--data", table(accelerator), "--max-mape", 1000);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("not run");
    assertThat(run.err()).contains("mine: 1 of 3 rows not run");
    assertThat(CommandRun.of("validate", "--data", table(accelerator)).exitCode()).isEqualTo(1);
  }

  @Test
  void runsModelFilesBesideTheTable() throws IOException {
    Files.writeString(
        folder.resolve("m.onnxtxt"),
        """
        <ir_version: 8, opset_import: ["" : 17]>
        m (float[N,64] x) => (float[N,64] y)
        {
          y = Relu(x)
        }
        """);
    String model =
        """
        title: my model
        kind: model
        unit: samples/s
        status: derived
        source: by hand
        rows:
          - {chip: tiny, workload: m.onnxtxt, dim: {N: 8}, measured: 100}
          - {chip: tiny, workload: "gemm:64,64,64", tile: [16, 16, 16], measured: 100}
          - {chip: tiny, workload: "gemm:64,64,64", tile: [32, 16, 16], measured: 100}
        """;
    CommandRun run = CommandRun.of("validate", "--data", table(model));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("m.onnxtxt · N=8", "tile [16, 16, 16]")
        .doesNotContain("not run");
  }

  @Test
  void rowsAreToldApartByTheirOverrides() throws IOException {
    Path json = folder.resolve("v.json");
    String text =
        """
        title: arrays
        kind: array
        unit: cycles
        status: derived
        source: by hand
        defaults: {chip: gemmini-4x4, mode: ws, workload: "gemm:8,8,8"}
        rows:
          - {set: [core.matrix.cols=8, core.matrix.rows=4], measured: 40}
          - {set: [core.matrix.cols=8, core.matrix.rows=8], measured: 40}
        """;
    CommandRun run = CommandRun.of("validate", "--data", table(text), "--json", json);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("  with core.matrix.cols=8\n")
        .contains("gemm:8,8,8 ws · core.matrix.rows=4 ", "gemm:8,8,8 ws · core.matrix.rows=8 ")
        .doesNotContain("ws · core.matrix.cols");
    assertThat(json)
        .content()
        .contains(
            "\"set\" : [\n            \"core.matrix.cols=8\",\n            \"core.matrix.rows=4\"");
  }

  @Test
  void columnsAreAsWideAsTheirCells() throws IOException {
    String text =
        TABLE
            .formatted("16")
            .replace(
                "[\"gemm:8,8,8\", 40]",
                "{set: [core.matrix.rows=8, core.matrix.cols=8, core.matrix.hop_latency_cycles=1],"
                    + " workload: \"gemm:8,8,8\", measured: 30}");
    String[] lines = CommandRun.of("validate", "--data", table(text)).out().split("\n", -1);
    assertThat(lines[3]).contains("hop_latency_cycles=1 ");
    for (int i = 2; i <= 4; i++) {
      assertThat(lines[i]).hasSameSizeAs(lines[1]);
    }
  }

  @Test
  void refusesWrongTablesAndOptions() throws IOException {
    CommandRun run = CommandRun.of("validate", "--data", table(TABLE.formatted("zero")));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("t.yaml:9:").contains("measured");
    Path good = table(TABLE.formatted("16"));
    assertThat(CommandRun.of("validate", "--data", good, "--family", "mini").err())
        .contains("there is no such family", "mine");
    assertThat(CommandRun.of("validate", "--every", 0).exitCode()).isEqualTo(2);
    assertThat(CommandRun.of("validate", "--max-mape", -1).exitCode()).isEqualTo(2);
    assertThat(CommandRun.of("validate", "--data", folder.resolve("none")).exitCode()).isEqualTo(2);
  }

  @Test
  void writesThePageAndTheRanges() throws IOException {
    Path page = folder.resolve("v.md");
    Path ranges = folder.resolve("v.csv");
    String kernel =
        """
        title: kernels
        kind: kernel
        unit: cycles
        status: derived
        source: by hand
        rows: [{chip: tiny, workload: "gemm:8,8,8", measured: 100}]
        """;
    CommandRun run =
        CommandRun.of("validate", "--data", table(kernel), "--markdown", page, "--ranges", ranges);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(page).content().contains("### kernels", "| tiny | gemm:8,8,8 | 100 |");
    assertThat(ranges).content().startsWith("chip,kind,rows,mape,worst,host\ntiny,product,1,");
  }
}
