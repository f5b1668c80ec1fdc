package npusim.tools.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import npusim.tools.CommandRun;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files a run writes: valid, consistent with each other, the same bytes everywhere. */
class ReportFilesTest {
  private static final Schema SCHEMA =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(ReportSchema.text(), InputFormat.JSON);

  @TempDir private Path folder;

  private String json(Object... workload) throws IOException {
    Path file = folder.resolve("r.json");
    var args = new Object[workload.length + 3];
    args[0] = "run";
    System.arraycopy(workload, 0, args, 1, workload.length);
    args[workload.length + 1] = "--json";
    args[workload.length + 2] = file;
    CommandRun run = CommandRun.of(args);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return Files.readString(file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gemm:64,64,64 --hw edge", "softmax:64,64 --hw tpu-v3"})
  void jsonIsValidBySchema(String line) throws IOException {
    String text = json((Object[]) line.split(" ", -1));
    assertThat(SCHEMA.validate(text, InputFormat.JSON)).isEmpty();
  }

  @Test
  void schemaRefusesWhatItDoesNotKnow() throws IOException {
    String text = json("gemm:32,32,32", "--hw", "edge");
    assertThat(SCHEMA.validate(text.replace("\"ttft", "\"x"), InputFormat.JSON)).isEmpty();
    assertThat(SCHEMA.validate(text.replace("\"latency_ms\"", "\"x\""), InputFormat.JSON))
        .isNotEmpty();
  }

  @Test
  void partsOfALanguageModelsJsonSum() throws IOException {
    String text = json("gpt-2", "--hw", "rngd", "--prompt", 16, "--generate", 2);
    assertThat(SCHEMA.validate(text, InputFormat.JSON)).isEmpty();
    JsonNode r = new ObjectMapper().readTree(text);
    long total = r.at("/metrics/latency_cycles").asLong();
    long stages = 0;
    for (JsonNode s : r.get("stages")) {
      stages += s.get("cycles").asLong();
      assertThat(sum(s.get("critical_path_cycles"))).isEqualTo(s.get("cycles").asLong());
    }
    assertThat(stages).isEqualTo(total);
    double pj = 0;
    for (JsonNode c : r.get("energy_pj")) {
      pj += c.get("dynamic").asDouble() + c.get("static").asDouble();
    }
    double joules = r.at("/metrics/energy_j").asDouble();
    assertThat(pj * 1e-12).isCloseTo(joules, org.assertj.core.data.Offset.offset(joules * 1e-9));
    long layers = 0;
    for (JsonNode l : r.get("layers")) {
      layers += l.get("cycles").asLong();
    }
    assertThat(layers).isEqualTo(total);
  }

  static long sum(JsonNode node) {
    long sum = 0;
    for (JsonNode v : node) {
      sum += v.asLong();
    }
    return sum;
  }

  @Test
  void whatIfIsMeasuredAndSaidInEveryForm() throws IOException {
    String text = json("gemm:256,256,256", "--hw", "edge", "--what-if");
    assertThat(SCHEMA.validate(text, InputFormat.JSON)).isEmpty();
    JsonNode r = new ObjectMapper().readTree(text);
    assertThat(r.get("what_if")).hasSize(4);
    double base = r.at("/metrics/latency_ms").asDouble();
    JsonNode clock = r.get("what_if").get(3);
    assertThat(clock.get("set").get(0).asText()).startsWith("chip.clock_mhz=");
    // The same as a run on the changed chip.
    JsonNode changed =
        new ObjectMapper()
            .readTree(
                json(
                    "gemm:256,256,256", "--hw", "edge", "--set", clock.get("set").get(0).asText()));
    assertThat(clock.get("latency_cycles")).isEqualTo(changed.at("/metrics/latency_cycles"));
    assertThat(clock.get("energy_j")).isEqualTo(changed.at("/metrics/energy_j"));
    assertThat(clock.get("latency_ms").asDouble()).isLessThan(base);
    assertThat(CommandRun.of("run", "gemm:256,256,256", "--hw", "edge", "--what-if").out())
        .contains(
            String.format(
                Locale.ROOT,
                "core clock +10%%          total %+6.1f%%",
                100 * (clock.get("latency_ms").asDouble() / base - 1)));
  }

  @Test
  void powerAndScratchpadStayWithinTheirBounds() throws IOException {
    JsonNode m =
        new ObjectMapper()
            .readTree(json("gpt-2", "--hw", "rngd", "--prompt", 16, "--generate", 6))
            .get("metrics");
    assertThat(m.get("peak_power_w").asDouble()).isGreaterThan(m.get("average_power_w").asDouble());
    assertThat(m.get("scratchpad_peak_bytes").asLong())
        .isBetween(1L, m.get("scratchpad_bytes").asLong());
    // 12 layers, keys and values, 768 wide, all positions but the last one of 2 bytes.
    assertThat(m.get("kv_cache_bytes").asLong()).isEqualTo(12L * 2 * 768 * 21 * 2);
    assertThat(m.get("launches").asLong()).isEqualTo(6);
    assertThat(m.get("simulated_launches").asLong()).isEqualTo(4);
    assertThat(m.get("simulated_instructions").asLong()).isLessThan(m.get("instructions").asLong());
    assertThat(
            m.get("mapped_nodes").asLong()
                + m.get("fused_nodes").asLong()
                + m.get("folded_nodes").asLong()
                + m.get("alias_nodes").asLong())
        .isEqualTo(m.get("graph_nodes").asLong());
  }

  @ParameterizedTest
  @CsvSource({
    "/resnet/stages.0/layer.1/Conv, 40, /resnet/stages.0/layer.1/Conv",
    "/resnet/stages.0/layer.1/Conv, 26, /r/stages.0/layer.1/Conv",
    "/resnet/stages.0/layer.1/Conv, 22, /r/s.0/layer.1/Conv",
    "layers.*/mlp/down_3/MatMul, 5, l.*/m/d_3/MatMul",
    "name, 2, name"
  })
  void pathsAreCutFromTheirBeginning(String path, int width, String brief) {
    assertThat(TextReport.brief(path, width)).isEqualTo(brief);
  }

  @Test
  void localeAndTimeZoneDoNotMatter() throws IOException {
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    try {
      Locale.setDefault(Locale.ROOT);
      String json = json("gemm:64,64,64", "--hw", "edge");
      String text = CommandRun.of("run", "gemm:64,64,64", "--hw", "edge").out();
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Seoul"));
      assertThat(json("gemm:64,64,64", "--hw", "edge")).isEqualTo(json);
      assertThat(CommandRun.of("run", "gemm:64,64,64", "--hw", "edge").out()).isEqualTo(text);
      Locale.setDefault(Locale.forLanguageTag("tr-TR"));
      assertThat(json("gemm:64,64,64", "--hw", "edge")).isEqualTo(json);
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
  }

  @Test
  void csvHasOneRowPerLayerAndTheTraceIsJson() throws IOException {
    Path csv = folder.resolve("r.csv");
    Path trace = folder.resolve("r.trace");
    CommandRun run =
        CommandRun.of("run", "layernorm:64,64", "--hw", "edge", "--csv", csv, "--trace", trace);
    assertThat(run.exitCode()).as(run.err()).isZero();
    var lines = Files.readAllLines(csv);
    assertThat(lines).hasSizeGreaterThan(1);
    int columns = lines.getFirst().split(",", -1).length;
    assertThat(lines).allMatch(l -> l.split(",", -1).length == columns);
    JsonNode events = new ObjectMapper().readTree(trace.toFile());
    assertThat(events.toString()).contains("\"ph\":\"X\"");
    assertThat(events.at("/otherData/cycles").asLong()).isPositive();
    assertThat(events.at("/otherData/cycles_of_layers_left_out").asLong()).isZero();
    assertThat(bytes(events, "DRAM read GB/s")).isPositive();
    assertThat(events.toString()).doesNotContain("shared SRAM");
  }

  @Test
  void theTraceShowsWhatMovesAtBothMemories() throws IOException {
    Path model = folder.resolve("m.onnxtxt");
    Files.writeString(
        model,
        """
        <ir_version: 10, opset_import: ["" : 18]>
        g (float[96,96] x, float[96,96] w1, float[96,96] w2) => (float[96,96] y) {
          a = MatMul (x, w1)
          y = MatMul (a, w2)
        }
        """);
    Path json = folder.resolve("s.json");
    Path trace = folder.resolve("s.trace");
    Path html = folder.resolve("s.html");
    CommandRun run =
        CommandRun.of(
            "run",
            model,
            "--hw=edge",
            "--set=core.scratchpad.bytes=16KiB",
            "--set=shared_sram.bytes=100KiB",
            "--set=shared_sram.bytes_per_cycle=64",
            "--set=shared_sram.latency_cycles=20",
            "--json",
            json,
            "--trace",
            trace,
            "--html",
            html);
    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode metrics = new ObjectMapper().readTree(json.toFile()).get("metrics");
    JsonNode events = new ObjectMapper().readTree(trace.toFile());
    Map.of(
            "DRAM read", "dram_read_bytes",
            "DRAM write", "dram_written_bytes",
            "shared SRAM read", "shared_read_bytes",
            "shared SRAM write", "shared_written_bytes")
        .forEach(
            (counter, metric) ->
                assertThat(bytes(events, counter + " GB/s"))
                    .as(counter)
                    .isCloseTo(metrics.get(metric).asDouble(), Percentage.withPercentage(0.1)));
    assertThat(metrics.get("shared_read_bytes").asLong()).isPositive();
    assertThat(Files.readString(html)).contains("Shared SRAM traffic over time");
  }

  /** A counter of the trace over time, windows of equal width. */
  private static double bytes(JsonNode events, String counter) {
    double sum = 0;
    double before = 0;
    double width = 0;
    for (JsonNode e : events.get("traceEvents")) {
      if (e.get("name").asText().equals(counter)) {
        sum += e.at("/args/value").asDouble();
        width = e.get("ts").asDouble() - before;
        before = e.get("ts").asDouble();
      }
    }
    return sum * width * 1e3;
  }
}
