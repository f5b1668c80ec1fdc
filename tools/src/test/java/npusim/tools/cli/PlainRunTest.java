package npusim.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Arguments read without the parser, against the parser. */
class PlainRunTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "run resnet50",
        "run gemm:64,64,64 --hw edge",
        "run --hw tpu-v4 gemm:1,4096,4096",
        "run opt-125m:layers=1 --hw tpu-v4 --prompt 512 --generate 5",
        "run x/y.onnx --batch 8 --hw chips/mine.yaml",
        "run a --prompt 999999999 --generate 1 --batch 2"
      })
  void areUnderstoodAsTheParserDoes(String line) {
    String[] args = line.split(" ", -1);
    var parsed = new RunCommand();
    new CommandLine(parsed).parseArgs(Arrays.copyOfRange(args, 1, args.length));
    assertThat(PlainRun.read(args))
        .usingRecursiveComparison()
        .ignoringFields("spec")
        .isEqualTo(parsed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "run",
        "compile gemm:64,64,64",
        "run --help",
        "run a b",
        "run a --hw",
        "run a --hw edge --hw rngd",
        "run a --hw=edge",
        "run a --prompt x",
        "run a --prompt -1",
        "run a --prompt 0",
        "run a --prompt 010",
        "run a --prompt 99999999999",
        "run a --exact",
        "run a --what-if",
        "run a --hw --exact",
        "run a --json x.json",
        "run @file",
        "run a --hw \"edge\"",
        "run a --hw ''",
        "run -- a",
        "run --hw edge",
        "run a --unknown 3"
      })
  void areLeftToTheParserWhenThereIsMoreToThem(String line) {
    assertThat(PlainRun.read(line.split(" ", -1))).isNull();
  }
}
