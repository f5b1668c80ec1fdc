package npusim.tools.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import npusim.tools.CommandRun;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What adds up in every report, on chips of other makes than random programs are run on. */
class ReportSumsTest {
  @TempDir private Path dir;

  private JsonNode report(String arguments) throws IOException {
    Path file = dir.resolve("report.json");
    var words = new ArrayList<Object>(List.of("run"));
    words.addAll(List.of(arguments.split(" ", -1)));
    words.add("--json");
    words.add(file);
    CommandRun run = CommandRun.of(words.toArray());
    assertThat(run.exitCode()).as(run.err()).isZero();
    return new ObjectMapper().readTree(file.toFile());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet18:image=32,depths=[1,1,1,1] --hw gemmini-16x16",
        "bert-base-layer:hidden=64,ffn=128,heads=2 --prompt 512 --hw gemmini-4x4"
            + " --set dram.model=ideal --set noc.bytes_per_cycle=1"
            + " --set core.matrix.preload=exposed",
        "softmax:128,512 --hw vta-pynq",
        "gemm:1,2048,2048 --hw tiny",
        "resnet18:image=32,depths=[1,1,1,1] --hw tpu-v3",
      })
  void cyclesAndEnergyAddUpAndSharesAreShares(String arguments) throws IOException {
    JsonNode r = report(arguments);
    JsonNode metrics = r.get("metrics");
    long cycles = 0;
    for (JsonNode stage : r.get("stages")) {
      assertThat(ReportFilesTest.sum(stage.get("critical_path_cycles")))
          .as(stage.get("name").asText())
          .isEqualTo(stage.get("cycles").longValue());
      cycles += stage.get("cycles").longValue();
    }
    assertThat(cycles).isEqualTo(metrics.get("latency_cycles").longValue());
    double energy = 0;
    for (JsonNode part : r.get("energy_pj")) {
      energy += part.get("dynamic").asDouble() + part.get("static").asDouble();
    }
    assertThat(energy * 1e-12)
        .isCloseTo(
            metrics.get("energy_j").asDouble(),
            Offset.offset(1e-9 * metrics.get("energy_j").asDouble()));
    assertThat(metrics.get("bound_ratio").asDouble()).isGreaterThanOrEqualTo(1);
    for (String sum : List.of("dram_read_bytes", "dram_written_bytes", "dynamic_pj")) {
      double layers = 0;
      for (JsonNode layer : r.get("layers")) {
        layers += layer.get(sum).asDouble();
      }
      double whole =
          sum.equals("dynamic_pj")
              ? metrics.get("dynamic_energy_j").asDouble() * 1e12
              : metrics.get(sum).asDouble();
      assertThat(layers).as(sum).isCloseTo(whole, Offset.offset(1e-9 * whole));
    }
    for (String share : List.of("dram_utilisation", "matrix_utilisation")) {
      if (metrics.has(share)) {
        assertThat(metrics.get(share).asDouble()).as(share).isBetween(0.0, 1.0);
      }
      for (JsonNode layer : r.get("layers")) {
        assertThat(layer.get(share).asDouble())
            .as("%s of %s", share, layer.get("name").asText())
            .isBetween(0.0, 1.0);
      }
    }
  }

  /** The vector unit would wait for the scratchpad's ports with most of its lanes. */
  @Test
  void moreLanesDoNotTakeConvolutionsFromTheArray() throws IOException {
    String conv = "conv:1,8,8,64,64,3,1,1 --hw gemmini-4x4 --set core.vector.lanes=";
    long few = report(conv + 8).get("metrics").get("latency_cycles").longValue();
    long many = report(conv + 128).get("metrics").get("latency_cycles").longValue();
    assertThat(many).isLessThanOrEqualTo(few);
  }

  /** Perfetto drops a slice that overlaps another of its thread without lying inside. */
  @ParameterizedTest
  @ValueSource(strings = {"softmax:64,64 --hw tiny", "opt-125m:layers=1 --hw tpu-v4 --generate 2"})
  void slicesOfAThreadDoNotOverlap(String arguments) throws IOException {
    Path trace = dir.resolve("t.json");
    report(arguments + " --trace " + trace);
    var ends = new HashMap<String, Double>();
    var names = new HashSet<String>();
    int slices = 0;
    for (JsonNode e : new ObjectMapper().readTree(trace.toFile()).get("traceEvents")) {
      String thread = e.get("pid") + "/" + e.get("tid");
      if (e.get("ph").asText().equals("M")) {
        names.add(thread);
      } else if (e.get("ph").asText().equals("X")) {
        double start = e.get("ts").asDouble();
        assertThat(start).as(thread).isGreaterThanOrEqualTo(ends.getOrDefault(thread, 0.0) - 1e-6);
        assertThat(names).contains(thread);
        ends.put(thread, start + e.get("dur").asDouble());
        slices++;
      }
    }
    assertThat(slices).isPositive();
  }
}
