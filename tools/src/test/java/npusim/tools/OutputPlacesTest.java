package npusim.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import npusim.compiler.ir.Tensor;
import npusim.compiler.onnx.TensorIo;
import npusim.isa.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that can't be written are refused before the work for them; others come as they should. */
class OutputPlacesTest {
  private static final String SOFTMAX =
      """
      <ir_version: 8, opset_import: ["" : 17]>
      m (float[2,4] x) => (float[2,4] y) { y = Softmax<axis = 1>(x) }
      """;

  @TempDir private Path folder;

  /** The model, table or stream that is asked for does not exist, and nobody gets to see that. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "run none --json",
        "run none --csv",
        "run none --html",
        "run none --trace",
        "compile none -o",
        "compile none --asm",
        "simulate none.npu --json",
        "sweep none --vary core.x=1 --csv",
        "sweep none --vary core.x=1 --json",
        "validate --data none --json",
        "validate --data none --markdown",
        "check none --junit",
        "dram --preset none --json",
      })
  void whatCannotBeWrittenIsToldFirst(String words) {
    var args = new Object[words.split(" ", -1).length + 1];
    System.arraycopy(words.split(" ", -1), 0, args, 0, args.length - 1);
    for (Path place : new Path[] {folder, folder.resolve("no/such")}) {
      args[args.length - 1] = place;
      CommandRun run = CommandRun.of(args);
      assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
      assertThat(run.err())
          .as(Arrays.toString(args))
          .startsWith(place + ": error: can't be written: ")
          .contains(place.equals(folder) ? "it is a folder" : "there is no folder");
    }
  }

  private CommandRun exec(Object... more) throws IOException {
    Path model = Files.writeString(folder.resolve("m.onnxtxt"), SOFTMAX);
    var args = new Object[6 + more.length];
    Path inputs = folder.resolve("in");
    Path outputs = folder.resolve("out");
    System.arraycopy(
        new Object[] {"exec", model, "--inputs", inputs, "--outputs", outputs}, 0, args, 0, 6);
    System.arraycopy(more, 0, args, 6, more.length);
    return CommandRun.of(args);
  }

  private Path input(String name, DType type) throws IOException {
    Path in = Files.createDirectories(folder.resolve("in"));
    var values = Tensor.generate(type, new long[] {2, 4}, i -> i);
    TensorIo.write(in.resolve(name), "x", values);
    return in.resolve(name);
  }

  @Test
  void outputsOfExecAreReadableAsOtherFilesAre() throws IOException {
    input("x.npy", DType.F32);
    Path other = Files.writeString(folder.resolve("other"), "");
    CommandRun run = exec();
    assertThat(run.exitCode()).as(run.err()).isZero();
    Path written = folder.resolve("out/output_0.pb");
    assertThat(Files.getPosixFilePermissions(written))
        .isEqualTo(Files.getPosixFilePermissions(other))
        .contains(PosixFilePermission.OWNER_READ);
    assertThat(TensorIo.read(written).name()).isEqualTo("y");
  }

  @Test
  void anInputOfAnotherTypeIsToldWithItsFile() throws IOException {
    Path file = input("x.npy", DType.F64);
    CommandRun run = exec();
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith(file + ": error: it holds double[2, 4], input 'x' is float[2, 4]")
        .contains("write it as float");
    assertThat(exec("--json", folder.resolve("a.json")).err()).contains("add --dtype or --prune");
  }

  @Test
  void twoFilesOfOneInputAreRefusedAndNoneIsToldHowToNameThem() throws IOException {
    Path one = input("x.npy", DType.F32);
    Path two = input("input_0.pb", DType.F32);
    CommandRun both = exec();
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err()).contains("input x has several files: input_0.pb, x.npy");
    Files.delete(one);
    Files.delete(two);
    assertThat(exec().err()).contains("no file for input x", "input_0.pb", "x.npy");
  }
}
