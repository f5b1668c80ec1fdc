package npusim.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** compile, simulate, asm, disasm, verify: the steps between a model and its report. */
class ProgramCommandsTest {
  @TempDir private Path folder;
  private Path program;

  @BeforeEach
  void compile() {
    program = folder.resolve("p.npu");
    CommandRun run = CommandRun.of("compile", "gemm:32,48,64", "--hw", "edge", "-o", program);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("gemm:32,48,64 kernel for edge", "instructions");
  }

  @Test
  void aCompiledProgramIsSoundAndTakesAsLongAsARun() throws IOException {
    assertThat(CommandRun.of("verify", program).out()).contains("sound on edge");
    Path a = folder.resolve("a.json");
    Path b = folder.resolve("b.json");
    CommandRun simulate = CommandRun.of("simulate", program, "--json", a);
    assertThat(simulate.exitCode()).as(simulate.err()).isZero();
    assertThat(simulate.out()).doesNotContain("--what-if");
    assertThat(CommandRun.of("run", "gemm:32,48,64", "--hw", "edge", "--json", b).exitCode())
        .isZero();
    assertThat(cycles(a)).isEqualTo(cycles(b));
  }

  @Test
  void disassemblyAssemblesToTheSameBytes() throws IOException {
    Path text = folder.resolve("p.asm");
    Path again = folder.resolve("again.npu");
    assertThat(CommandRun.of("disasm", program, "-o", text).exitCode()).isZero();
    assertThat(CommandRun.of("asm", text, "-o", again).exitCode()).isZero();
    assertThat(again).hasSameBinaryContentAs(program);
    assertThat(CommandRun.of("disasm", again).out()).isEqualTo(Files.readString(text));
  }

  @Test
  void asmNamesItsOutputAfterItsInput() {
    Path text = folder.resolve("named.asm");
    CommandRun.of("disasm", program, "-o", text);
    assertThat(CommandRun.of("asm", text).exitCode()).isZero();
    assertThat(folder.resolve("named.npu")).exists();
  }

  @Test
  void aProgramForOtherHardwareIsRefusedUnlessForced() {
    CommandRun other =
        CommandRun.of("simulate", program, "--hw", "edge", "--set", "dram.channels=2");
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.err()).contains("compiled for edge (fingerprint", "--force");
    CommandRun forced =
        CommandRun.of("simulate", program, "--hw", "edge", "--set", "dram.channels=2", "--force");
    assertThat(forced.exitCode()).as(forced.err()).isZero();
  }

  @Test
  void anUnsoundProgramFailsItsVerificationAndIsNotSimulated() throws IOException {
    Path text = folder.resolve("unsound.asm");
    String asm = CommandRun.of("disasm", program).out();
    Files.writeString(text, asm.replaceFirst("signal\\([^)]*\\)", ""));
    CommandRun verify = CommandRun.of("verify", text);
    assertThat(verify.exitCode()).isEqualTo(1);
    assertThat(verify.err()).contains("error:");
    assertThat(CommandRun.of("simulate", text).exitCode()).isEqualTo(1);
  }

  @Test
  void stagesOfAWorkloadAreChosenByName() {
    CommandRun which = CommandRun.of("compile", "gpt-2", "--hw", "rngd");
    assertThat(which.exitCode()).isEqualTo(2);
    assertThat(which.err()).contains("prefill, decode", "--stage prefill");
    CommandRun wrong = CommandRun.of("compile", "gpt-2", "--hw", "rngd", "--stage", "decod");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err()).contains("did you mean \"decode\"?");
  }

  @Test
  void dumpAfterPrintsAModelThatCanBeReadAgain() throws IOException {
    CommandRun dump =
        CommandRun.of("compile", "softmax:4,8", "--hw", "edge", "--dump-after", "infer-shapes");
    assertThat(dump.exitCode()).as(dump.err()).isZero();
    assertThat(dump.out()).contains("# after infer-shapes", "Softmax");
  }

  @Test
  void textualModelsRunLikeBinaryOnes() throws IOException {
    Path model = folder.resolve("m.onnxtxt");
    Files.writeString(
        model,
        """
        <ir_version: 8, opset_import: ["" : 17]>
        m (float[4,8] x) => (float[4,8] y) { y = Softmax<axis = 1>(x) }
        """);
    CommandRun run = CommandRun.of("run", model, "--hw", "edge", "--dtype", "f32");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("m.onnxtxt on edge");
  }

  private static String cycles(Path json) throws IOException {
    return Files.readString(json)
        .lines()
        .filter(l -> l.contains("\"latency_cycles\""))
        .findFirst()
        .orElseThrow();
  }
}
