package npusim.tools.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import npusim.diag.NpusimException;
import npusim.tools.CommandRun;
import npusim.tools.run.Axis;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompareAndSweepTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private Path report(String name, Object... args) {
    Path file = folder.resolve(name);
    var all = new Object[args.length + 3];
    all[0] = "run";
    System.arraycopy(args, 0, all, 1, args.length);
    all[args.length + 1] = "--json";
    all[args.length + 2] = file;
    CommandRun run = CommandRun.of(all);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return file;
  }

  @Test
  void comparesMetricsAndLayers() throws Exception {
    Path a = report("a.json", "softmax:64,64", "--hw", "edge");
    Path b = report("b.json", "softmax:64,64", "--hw", "edge", "--set", "core.vector.lanes=8");
    Path out = folder.resolve("diff.json");
    CommandRun run = CommandRun.of("compare", a, b, "--json", out);
    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode before = JSON.readTree(a.toFile()).get("metrics");
    JsonNode after = JSON.readTree(b.toFile()).get("metrics");
    JsonNode diff = JSON.readTree(out.toFile());
    assertThat(diff.get("a").asText()).startsWith("softmax:64,64 on edge");
    assertThat(diff.get("b").asText())
        .startsWith("softmax:64,64 on edge")
        .endsWith(" · core.vector.lanes=8");
    assertThat(diff.get("a").asText()).doesNotContain("lanes");
    for (JsonNode m : diff.get("metrics")) {
      String name = m.get("name").asText();
      assertThat(m.get("a").asDouble()).as(name).isEqualTo(before.get(name).asDouble());
      assertThat(m.get("b").asDouble()).as(name).isEqualTo(after.get(name).asDouble());
    }
    double moved = 0;
    for (JsonNode l : diff.get("layer_cycles")) {
      moved += l.path("b").asDouble() - l.path("a").asDouble();
    }
    assertThat(moved)
        .isEqualTo(
            after.get("latency_cycles").asDouble() - before.get("latency_cycles").asDouble());
    assertThat(run.out())
        .contains("latency_cycles", Quantity.count(after.get("latency_cycles").asLong()), "softmax")
        .doesNotContain("  graph_nodes");
  }

  @Test
  void equalReportsHaveNoDifference() {
    Path a = report("a.json", "gelu:512", "--hw", "edge");
    assertThat(CommandRun.of("compare", a, a).out()).doesNotContain("%");
  }

  @Test
  void whatIsNoReportIsRefused() throws Exception {
    Path a = report("a.json", "gelu:512", "--hw", "edge");
    Path broken = Files.writeString(folder.resolve("broken.json"), "{\n  \"format\": nope\n}");
    Path other = Files.writeString(folder.resolve("other.json"), "{}");
    CommandRun run = CommandRun.of("compare", a, broken);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("broken.json:2:", "not valid JSON");
    assertThat(CommandRun.of("compare", other, a).err()).contains(JsonReport.FORMAT);
    CommandRun none = CommandRun.of("compare", folder.resolve("none"), a);
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err()).contains("none: error: no such file");
    Path cut = Files.writeString(folder.resolve("cut.json"), "{");
    assertThat(CommandRun.of("compare", a, cut).err())
        .contains("cut.json:1:", "not valid JSON")
        .doesNotContain("Source");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a=1,2,x|1,2,x",
        "a=1..4|1,2,3,4",
        "a=100..200+50|100,150,200",
        "a=4MiB..16MiB*2|4MiB,8MiB,16MiB",
        "a=0.5..2*2|0.5,1,2",
        "a=8,16..18|8,16,17,18"
      })
  void readsListsAndRanges(String text, String values) {
    assertThat(String.join(",", Axis.parse(text).values())).isEqualTo(values);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "=1", "a=", "a=1,,2", "a=4..1", "a=1..9*1", "a=1..1000000", "a=1..x"})
  void refusesOtherValues(String text) {
    Assertions.assertThatThrownBy(() -> Axis.parse(text))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("--vary " + text);
  }

  @Test
  void sweepsEveryCombinationForAnyNumberOfJobs() throws Exception {
    Path csv = folder.resolve("s.csv");
    Path json = folder.resolve("s.json");
    CommandRun one = null;
    for (int jobs : new int[] {1, 3}) {
      CommandRun run =
          CommandRun.of(
              "sweep",
              "gemm:64,64,64",
              "--hw",
              "edge",
              "--vary",
              "core.matrix.rows=8..32*2",
              "--vary",
              "core.vector.lanes=16,64",
              "--jobs",
              jobs,
              "--csv",
              csv,
              "--json",
              json);
      assertThat(run.exitCode()).as(run.err()).isZero();
      one = one == null ? run : one;
      assertThat(run).isEqualTo(one);
    }
    assertThat(Files.readAllLines(csv)).hasSize(1 + 3 * 2);
    JsonNode points = JSON.readTree(json.toFile()).get("points");
    Path alone =
        report(
            "p.json",
            "gemm:64,64,64",
            "--hw",
            "edge",
            "--set",
            "core.matrix.rows=16",
            "--set",
            "core.vector.lanes=64");
    assertThat(points.get(3).get("set").toString())
        .isEqualTo("{\"core.matrix.rows\":\"16\",\"core.vector.lanes\":\"64\"}");
    assertThat(points.get(3).get("metrics"))
        .isEqualTo(JSON.readTree(alone.toFile()).get("metrics"));
    assertThat(one.out()).contains("core.matrix.rows", "*");
  }

  @Test
  void pointsThatAreNotPossibleAreSaid() {
    CommandRun some =
        CommandRun.of("sweep", "gelu:512", "--hw", "edge", "--vary", "core.scratchpad.banks=7,4");
    assertThat(some.exitCode()).isZero();
    assertThat(some.out()).contains("not possible: ");
    CommandRun none =
        CommandRun.of("sweep", "gelu:512", "--hw", "edge", "--vary", "core.matrx.rows=7,4");
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err()).contains("core.matrix");
  }

  @Test
  void theFrontHoldsWhatNothingBeats() {
    List<Map<Metric, Number>> points =
        List.of(point(1, 5, 9), point(2, 2, 9), point(2, 3, 9), Map.of(), point(2, 2, 9));
    assertThat(SweepReport.front(points)).containsExactly(true, true, false, false, true);
  }

  private static Map<Metric, Number> point(double latency, double energy, double area) {
    return Map.of(Metric.LATENCY_MS, latency, Metric.ENERGY_J, energy, Metric.AREA_PROXY_MM2, area);
  }
}
