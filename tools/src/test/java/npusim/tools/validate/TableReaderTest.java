package npusim.tools.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import npusim.diag.NpusimException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableReaderTest {
  private static final String HEAD =
      """
      title: a test
      kind: %s
      unit: %s
      status: published
      source: somewhere
      """;

  private static Table parse(String kind, String unit, String rest) {
    return TableReader.parse(
        Path.of("folder/mine.yaml"), "mine.yaml", HEAD.formatted(kind, unit) + rest);
  }

  @Test
  void readsRowsAsListsWithDefaults() {
    Table t =
        parse(
            "kernel",
            "us",
            """
            defaults: {chip: tpu-v4, dtype: bf16}
            columns: [workload, measured]
            rows:
              - ["gemm:1,2,3", 1.5]
              - {workload: "softmax:8,16", measured: 2, chip: edge, note: by hand}
            """);
    assertThat(t.name()).isEqualTo("mine");
    assertThat(t.family()).isEqualTo("mine");
    assertThat(t.rows()).hasSize(2);
    var first = (Job.OnChip) t.rows().get(0).job();
    assertThat(first.machine()).isEqualTo("tpu-v4");
    assertThat(first.dtype()).contains("bf16");
    assertThat(t.rows().get(0).measured()).isEqualTo(1.5);
    assertThat(t.rows().get(1).job().machine()).isEqualTo("edge");
    assertThat(t.rows().get(1).location().line()).isEqualTo(10);
  }

  @Test
  void readsEveryKindOfRow() {
    Table array =
        parse(
            "array",
            "cycles",
            "rows: [{chip: gemmini-16x16, mode: ws, workload: \"gemm:16,16,16\", measured: 9}]");
    assertThat(array.rows().getFirst().job()).isInstanceOf(Job.OnArray.class);
    Table accelerator =
        parse(
            "accelerator",
            "cycles",
            """
            rows:
              - {chip: gemmini-16x16, mode: loop_full, workload: "gemm:64,64,64",
                 tile: [2, 2, 4], buffers: 2, read_latency: 20, measured: 9}
              - {chip: gemmini-16x16, mode: mvin, transfer: [4, 16, 16], measured: 9}
            """);
    var tiled = (Job.OnAccelerator) accelerator.rows().get(0).job();
    assertThat(tiled.tile()).isEqualTo(List.of(2L, 2L, 4L));
    assertThat(tiled.readLatency()).isEqualTo(OptionalLong.of(20));
    var dma = (Job.OnAccelerator) accelerator.rows().get(1).job();
    assertThat(dma.transfer()).isEqualTo(List.of(4L, 16L, 16L));
    assertThat(dma.product()).isEmpty();
    Table dram =
        parse(
            "dram",
            "GB/s",
            """
            rows:
              - {preset: HBM2-2000, channels: 8, stream: seq_read, refresh: false, measured: 9}
              - {chip: tpu-v4, stream: rand_read, requests: 500, measured: 9}
            """);
    var preset = (Job.OnMemory) dram.rows().get(0).job();
    assertThat(preset.dram().channels()).isEqualTo(8);
    assertThat(preset.dram().refresh()).isFalse();
    Table model =
        parse(
            "model",
            "tokens/s",
            """
            rows:
              - {chip: rngd, workload: llama-3.1-8b, batch: 4, prompt: 128, generate: 2,
                 copies: 2, measured: 9}
            """);
    assertThat(model.rows().getFirst().job().describe())
        .isEqualTo("llama-3.1-8b · batch 4 · prompt 128 · generate 2 · 2 copies");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kernel | us | [{chip: edge, workload: 'gemm:1,2', measured: 1}] | gemm:1,2 has 2 extents",
        "kernel | us | [{chip: egde, workload: 'gemm:1,2,3', measured: 1}] | egde",
        "kernel | us | [{chip: edge, workload: resnet50, measured: 1}] | no single kernel",
        "kernel | us | [{chip: edge, workload: 'gemm:1,2,3', measured: -1}] | above 0",
        "kernel | us | [{chip: edge, workload: 'gemm:1,2,3'}] | measured is missing",
        "kernel | us | [{chip: edge, workload: 'gemm:1,2,3', measured: 1, dtyp: f32}] | dtyp",
        "kernel | us | [{chip: edge, workload: 'gemm:1,2,3', measured: 1, dtype: f31}] | f31",
        "kernel | us | [] | at least one row",
        "kernel | us | [[edge, 1]] | a row must be a mapping",
        "kernel | clocks | [] | can't be in clocks",
        "dram | GB/s | [{preset: HBM3, chip: edge, stream: seq_read, measured: 1}] | not of both",
        "dram | GB/s | [{preset: HBM3, set: [dram.refresh_per_bank=true], stream: seq_read,"
            + " measured: 1}] | all banks at once",
        "kernel | weeks | [] | unit is weeks",
        "kernal | us | [] | kind is kernal",
        "array | cycles | [{chip: edge, mode: wz, workload: 'gemm:1,2,3', measured: 1}] | mode is"
            + " wz",
        "array | cycles | [{chip: edge, mode: ws, workload: 'gemm:1,2,0', measured: 1}] |"
            + " gemm:M,N,K",
        "accelerator | cycles | [{chip: gemmini-8x8, mode: loop_ful, workload: 'gemm:1,2,3',"
            + " measured: 1}] | in mode loop_ful",
        "accelerator | cycles | [{chip: gemmini-8x8, mode: loop_full, workload: 'gemm:1,2,3',"
            + " measured: 1}] | needs tile",
        "accelerator | cycles | [{chip: gemmini-8x8, mode: mvin, workload: 'gemm:1,2,3', measured:"
            + " 1}] | needs transfer",
        "accelerator | cycles | [{chip: edge, mode: tasks, workload: 'gemm:1,2,3', measured: 1}] |"
            + " nothing drives edge",
        "accelerator | cycles | [{chip: vta-pynq, mode: tasks, workload: 'gemm:1,2,3', buffers: 3,"
            + " tile: [1, 1, 1], measured: 1}] | 1 or 2 buffers",
        "accelerator | cycles | [{chip: vta-pynq, mode: tasks, workload: 'gemm:1,2,3', buffers:"
            + " 9999999999, measured: 1}] | buffers must be at most",
        "dram | GB/s | [{preset: HBM9, stream: seq_read, measured: 1}] | DRAM standard: HBM9",
        "dram | GB/s | [{preset: HBM3, stream: seq_read, window: 9000, measured: 1}] | multiple of"
            + " 4096",
        "dram | GB/s | [{preset: HBM3, stream: seq_read, refresh: no, measured: 1}] | true or"
            + " false",
        "dram | GB/s | [{preset: HBM3, stream: seq_read, mapping: Ro, measured: 1}] | mapping",
        "dram | GB/s | [{chip: edge, set: [core.x=1], stream: seq_read, measured: 1}] | 6:27:"
            + " error: no parameter",
        "dram | GB/s | [{preset: HBM2-2000, stream: seq, measured: 1}] | stream is seq",
        "model | ms | [{chip: edge, workload: resnet18, prompt: 3, measured: 1}] | takes neither",
        "model | ms | [{chip: gemmini-4x4, workload: resnet18, host: true, measured: 1}] | no link",
        "model | tokens/s | [{chip: edge, workload: resnet18, measured: 1}] | nothing to measure",
        "kernel | ms | [{chip: edge, workload: 'gemm:1,2,3', batch: 3, measured: 1}] | not to gemm",
        "kernel | ms | [{chip: edge, workload: 'gemm:1,2,3', tile: [3], measured: 1}] | must be 3"
            + " positive",
        "model | ms | [{chip: edge, workload: resnet51, measured: 1}] | resnet51",
      })
  void refusesWhatIsWrongWithItsPlace(String kind, String unit, String rows, String message) {
    assertThatThrownBy(() -> parse(kind, unit, "rows: " + rows + "\n"))
        .isInstanceOfSatisfying(
            NpusimException.class,
            e -> {
              assertThat(e.exitCode().code()).isEqualTo(2);
              assertThat(e.getMessage()).contains(message);
              assertThat(e.diagnostics().getFirst().location().file()).isEqualTo("mine.yaml");
              assertThat(e.diagnostics().getFirst().location().line()).isPositive();
            });
  }

  @Test
  void tellsEveryWrongRowAtOnce() {
    assertThatThrownBy(
            () ->
                parse(
                    "kernel",
                    "us",
                    """
                    defaults: {chip: edge}
                    columns: [workload, measured]
                    rows: [["gemm:1", 1], ["gemm:1,2,3", 0]]
                    """))
        .isInstanceOfSatisfying(NpusimException.class, e -> assertThat(e.diagnostics()).hasSize(2));
  }

  @Test
  void whatIsWrongInTheDefaultsIsToldOnce() {
    assertThatThrownBy(
            () ->
                parse(
                    "kernel",
                    "us",
                    """
                    defaults: {chip: egde}
                    columns: [workload, measured]
                    rows: [["gemm:1,2,3", 1], ["gemm:1,2,3", 2]]
                    """))
        .isInstanceOfSatisfying(NpusimException.class, e -> assertThat(e.diagnostics()).hasSize(1));
  }

  @Test
  void aRowHasNoneOfADefaultThatItSaysNullFor() {
    Table t =
        parse(
            "dram",
            "GB/s",
            """
            defaults: {preset: HBM2-2000, stream: seq_read}
            rows: [{preset: null, chip: edge, measured: 1}]
            """);
    assertThat(t.rows().getFirst().job().machine()).isEqualTo("edge");
  }

  @Test
  void theMicroSignIsTheLetterU() {
    String rows = "rows: [{chip: edge, workload: 'gemm:1,2,3', measured: 1}]";
    assertThat(parse("kernel", "µs", rows).measure()).isEqualTo(Measure.MICROSECONDS);
    assertThat(parse("kernel", "\u03BCs", rows).measure()).isEqualTo(Measure.MICROSECONDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"''", "\"a\\nb\"", "'a, b'"})
  void familiesAreNamesOfOneLine(String family) {
    String rows = "rows: [{chip: edge, workload: 'gemm:1,2,3', measured: 1}]";
    assertThatThrownBy(() -> parse("kernel", "us", "family: " + family + "\n" + rows))
        .hasMessageContaining("family must be");
  }

  private static final String CSV =
      """
      mode,workload,tile,read_latency,measured
      loop_full,"gemm:64,64,64","[32, 32, 32]",20,1492

      mvin,,,1,85
      """;

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n"})
  void rowsMayLieInAFileOfCommaSeparatedValues(String end, @TempDir Path folder)
      throws IOException {
    Files.writeString(folder.resolve("값.csv"), "\uFEFF" + CSV.replace("\n", end));
    Path file = folder.resolve("t.yaml");
    String table = HEAD.formatted("accelerator", "cycles") + "defaults: {chip: gemmini-16x16}\n";
    Files.writeString(file, table + "rows: 값.csv\n");
    assertThatThrownBy(() -> TableReader.read(file))
        .hasMessageContaining("needs transfer")
        .hasMessageContaining("값.csv:4:1");
    Files.writeString(folder.resolve("값.csv"), CSV.replace("\n", end));
    Files.writeString(
        file, table.replace("16x16", "16x16, transfer: [4, 16, 16]") + "rows: 값.csv\n");
    Table t = TableReader.read(file);
    assertThat(t.rows()).hasSize(2);
    assertThat(((Job.OnAccelerator) t.rows().get(0).job()).tile()).containsExactly(32L, 32L, 32L);
    assertThat(t.rows().get(1).measured()).isEqualTo(85);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "a,a | column a is there twice",
        "a,,b | a column has no name",
        "a,b/1 | 1 values in a table of 2 columns",
        "a,b/1,gemm:2,3 | a value with commas stands in quotes",
        "a/\"x | a quote is not closed",
        "a/\"x\" y | text behind a closing quote",
        "a/[1 | is no list or mapping",
      })
  void refusesCommaSeparatedValuesWithTheirPlace(String text, String message) {
    assertThatThrownBy(() -> CsvRows.parse("v.csv", text.replace('/', '\n'), (n, at) -> {}))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("v.csv:");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "columns: [chip, workload, measurd]/rows: [[edge, g, 1]] | mine.yaml:6:27: | have no"
            + " measurd | measured",
        "columns: [chip, chip]/rows: [[edge, g]] | mine.yaml:6:17: | column chip is there twice |"
            + " ~~",
        "rows:/  - {chip: edge, workload: \"gemm:8,8,8\", mesured: 1} | mine.yaml:7:42: | measured"
            + " is missing | is \"mesured\" meant to be \"measured\"?",
        "rows:/  - {chip: edge, workload: \"gemm:8,8,8\", measured: -1} | mine.yaml:7:52: |"
            + " measured is -1 | ~~",
        "rows:/  - {chip: edge, workload: \"gemm:8,8,8\", measured: 1, tile: [8, 0, 8]} |"
            + " mine.yaml:7:61: | tile is [8, 0, 8], must be 3 positive integers | ~~",
        "rows:/  - {chip: edge, workload: \"gemm:8,8,8\", measured: 1, set: [core.matrix.rows=8,"
            + " core.matrix.cols=0]} | mine.yaml:7:81: | core.matrix.cols: 0 is out of range | ~~",
        "rows: none.csv | mine.yaml:6:7: | none.csv: no such file | ~~",
        "rows:/  - {chip: edge, workload: none.onnx, measured: 1} | mine.yaml:7:28: | none.onnx: no"
            + " such file | ~~",
      })
  void namesThePlaceOfWhatIsWrong(String rest, String place, String message, String hint) {
    assertThatThrownBy(() -> parse("model", "us", rest.replace('/', '\n')))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining(place)
        .hasMessageContaining(message)
        .hasMessageContaining(hint);
  }

  @Test
  void aStreamsOptionsAreToldWhereTheyStand() {
    assertThatThrownBy(
            () ->
                parse(
                    "dram",
                    "GB/s",
                    """
                    rows:
                      - {preset: HBM2-2000, channels: 5000, stream: seq_read, measured: 1}
                      - {preset: HBM2-2000, mapping: up, stream: seq_read, measured: 1}
                      - {preset: HBM2-2000, set: [dram.timing.rc=-1], stream: seq_read, measured: 1}
                    """))
        .hasMessageContaining("mine.yaml:7:35: error: dram.channels: 5000 is out of range")
        .hasMessageContaining("mine.yaml:8:34: error: dram.mapping: \"up\" is not legal")
        .hasMessageContaining("mine.yaml:9:31: error: dram.timing.rc: -1 is out of range");
  }

  @Test
  void productsOfMoreThanAnyCounterHoldsAreRefused() {
    assertThatThrownBy(
            () ->
                parse(
                    "array",
                    "cycles",
                    "rows: [{chip: edge, mode: ws, workload: \"gemm:3000000,3000000,3000000\","
                        + " measured: 1}]"))
        .hasMessageContaining("must be of at most 2^53 multiply-accumulates");
  }

  @Test
  void valuesAloneAreToldWhatIsMissing() {
    assertThatThrownBy(() -> TableReader.parse(Path.of("a.csv"), "a.csv", CSV))
        .hasMessageContaining("rows: a.csv");
  }

  @Test
  void readsTheTablesThatComeWithIt() {
    assertThat(Tables.all()).isNotEmpty().allSatisfy(t -> assertThat(t.rows()).isNotEmpty());
  }
}
