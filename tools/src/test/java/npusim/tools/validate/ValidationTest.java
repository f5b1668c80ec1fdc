package npusim.tools.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import npusim.diag.Location;
import org.junit.jupiter.api.Test;

class ValidationTest {
  private static Table table(String text) {
    return TableReader.parse(Path.of("t.yaml"), "t.yaml", text);
  }

  private static final Table ARRAY =
      table(
          """
          title: bare array
          kind: array
          unit: cycles
          status: derived
          source: "gemmini-mesh.csv of the timing tests"
          defaults: {chip: gemmini-4x4, workload: "gemm:8,8,8"}
          columns: [mode, measured]
          rows: [[ws, 40], [ws_noovl, 50], [os, 45], [is, 20]]
          """);

  @Test
  void sameForAnyNumberOfThreads() {
    var one = Validation.run(List.of(ARRAY), 1, s -> {});
    assertThat(Validation.run(List.of(ARRAY), 4, s -> {})).isEqualTo(one);
    assertThat(one).hasSize(4).allSatisfy(o -> assertThat(o.predicted()).isGreaterThan(8));
    assertThat(one.get(1).predicted()).isGreaterThan(one.get(0).predicted());
  }

  @Test
  void memoryRowsMeasureTheModelAlone() {
    Table t =
        table(
            """
            title: stream
            kind: dram
            unit: GB/s
            status: derived
            source: peak of the standard
            rows: [{preset: HBM2-2000, channels: 1, stream: seq_read, measured: 32}]
            """);
    assertThat(Validation.run(List.of(t), 1, s -> {}).getFirst().error()).isBetween(-0.6, 0.0);
  }

  @Test
  void unitsOfOneRunAgree() {
    String text =
        """
        title: product
        kind: kernel
        unit: %s
        status: derived
        source: none
        rows: [{chip: tiny, workload: "gemm:32,32,32", measured: 1}]
        """;
    double cycles = predicted(text, "cycles");
    assertThat(predicted(text, "us")).isGreaterThan(0).isLessThan(cycles);
    assertThat(predicted(text, "ns")).isEqualTo(predicted(text, "us") * 1000, within(1e-6));
    assertThat(predicted(text, "TFLOP/s") * predicted(text, "us"))
        .isEqualTo(2 * 32 * 32 * 32 * 1e-6, within(1e-12));
    assertThat(predicted(text, "Gelements/s") * predicted(text, "ns"))
        .isEqualTo(32 * 32, within(1e-6));
  }

  /**
   * Each token's logits, in the type computed in, take 2 us and their bytes' time; no cache does.
   */
  @Test
  void whoeverPicksTheTokenOnTheHostWaitsForTheLogits() {
    String text =
        """
        title: decode
        kind: model
        unit: %s
        status: derived
        source: none
        defaults: {chip: edge, dtype: f16, set: [host.gigabytes_per_s=10, host.read_gigabytes_per_s=2, host.latency_us=1]}
        columns: [workload, batch, prompt, generate, host, measured]
        rows: [["opt-125m:layers=1,vocab=8000", 2, 16, 2, HOST, 1]]
        """;
    double alone = 2 / predicted(text.replace("HOST", "false"), "tokens/s");
    double withHost = 2 / predicted(text.replace("HOST", "true"), "tokens/s");
    double ids = 2 * (8 + 8 + 4) + 4;
    double chosen = 2 * 8;
    double logits = 2 * 8000 * 2;
    assertThat(withHost - alone)
        .isEqualTo(2e-6 + ids / 10e9 + (logits + chosen) / 2e9, within(1e-9));
  }

  private static double predicted(String text, String unit) {
    var outcome = Validation.run(List.of(table(text.formatted(unit))), 1, s -> {}).getFirst();
    assertThat(outcome.failure()).isEmpty();
    return outcome.predicted();
  }

  @Test
  void aRowThatCannotRunIsToldAndCounted() {
    Table t =
        table(
            """
            title: too large a tile
            kind: accelerator
            unit: cycles
            status: derived
            source: none
            rows:
              - {chip: gemmini-4x4, mode: loop_full, workload: "gemm:4096,4096,4096",
                 tile: [4096, 4096, 4096], measured: 1}
            """);
    var family = FamilyResult.group(Validation.run(List.of(t), 1, s -> {})).getFirst();
    assertThat(family.failed()).hasSize(1);
    assertThat(family.mape()).isEmpty();
    assertThat(ValidationReport.text(List.of(family), false))
        .contains("not run: the operands of 4096");
  }

  @Test
  void aFaultInsideLeavesTheOtherRows() {
    var broken =
        new Row(
            new Job.OnArray("none", null, Job.ArrayMode.WS, new Job.Product(1, 1, 1)),
            1,
            List.of(),
            Location.NONE);
    var outcomes =
        Validation.run(
            List.of(ARRAY.withRows(List.of(broken, ARRAY.rows().getFirst()))), 1, s -> {});
    assertThat(outcomes.get(0).fault()).isPresent();
    assertThat(outcomes.get(0).failure().orElseThrow()).startsWith("a fault of npusim");
    assertThat(outcomes.get(1).fault()).isEmpty();
    assertThat(outcomes.get(1).ran()).isTrue();
  }

  @Test
  void summarisesAFamily() {
    List<Row> rows = ARRAY.rows();
    var outcomes =
        List.of(
            new Outcome(ARRAY, rows.get(0), 44, Optional.empty()),
            new Outcome(ARRAY, rows.get(1), 40, Optional.empty()),
            new Outcome(ARRAY, rows.get(2), 45, Optional.empty()),
            new Outcome(ARRAY, rows.get(3), 20, Optional.empty()));
    var f = new FamilyResult("f", outcomes);
    assertThat(f.mape().orElseThrow()).isEqualTo((0.1 + 0.2) / 4, within(1e-12));
    assertThat(f.worst().orElseThrow().row()).isEqualTo(rows.get(1));
    // Ranks 2 4 3 1 measured, 3 2 4 1 predicted: 1 - 6·(1+4+1)/60.
    assertThat(f.rankCorrelation().orElseThrow()).isEqualTo(0.4, within(1e-12));
    assertThat(ValidationReport.text(List.of(f), true)).contains("7.5%").contains("0.4000");
    assertThat(ValidationReport.json(List.of(f))).contains("\"rank_correlation\" : 0.39999");
  }
}
