package npusim.tools.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import npusim.tools.CommandRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpectationTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("e.yaml");
  }

  private CommandRun check(String text, Object... options) throws IOException {
    Files.writeString(file, text);
    return again(options);
  }

  private CommandRun again(Object... options) {
    var args = new Object[options.length + 2];
    args[0] = "check";
    args[1] = file;
    System.arraycopy(options, 0, args, 2, options.length);
    return CommandRun.of(args);
  }

  @Test
  void namesTheSlowestLayersWhereNoneAreRememberedToCompareWith() throws IOException {
    String text = "workload: gemm:64,64,64\nhw: edge\nexpect: {latency_cycles: 1}\n";
    CommandRun run = check(text);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out())
        .contains("slowest layers (none remembered to compare with; --update remembers them):")
        .containsPattern("    gemm: [0-9,]+ cycles\n")
        .doesNotContain("moved", "0 →");
    assertThat(again("--update").exitCode()).isZero();
    String changed =
        Files.readString(file).replaceFirst("latency_cycles: [0-9]+", "latency_cycles: 1");
    assertThat(check(changed).out()).contains("no layer's cycles moved");
  }

  @Test
  void aFileThatIsNotThereIsToldWhereItIsAskedFor() throws IOException {
    CommandRun run = check("workload: none.onnx\nhw: edge\nexpect: {latency_cycles: 1}\n");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith(file + ":1:11: error: ").contains("none.onnx: no such file");
  }

  @Test
  void updateRewritesValuesAndNothingElse() throws IOException {
    String text =
        """
        # A product.
        workload: gemm:64,64,64
        hw: edge
        set: [dram.channels=2]   # half the memory
        expect:
          latency_cycles: 1   # exact
          energy_j: {value: 9, tolerance: 1%}
          dram_read_bytes:
          bound_ratio: {min: 1, max: 50}
        layers:
          gone: 900

        # kept
        deadline_ms: 100
        """;
    assertThat(check(text).exitCode()).isEqualTo(1);
    CommandRun update = again("--update");
    assertThat(update.exitCode()).as(update.err()).isZero();
    assertThat(Files.readString(file))
        .matches(
            """
            # A product\\.
            workload: gemm:64,64,64
            hw: edge
            set: \\[dram\\.channels=2\\]   # half the memory
            expect:
              latency_cycles: \\d{3,}   # exact
              energy_j: \\{value: [0-9.E-]+, tolerance: 1%\\}
              dram_read_bytes: \\d{4,}
              bound_ratio: \\{min: 1, max: 50\\}
            layers:
            (?:  [\\w/]+: \\d{3,}
            )+
            # kept
            deadline_ms: 100
            """);
    assertThat(again().exitCode()).isZero();
    String once = Files.readString(file);
    again("--update");
    assertThat(file).content().isEqualTo(once);
  }

  @Test
  void aFailureNamesTheMetricAndTheLayersThatMoved() throws IOException {
    Path xml = folder.resolve("out.xml");
    CommandRun run =
        check(
            """
            workload: gemm:64,64,64
            hw: edge
            expect:
              latency_cycles: 1000
              bound_ratio: {max: 0.5}
            deadline_ms: 0.00001
            layers: {gemm: 10, before: 5}
            """,
            "--junit",
            xml);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out())
        .contains("FAIL", "latency_cycles: 1000 → ", "must be equal", "bound_ratio: ")
        .contains("is above 0.5", "deadline: ", "layers that moved most:", "gemm: 10 → ")
        .contains("before: 5 → 0 cycles (-5)", "0 passed, 1 failed");
    assertThat(xml).content().contains("failures=\"1\"", "<failure message=\"latency_cycles: 1000");
  }

  @Test
  void valuesWithinTheToleranceAreMet() throws IOException {
    check("workload: gemm:64,64,64\nhw: edge\nexpect:\n  latency_cycles:\n", "--update");
    String line =
        Files.readString(file).lines().filter(l -> l.contains("latency")).findFirst().get();
    long cycles = Long.parseLong(line.replaceAll("\\D", ""));
    String near = "{value: " + (cycles + cycles / 200) + ", tolerance: 1%}";
    String far = "{value: " + (cycles + cycles / 20) + ", tolerance: 1%}";
    String head = "workload: gemm:64,64,64\nhw: edge\nexpect:\n  latency_cycles: ";
    assertThat(check(head + near + "\n").exitCode()).isZero();
    assertThat(check(head + far + "\n").exitCode()).isEqualTo(1);
  }

  @Test
  void whatCannotRunOnTheChipIsAFailedCheck() throws IOException {
    CommandRun run =
        check(
            """
            workload: gemm:200000,200000,200000
            hw: tiny
            expect: {latency_cycles: 1}
            """);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("FAIL", "error:");
  }

  @Test
  void modelsAndChipsAreFoundBesideTheFile() throws IOException {
    Files.writeString(
        folder.resolve("m.onnxtxt"),
        """
        <ir_version: 8, opset_import: ["" : 17]>
        m (float[N,8] x) => (float[N,8] y) { y = Softmax<axis = 1>(x) }
        """);
    Files.writeString(folder.resolve("chip.yaml"), "extends: edge\n");
    CommandRun run =
        check(
            """
            model: m.onnxtxt
            hw: chip.yaml
            dim: {N: 4}
            dtype: f32
            expect: {latency_cycles: {min: 1}}
            """);
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
  }
}
