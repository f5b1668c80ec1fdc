package npusim.tools.validate;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The format of validation tables, for {@code docs/validation.md}. */
final class ValidationFormat {
  private ValidationFormat() {}

  /** A table of each kind as it may stand in a file. */
  static Map<Job.Kind, String> examples() {
    var examples = new EnumMap<Job.Kind, String>(Job.Kind.class);
    examples.put(Job.Kind.ARRAY, ARRAY);
    examples.put(Job.Kind.ACCELERATOR, ACCELERATOR);
    examples.put(Job.Kind.DRAM, DRAM);
    examples.put(Job.Kind.KERNEL, KERNEL);
    examples.put(Job.Kind.MODEL, MODEL);
    return examples;
  }

  /** The section of the page. */
  static String markdown() {
    var out = new StringBuilder(HEAD);
    examples()
        .forEach(
            (kind, table) -> {
              out.append("\n### `kind: ").append(kind.label()).append("`\n\n").append(keys(kind));
              out.append("\nUnits: ").append(units(kind)).append(".\n\n```yaml\n");
              out.append(table).append("```\n");
            });
    return out.toString();
  }

  private static String units(Job.Kind kind) {
    List<Measure> has =
        Arrays.stream(Measure.values()).filter(m -> Predictor.has(kind, m)).toList();
    return has.stream()
        .map(m -> "`" + m.label() + "` (" + m.meaning(kind) + ")")
        .collect(Collectors.joining(", "));
  }

  private static String keys(Job.Kind kind) {
    return switch (kind) {
      case ARRAY ->
          """
          A product on a bare array, from the first row accepted to the last result. Keys of a row: `chip`, `set`,
          `workload: gemm:M,N,K`, `mode`, which is `ws`, `ws_noovl` (every load of weights exposed), `os`, `os_tr`
          (through the transposer) or `is`.
          """;
      case ACCELERATOR ->
          """
          Commands that an accelerator's own software and controllers issue, in npusim's instruction set, on the
          chip's description. Keys of a row: `chip`, `set`, `mode` of the chip's driver, `workload: gemm:M,N,K`,
          `tile: [m, n, k]` in elements, `buffers`, `transfer: [count, rows, columns]`, `read_latency` and
          `write_latency` of the memory in cycles.

          """
              + AcceleratorPredictors.markdown();
      case DRAM ->
          """
          A request stream into a memory by itself, as `npusim dram` runs it. Keys of a row: `preset` (or a YAML
          file) with `channels`, `mapping`, `scheduler` and `refresh`, or `chip` for the memory of a chip; `set` of
          parameters below `dram`; `stream`, `requests`, `window`.
          """;
      case KERNEL ->
          """
          A single kernel, compiled and simulated. Keys of a row: `chip`, `set`, `workload` as of `npusim run`
          (`npusim models` lists the kernels), `dtype`, `tile: [m, n, k]` to force the tile of products.
          """;
      case MODEL ->
          """
          A named workload, a model or a kernel. Keys of a row: those of `kernel`, and `batch`, `prompt`,
          `generate`, `dim: {NAME: EXTENT}` for the symbolic dimensions of an `.onnx` file, `copies` (independent
          machines side by side), `host: true` when a time includes the transfers of the inputs from the host and of
          the outputs to it, one each, numbers in the type computed in.
          """;
    };
  }

  private static final String HEAD =
      """

      ## Format of a table

      `npusim validate --data FILE…` runs tables of your own, YAML files such as those below. A table has

      | key | meaning |
      | --- | --- |
      | `title` | what was measured |
      | `family` | tables of one family are judged together; default: the file's name |
      | `kind` | `array`, `accelerator`, `dram`, `kernel` or `model` |
      | `unit` | what `measured` counts |
      | `status` | `published`, `third_party`, `derived`, `estimate` or `recalled` |
      | `source` | where the values are from |
      | `notes`, `worst` | what a reader should know, why the worst row is the worst; optional |
      | `defaults` | keys of rows that don't have them; optional |
      | `columns` | names of the values in rows written as lists, `null` where a row has none; optional |
      | `rows` | mappings, or lists when there are `columns`, or the name of a `.csv` file whose first line names the columns |

      JSON is YAML as well. In a CSV file a value with commas stands in double quotes, and an empty one is none.
      Every row has `measured` (above 0) and may have `note`. `chip` is a preset or a YAML file, `set` a list of
      overrides such as `core.matrix.rows=64`. Files are beside the table.

      Whatever is wrong in a table is told with file, line and column, and nothing runs; a row that is valid but
      does not fit the chip is told as not run. `--every N` runs every Nth row, `--family` some families,
      `--max-mape P` fails beyond P percent.

      """
          + "`--json FILE` writes `"
          + ValidationReport.FORMAT
          + """
          `: `families`, each with its name (`family`), the number of its `rows` and of
          those `failed` to run, `mape` (mean absolute error, 1 for 100 %), `rank_correlation` and `outcomes`: `table`,
          `chip`, `workload`, the overrides (`set`, absent where there are none), `unit`, `measured` and either
          `predicted` and `error` (relative to the measurement) or the `failure`.
          """;

  private static final String ARRAY =
      """
      title: Products on the bare array
      kind: array
      unit: cycles
      status: third_party
      source: simulation of the RTL
      columns: [chip, set, mode, workload, measured]
      rows:
        - [gemmini-16x16, [], ws, "gemm:32,32,32", 177]
        - [gemmini-4x4, [core.matrix.hop_latency_cycles=3, core.matrix.output_delay_cycles=2], os, "gemm:8,8,8", 60]
      """;

  private static final String ACCELERATOR =
      """
      title: Whole accelerators
      kind: accelerator
      unit: cycles
      status: third_party
      source: simulation of the RTL
      rows:
        - {chip: gemmini-16x16, mode: loop_full, workload: "gemm:64,64,64", tile: [32, 32, 32], read_latency: 20, measured: 1500}
        - {chip: gemmini-16x16, mode: mvin, transfer: [4, 16, 16], read_latency: 1, measured: 85}
        - {chip: vta-pynq, mode: tasks, workload: "gemm:32,32,32", tile: [16, 16, 16], buffers: 2, measured: 1158}
      """;

  private static final String DRAM =
      """
      title: Streams
      kind: dram
      unit: GB/s
      status: third_party
      source: a cycle-level simulator
      defaults: {preset: HBM2-2000, channels: 1}
      rows:
        - {stream: seq_read, measured: 16.2}
        - {stream: rand_read, mapping: MOP4CLXOR, scheduler: frfcfs_rowhit, refresh: false, requests: 20000, measured: 10.5}
        - {preset: DDR4-3200, stream: rowconf_read, window: 1048576, measured: 1.32}
      """;

  private static final String KERNEL =
      """
      title: Kernels on my board
      family: my-board
      kind: kernel
      unit: us
      status: published
      source: "lab notebook 7"
      defaults: {chip: tpu-v4, dtype: bf16}
      columns: [workload, measured]
      rows:
        - ["gemm:512,512,512", 3.6]
        - ["conv:1,28,28,128,128,3,2,1", 2.7]
        - {workload: "softmax:512,512", dtype: f32, measured: 8.5, note: a row as a mapping}
      """;

  private static final String MODEL =
      """
      title: Networks
      kind: model
      unit: samples/s
      status: published
      source: "data sheet, table 3"
      rows:
        - {chip: warboy, workload: resnet18, batch: 2, dtype: int8, copies: 2, measured: 11000}
      """;
}
