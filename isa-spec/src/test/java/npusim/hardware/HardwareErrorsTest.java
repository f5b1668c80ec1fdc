package npusim.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wrong description gets an error that says where, what, what is legal, and what to do. */
class HardwareErrorsTest {

  /** A wrong description and texts its one message must contain. */
  record Case(String name, String yaml, List<String> expected) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> wrong() {
    return Stream.of(
        new Case(
            "negative size",
            "extends: edge\ncore:\n  matrix:\n    rows: -4\n",
            List.of(
                "my.yaml:4:11:",
                "core.matrix.rows: -4 is out of range",
                "1 to 65536 processing elements")),
        new Case(
            "text for a number",
            "extends: edge\ncore: {matrix: {rows: many}}\n",
            List.of("my.yaml:2:23:", "core.matrix.rows", "expected an integer from 1", "got many")),
        new Case(
            "fraction for an integer",
            "extends: edge\ncore: {vector: {lanes: 1.5}}\n",
            List.of("my.yaml:2:24:", "core.vector.lanes", "expected an integer", "got 1.5")),
        new Case(
            "quoted number",
            "extends: edge\nchip: {clock_mhz: \"1000\"}\n",
            List.of("my.yaml:2:19:", "chip.clock_mhz", "got the text \"1000\"", "MHz")),
        new Case(
            "misspelt key",
            "extends: edge\ncore:\n  matrix: {rowz: 8}\n",
            List.of(
                "my.yaml:3:12:",
                "unknown key \"core.matrix.rowz\"",
                "did you mean \"core.matrix.rows\"?")),
        new Case(
            "key in the wrong group",
            "extends: edge\nmatrix: {rows: 8}\n",
            List.of("my.yaml:2:1:", "unknown key \"matrix\"")),
        new Case(
            "leaf in the wrong group",
            "extends: edge\nchip: {dataflow: os}\n",
            List.of(
                "my.yaml:2:8:",
                "unknown key \"chip.dataflow\"",
                "did you mean \"core.matrix.dataflow\"?")),
        new Case(
            "unknown choice",
            "extends: edge\ncore: {matrix: {dataflow: wss}}\n",
            List.of(
                "my.yaml:2:27:",
                "\"wss\" is not legal",
                "one of ws, os, is",
                "did you mean \"ws\"?")),
        new Case(
            "unknown data type",
            "extends: edge\ncore: {matrix: {throughput: {bf17: 1}}}\n",
            List.of("my.yaml:2:30:", "no data type \"bf17\"", "did you mean \"bf16\"?")),
        new Case(
            "mapping for a number",
            "extends: edge\nchip:\n  cores: {a: 1}\n",
            List.of("my.yaml:3:10:", "chip.cores", "got a mapping")),
        new Case(
            "number for a group",
            "extends: edge\nchip: 5\n",
            List.of("my.yaml:2:7:", "chip: expected a mapping of process_nm, clock_mhz", "got 5")),
        new Case(
            "broken size",
            "extends: edge\ncore: {scratchpad: {bytes: 32MB2}}\n",
            List.of("my.yaml:2:28:", "core.scratchpad.bytes", "a size such as 32MiB", "got 32MB2")),
        new Case(
            "size with a part of a byte",
            "extends: edge\ncore: {scratchpad: {bytes: 0.0001KiB}}\n",
            List.of("my.yaml:2:28:", "core.scratchpad.bytes")),
        new Case(
            "not a boolean",
            "extends: edge\ndram: {refresh: yes}\n",
            List.of("my.yaml:2:17:", "dram.refresh: expected true or false, got yes")),
        new Case(
            "missing parameters",
            "title: mine\nchip: {process_nm: 7}\n",
            List.of(
                "my.yaml:",
                "native_type is missing",
                "chip.clock_mhz is missing",
                "core.matrix.throughput is missing")),
        new Case(
            "unknown parent",
            "extends: warbuoy\n",
            List.of("my.yaml:1:10:", "no chip \"warbuoy\"", "did you mean \"warboy\"?")),
        new Case(
            "extends itself",
            "extends: ./my.yaml\n",
            List.of("my.yaml:1:10:", "my.yaml extends", "cannot inherit from itself")),
        new Case(
            "parent is a list",
            "extends: [edge]\n",
            List.of("my.yaml:1:10:", "extends: expected the name of a chip", "got a list")),
        new Case(
            "banks do not divide",
            "extends: edge\ncore: {scratchpad: {banks: 7}}\n",
            List.of(
                "core.scratchpad.bytes", "2097152 is not a multiple of core.scratchpad.banks = 7")),
        new Case(
            "interleave larger than a bank",
            "extends: edge\ncore:\n  scratchpad:\n    interleave_bytes: 1MiB\n",
            List.of(
                "my.yaml:4:23:", "1048576 bytes; expected a multiple of the bank word (32 bytes)")),
        new Case(
            "accumulator too small",
            "extends: edge\ncore: {accumulator: {bytes: 64}}\n",
            List.of("my.yaml:2:29:", "64 bytes hold less than one result row of 128 bytes")),
        new Case(
            "native type not supported",
            "extends: warboy\nnative_type: f32\n",
            List.of(
                "my.yaml:2:14:", "native_type: f32 is not in core.matrix.throughput", "i8, u8")),
        new Case(
            "vector unit without i32",
            "extends: edge\ncore: {vector: {throughput: {int32: null}}}\n",
            List.of("core.vector.throughput: i32 is missing")),
        new Case(
            "write marks crossed",
            "extends: edge\ndram: {controller: {write_low: 0.9}}\n",
            List.of("my.yaml:2:32:", "0.9 is not below dram.controller.write_high = 0.8")),
        new Case(
            "unknown DRAM",
            "extends: edge\ndram: {preset: HBM5}\n",
            List.of("my.yaml:2:16:", "no DRAM preset \"HBM5\"")),
        new Case(
            "no DRAM",
            "extends: edge\ndram: {preset: null}\n",
            List.of("dram.model ddr needs a preset", "HBM3-6400")),
        new Case(
            "data rate far off",
            "extends: edge\ndram: {data_rate_mtps: 100}\n",
            List.of(
                "my.yaml:2:24:",
                "100 MT/s is more than a factor of 4 from the preset's 6400 MT/s")),
        new Case(
            "source for nothing",
            "extends: edge\nsources:\n  core.matrix.rowz: {status: published, source: paper}\n",
            List.of("my.yaml:3:3:", "no parameter \"core.matrix.rowz\"", "core.matrix.rows")),
        new Case(
            "unknown status",
            "extends: edge\nsources:\n  core: {status: publisht, source: paper}\n",
            List.of(
                "my.yaml:3:18:", "\"publisht\" is not a status", "did you mean \"published\"?")),
        new Case(
            "source without reason",
            "extends: edge\nsources:\n  core: {status: published}\n",
            List.of("my.yaml:3:9:", "sources.core: expected {status: …, source: …}")),
        new Case("broken YAML", "a: [1\n", List.of("my.yaml:2:1:", "not valid YAML")),
        new Case(
            "list",
            "- 1\n",
            List.of("my.yaml:1:1:", "the description: expected a mapping", "got a list")),
        new Case(
            "nothing",
            "# empty\n",
            List.of("my.yaml", "the description is empty", "extends: edge")));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void isToldPrecisely(Case c, @TempDir Path dir) throws IOException {
    var file = dir.resolve("my.yaml");
    Files.writeString(file, c.yaml());
    var e =
        catchThrowableOfType(
            NpusimException.class, () -> HardwareLoader.load(file.toString(), List.of()));
    assertThat(e).as("accepted").isNotNull();
    assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(e.getMessage()).contains(c.expected());
  }

  @Test
  void allErrorsOfAFileAreReported() {
    var e =
        catchThrowableOfType(
            NpusimException.class,
            () ->
                HardwareLoader.parse(
                    "my.yaml", "extends: edge\nchip: {cores: 0, clock: 5}\nnoc: x\n", List.of()));
    assertThat(e.diagnostics()).hasSize(3);
  }

  @Test
  void cyclesOverSeveralFilesNameTheChain(@TempDir Path dir) throws IOException {
    Files.writeString(dir.resolve("a.yaml"), "extends: b.yaml\n");
    Files.writeString(dir.resolve("b.yaml"), "extends: a.yaml\n");
    var e =
        catchThrowableOfType(
            NpusimException.class, () -> HardwareLoader.load(dir.resolve("a.yaml").toString()));
    assertThat(e.getMessage()).contains("a.yaml extends").contains("b.yaml:1:10");
  }

  @Test
  void unknownChipsGetASuggestionAndTheList() {
    var e = catchThrowableOfType(NpusimException.class, () -> HardwareLoader.load("warbuoy"));
    assertThat(e.getMessage()).contains("did you mean \"warboy\"?").contains("tpu-v3");
    var missing =
        catchThrowableOfType(NpusimException.class, () -> HardwareLoader.load("no/such.yaml"));
    assertThat(missing.getMessage()).contains("no file no/such.yaml");
    var folder = catchThrowableOfType(NpusimException.class, () -> HardwareLoader.load("/"));
    assertThat(folder.getMessage()).contains("cannot read /: a directory");
  }

  @ParameterizedTest
  @MethodSource("wrongSets")
  void wrongOverridesAreTold(Case c) {
    var e =
        catchThrowableOfType(
            NpusimException.class, () -> HardwareLoader.load("warboy", List.of(c.yaml())));
    assertThat(e).as("accepted").isNotNull();
    assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(e.getMessage()).contains("--set " + c.yaml() + ": error:").contains(c.expected());
  }

  static Stream<Case> wrongSets() {
    return Stream.of(
        new Case("range", "core.matrix.rows=-4", List.of("-4 is out of range", "1 to 65536")),
        new Case("path", "core.matrix.row=4", List.of("did you mean \"core.matrix.rows\"?")),
        new Case("no equals", "core.matrix.rows", List.of("expected path=value")),
        new Case("no value", "core.matrix.rows=", List.of("no value; expected an integer")),
        new Case("broken", "core.matrix.rows=[1", List.of("not valid YAML")),
        new Case(
            "group", "core.matrix=4", List.of("core.matrix: expected a mapping of arrays, rows")),
        new Case(
            "type",
            "core.matrix.throughput.int8=fast",
            List.of("core.matrix.throughput.i8", "got fast")),
        new Case("map key", "core.matrix.throughput.int7=1", List.of("no parameter")));
  }

  @Test
  void legalOverridesTakeSizesMapsAndGroups() {
    var hw =
        HardwareLoader.load(
            "warboy",
            List.of(
                "core.scratchpad.bytes=8MiB",
                "core.matrix.throughput.bf16=0.5",
                "core.matrix={rows: 64, cols: 64}",
                "system.chips=4",
                "dram.capacity_bytes=32GB"));
    assertThat(hw.core().scratchpad().bytes()).isEqualTo(8L << 20);
    assertThat(hw.core().matrix().rows()).isEqualTo(64);
    assertThat(hw.core().matrix().throughput()).hasSize(3);
    assertThat(hw.system().chips()).isEqualTo(4);
    assertThat(hw.dram().capacityBytes()).isEqualTo(32_000_000_000L);
  }
}
