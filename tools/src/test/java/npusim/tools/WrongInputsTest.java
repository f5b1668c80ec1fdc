package npusim.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every wrong input gets a message that names the place, the value and the remedy, and the right
 * exit code; none a stack trace.
 */
class WrongInputsTest {
  @TempDir private Path folder;

  /** Arguments separated by blanks; {@code FILE} stands for a path. */
  private CommandRun run(String arguments, Path file) {
    Object[] words =
        Arrays.stream(arguments.split(" ", -1))
            .map(w -> w.replace("FILE", String.valueOf(file)).replace("DIR", folder.toString()))
            .toArray();
    return CommandRun.of(words);
  }

  private static void hasMessage(CommandRun run, int exitCode, String... parts) {
    assertThat(run.err()).contains("error: ").contains(parts);
    assertThat(run.err()).doesNotContain("internal error", "\tat ", "Exception", "null");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "dram --preset HBM2-2000 --channels 0 | --channels 0: error: dram.channels: 0 is out of"
            + " range",
        "dram --preset HBM2-2000 --mapping up | --mapping up: error: dram.mapping: \"up\" is not"
            + " legal",
        "dram --preset HBM2-2000 --set dram.channels=0 | --set dram.channels=0: error: ",
        "sweep gemm:8,8,8 --vary core.matrix.row=4 | --vary core.matrix.row=4: error: no parameter",
        "run gemm:8,8,8 --set clock_mhz=5 | did you mean \"chip.clock_mhz\"?",
        "run gemm:8,8,8 --set some.thing=5 | config show CHIP",
        "frobnicate | there is no command \"frobnicate\"",
        "rum | did you mean \"run\"?",
        "config shw | did you mean \"show\"?",
        "config | Missing command",
        "run | Missing required parameter: 'MODEL'",
        "run resnet50 --hw | Missing required parameter for option '--hw'",
        "run resnet50 --jsn x | --json",
        "run resnet50 extra | Unmatched argument at index 2: 'extra'",
        "run resnet5O | did you mean \"resnet50\"?",
        "run gemm:1,2 | gemm:M,N,K",
        "run gemm:1,2,x | \"x\" must be an integer from 1",
        "run gmm:1,2,3 | did you mean \"gemm\"?",
        "run gemm:8,8,8 --batch x | '--batch': 'x' is no whole number",
        "run gemm:8,8,8 --batch 2 | --batch, --prompt and --generate belong to named workloads",
        "run gpt-2 --prompt 0 | --prompt is 0, must be from 1 to 1024",
        "run gemm:8,8,8 --lang fr | '--lang'",
        "run gemm:8,8,8 --dtype bf17 | did you mean \"bf16\"?",
        "run gemm:8,8,8 --tile 1,2 | --tile M,N,K",
        "run gemm:8,8,8 --dim x | KEY=VALUE",
        "run gemm:8,8,8 --dump-after nope | there is no such pass",
        "run gemm:8,8,8 --hw edge --json DIR/none/x.json | there is no folder",
        "run gemm:8,8,8 --hw edge --json DIR | it is a folder",
        "compile gemm:8,8,8 --hw edge -o DIR/none/x.npu | there is no folder",
        "run resnet50 --hw warbuoy | did you mean \"warboy\"?",
        "run resnet50 --hw warboy --set core.matrix.rows=-4 | an integer from 1 to 65536",
        "run resnet50 --hw warboy --set core.matrix.row=4 | did you mean \"core.matrix.rows\"?",
        "run resnet50 --hw warboy --set rows | expected path=value",
        "isa m.gem | did you mean \"m.gemm\"?",
        "config show rngd nope | no parameter at or below \"nope\"",
        "dram --preset DDR9 | no such DRAM standard",
        "dram --preset DDR4-2400 --stream sq_read | did you mean \"seq_read\"?",
        "dram --preset DDR4-2400 --window 5 | a multiple of 4096",
        "dram --preset DDR4-2400 --mapping foo | expected one of RoBaRaCoCh",
        "dram --preset DDR4-2400 --requests 0 | must be from 1",
        "dram --preset DDR4-2400 --requests 1e6 | '1e6' is no whole number",
        "dram --preset DDR4-2400 --window 64KB? | is no size in bytes, such as 65536 or 64MiB",
        "dram --preset DDR4-2400 --set dram.model=fixed | no channels, banks and rows",
        "dram --preset DDR4-2400 --set dram.timing.refi=1 | leave no time between refreshes",
        "run resnet50 --dim N | Value for option '--dim' (NAME=VALUE) should be in KEY=VALUE",
        "sweep gemm:8,8,8 --vary chip.cores=1 --vary chip.cores=2 | chip.cores is given twice",
        "onnx-test DIR | no test case in",
        "check DIR/none.yaml | no such file",
      })
  void arguments(String arguments, String message) {
    hasMessage(run(arguments, folder), 2, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "3 | 1: 17 | (float[4,8] x) => (float[4,8] y) { y = Sofmax<axis = 1>(x) } | \"Softmax\"?",
        "2 | 2: 17 | (float[4,8] x) => (float[4,8] y) { y = MatMul(x, x) } | inner dimensions are",
        "2 | 3: 17 | (float[N,8] x) => (float[N,8] y) { y = Relu(x) } | not bound: N",
        "2 | 4: 17 | (float[4,8] x) => (float[4,8] y) { y = Relu(z) } | 2:47: error: value 'z'",
        "2 | 5: 17 | (float[4,8] x) => (float[4,8] y) { y = Relu(x } | missing ')'",
        "3 | 6: 99 | (float[4,8] x) => (float[4,8] y) { y = Relu(x) } | opset 99",
        "2 | D: 17 | (float[4,8] x) => (int64[4,8] y) { y = Relu(x) } | is declared int64[4, 8]",
        "3 | 7: 17 | (string[4] x) => (string[4] y) { y = Identity(x) } | element type string",
        "2 | 8: 17 | (float[4,8] x) => (float[4,8] y) { y = Concat<axis = 9>(x, x) } | axis",
        "2 | 9: 17 | (float[4,8] x) => (float[4,8] y) { y = Add(x) } | 'Add_0' (Add)",
        "2 | B: 17 | (float[N,8] x) => (float[N,8] y) { y = Relu(x) } | --dim N=EXTENT",
        "2 | C: 17 | (float[4] 값) => (float[4] y) { y = Relu(값) } | unexpected character '값'",
        "2 | A: 17 | (flot[4,8] x) => (float[4,8] y) { y = Relu(x) } | flot",
      })
  void textualModels(int exitCode, String opset, String graph, String message) throws IOException {
    Path file = folder.resolve("m.onnxtxt");
    Files.writeString(
        file,
        "<ir_version: 8, opset_import: [\"\" : %s]>\nm %s\n"
            .formatted(opset.substring(opset.indexOf(':') + 1).strip(), graph));
    hasMessage(run("run FILE --hw edge", file), exitCode, file.toString(), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | the file is empty",
        "0a0a0a0a | byte offset",
        "3a03 | truncated",
        "ffffffffffffffffffffffff | byte offset",
        "0809120474657374 | graph",
        "89504e470d0a1a0a | byte offset",
      })
  void binaryModels(String hex, String message) throws IOException {
    Path file = folder.resolve("m.onnx");
    Files.write(file, java.util.HexFormat.of().parseHex(hex));
    hasMessage(run("run FILE --hw edge", file), 2, file.toString(), message);
  }

  @Test
  void modelFilesThatAreNoFiles() throws IOException {
    Path missing = folder.resolve("none.onnx");
    hasMessage(run("run FILE", missing), 2, missing + ": error: no such file");
    Path dir = Files.createDirectory(folder.resolve("dir.onnx"));
    hasMessage(run("run FILE", dir), 2, "is a folder");
    Path text = folder.resolve("none.onnxtxt");
    hasMessage(run("run FILE", text), 2, text + ": error: no such file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "extends: edge;core: {matrx: {rows: 4}} | :2:8: error: unknown key \"core.matrx\"",
        "extends: edge;core: {matrix: {rows: 0}} | :2:23: error: core.matrix.rows: 0 is out of",
        "extends: edge;core: {matrix: {rows: many}} | expected an integer from 1 to 65536",
        "extends: edge;core: {matrix: {dataflow: xs}} | expected one of ws, os, is",
        "extends: egde | did you mean \"edge\"?",
        "extends: c.yaml | cannot inherit from itself",
        "extends: edge;chip: {cores: 1, cores: 2} | key \"cores\" is given twice",
        "extends: edge;chip: {cores: 1 | not valid YAML",
        "- a | expected a mapping",
        "# nothing | the description is empty",
        "title: Only a title | chip.clock_mhz is missing; expected a number above 0",
        "extends: edge;core: {scratchpad: {bytes: 3furlongs}} | or a size such as 32MiB",
        "extends: edge;dram: {preset: DDR9} | no DRAM preset \"DDR9\"",
      })
  void chips(String yaml, String message) throws IOException {
    Path file = folder.resolve("c.yaml");
    Files.writeString(file, yaml.replace(';', '\n') + "\n");
    hasMessage(run("config check FILE", file), 2, file.toString(), message);
    hasMessage(run("run gemm:8,8,8 --hw FILE", file), 2, file.toString(), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "m.gem n=1 | :4:1: error: unknown instruction m.gem",
        "v.fill dst=0:f32[1,1,1,1] im=0 | did you mean \"imm\"?",
        "v.fill dst=0:f33[1,1,1,1] imm=0 | cannot be f33",
        "nop unit=vec signal(s99:1) | semaphores are s1..s63",
        "nop unit=vec signal(s1:300) | signal count 300 is outside 1..255",
        "call nowhere | label nowhere is not defined",
        "s.li r1, 0xzz | unexpected ,",
        "s.li rd=r40 imm=1 | rd needs a register r0..r31",
        "a: ;a: | label a is defined twice",
        ".progam \"q\" | did you mean \".program\"?",
        ".core 1 stream=other | no stream other",
        ".program \"p | string without closing quote",
      })
  void assembly(String line, String message) throws IOException {
    Path file = folder.resolve("a.asm");
    Files.writeString(
        file,
        """
        .program "p" hardware="edge" fingerprint="" cores_per_chip=1 dram=4096
        .core 0 stream=main
        .stream main
        %s
          halt
        """
            .formatted(line.replace(';', '\n')));
    hasMessage(run("asm FILE", file), 2, file.toString(), message);
    hasMessage(run("verify FILE", file), 2, file.toString(), message);
    assertThat(folder.resolve("a.npu")).doesNotExist();
  }

  @Test
  void assemblyWithoutAProgram() throws IOException {
    Path file = folder.resolve("a.asm");
    Files.writeString(file, "");
    hasMessage(run("asm FILE", file), 2, "no core runs anything");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    hasMessage(run("asm FILE", file), 2, "not UTF-8 text");
  }

  @Test
  void programsThatAreNone() throws IOException {
    Path good = folder.resolve("p.npu");
    assertThat(run("compile gemm:8,8,8 --hw edge -o FILE", good).exitCode()).isZero();
    byte[] bytes = Files.readAllBytes(good);
    Path bad = folder.resolve("bad.npu");
    for (int length : new int[] {0, 4, 20, 100, 300, bytes.length - 1}) {
      Files.write(bad, Arrays.copyOf(bytes, length));
      hasMessage(run("verify FILE", bad), 2, bad.toString());
      hasMessage(run("simulate FILE", bad), 2, bad.toString());
    }
    for (int at = 0; at < bytes.length; at += 97) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 0x55;
      Files.write(bad, damaged);
      assertThat(run("disasm FILE", bad).exitCode()).as("byte %d", at).isIn(0, 2);
    }
    Files.write(
        bad, "PK\u0003\u0004 this is something else altogether".getBytes(StandardCharsets.UTF_8));
    hasMessage(run("disasm FILE", bad), 2, "is not an npusim program");
    hasMessage(run("disasm FILE", folder.resolve("none.npu")), 2, "no such file");
    hasMessage(run("simulate FILE", folder), 2, "is a folder");
    hasMessage(run("asm FILE", good), 2, "not assembly text");
    hasMessage(run("run FILE", good), 2, "npusim simulate");
    hasMessage(run("compile gemm:8,8,8 --hw edge -o FILE", folder), 2, "it is a folder");
    hasMessage(run("simulate FILE --param x=1", good), 2, "no launch parameter 'x'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "workload: gemm:8,8,8;hw: edge | nothing is expected",
        "workload: gemm:8,8,8;expect: {latency_cycles: 1} | hw is missing",
        "hw: edge;expect: {latency_cycles: 1} | give either workload: NAME or model: FILE",
        "workload: gmm:8;hw: edge;expect: {latency_cycles: 1} | :1:11: error: no kernel",
        "workload: gemm:8,8,8;hw: egde;expect: {latency_cycles: 1} | :2:5: error: no chip",
        "workload: gemm:8,8,8;hw: edge;expct: {latency_cycles: 1} | nothing is expected",
        "workload: gemm:8,8,8;hw: edge;expect: {latency_cycle: 1} | \"latency_cycles\"?",
        "workload: gemm:8,8,8;hw: edge;expect: {latency_cycles: many} | must be a number",
        "workload: gemm:8,8,8;hw: edge;expect: {energy_j: {value: 1, tolerance: 1}} | 0% to 100%",
        "workload: gemm:8,8,8;hw: edge;expect: {energy_j: {min: 2, max: 1}} | is above max",
        "workload: gemm:8,8,8;hw: edge;expect: {energy_j: {}} | needs value, min or max",
        "workload: gemm:8,8,8;hw: edge;deadline_ms: -1 | must be above 0",
        "workload: gemm:8,8,8;hw: edge;lang: fr;deadline_ms: 1 | must be ko or en",
        "workload: gemm:8,8,8;hw: edge;dtype: bf17;deadline_ms: 1 | did you mean \"bf16\"?",
        "workload: gemm:8,8,8;hw: edge;deadline_ms: 1;extra: 2 | :4:1: error: unknown key extra",
      })
  void expectations(String yaml, String message) throws IOException {
    Path file = folder.resolve("e.yaml");
    Files.writeString(file, yaml.replace(';', '\n') + "\n");
    hasMessage(run("check FILE", file), 2, file.toString(), message);
    assertThat(file).content().isEqualTo(yaml.replace(';', '\n') + "\n");
  }

  @Test
  void whatDoesNotFitTheChipSaysWhatItNeeds() {
    CommandRun run = run("run gemm:200000,200000,200000 --hw tiny", folder);
    hasMessage(run, 3, "bytes of DRAM, the chip has 1073741824");
  }
}
