package npusim.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import npusim.compiler.onnx.ModelWriter;
import npusim.compiler.text.OnnxText;
import npusim.hardware.HardwareLoader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files and arguments spoilt at random end in a message and an exit code of the user's, never in a
 * fault of npusim's.
 */
class MutatedInputsTest {
  /** Spoilt copies of each input; {@code -Dnpusim.fuzz=N} tries N. */
  private static final int SEEDS = Integer.getInteger("npusim.fuzz", 50);

  private static final String MODEL =
      """
      <ir_version: 8, opset_import: ["" : 17]>
      m (float[N,2,5,5] x) => (float[M,S] y)
      <float[3,2,3,3] w, int64[2] shape = {1, -1}> {
        c = Conv<pads = [1, 1, 1, 1], strides = [1, 1]>(x, w)
        r = Relu(c)
        p = MaxPool<kernel_shape = [2, 2]>(r)
        f = Reshape(p, shape)
        z = Concat<axis = 1>(f, f)
        y = Softmax<axis = -1>(z)
      }
      """;

  @TempDir private static Path folder;

  private static byte[] program;
  private static String assembly;

  @BeforeAll
  static void compile() throws IOException {
    Path npu = folder.resolve("p.npu");
    Path asm = folder.resolve("p.asm");
    CommandRun run =
        CommandRun.of("compile", "gemm:8,8,8", "--hw", "tiny", "-o", npu, "--asm", asm);
    assertThat(run.exitCode()).as(run.err()).isZero();
    program = Files.readAllBytes(npu);
    assembly = Files.readString(asm);
  }

  private interface Spoil {
    byte[] by(Mutations m);
  }

  /** Runs commands on spoilt files; {@code FILE} among the words stands for the path. */
  private void holds(String fileName, Spoil spoil, String... commands) throws IOException {
    List<String> broken = new ArrayList<>();
    Path file = folder.resolve(fileName);
    for (int seed = 0; seed < SEEDS; seed++) {
      byte[] bytes = spoil.by(new Mutations(seed));
      for (String command : commands) {
        Files.write(file, bytes);
        Object[] words = command.replace("FILE", file.toString()).split(" ", -1);
        note(broken, "seed " + seed + ": " + command, CommandRun.of(words));
      }
    }
    assertThat(broken.stream().limit(10)).as("%d broken", broken.size()).isEmpty();
  }

  private static void note(List<String> broken, String what, CommandRun run) {
    boolean fault =
        run.exitCode() == 70
            || run.err().contains("\tat ")
            || run.err().contains("Exception")
            || (run.exitCode() != 0 && !run.err().contains("error: "));
    if (fault) {
      broken.add(what + " → " + run.exitCode() + "\n" + run.err());
    }
  }

  @Test
  void binaryModels() throws IOException {
    byte[] valid = ModelWriter.toBytes(OnnxText.parse("m.onnxtxt", MODEL));
    holds("m.onnx", m -> m.bytes(valid), "compile FILE --hw tiny --dim N=1 -o FILE.npu");
  }

  @Test
  void textualModels() throws IOException {
    holds("m.onnxtxt", m -> m.text(MODEL), "compile FILE --hw tiny --dim N=1 -o FILE.npu");
  }

  @Test
  void chips() throws IOException {
    String valid;
    try (var in = HardwareLoader.class.getResourceAsStream("chips/tiny.yaml")) {
      valid = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    holds("c.yaml", m -> m.text(valid), "config check FILE", "run gemm:8,8,8 --hw FILE");
  }

  @Test
  void assembly() throws IOException {
    holds(
        "p.asm",
        m -> m.text(assembly),
        "asm FILE -o FILE.npu",
        "verify FILE",
        "simulate FILE --hw tiny --force");
  }

  @Test
  void programs() throws IOException {
    holds(
        "q.npu",
        m -> m.bytes(program),
        "disasm FILE",
        "verify FILE",
        "simulate FILE --hw tiny --force");
  }

  @Test
  void expectations() throws IOException {
    String valid =
        """
        workload: gemm:8,8,8
        hw: tiny
        dtype: f32
        deadline_ms: 3
        set: [core.matrix.rows=8]
        expect:
          latency_cycles: {value: 100, tolerance: 900%}
          energy_j: {min: 0, max: 1}
        layers:
          gemm: {value: 100, tolerance: 900%}
        """;
    holds("e.yaml", m -> m.text(valid), "check FILE");
  }

  /** What is written goes below the folder, whatever has become of its name. */
  private static List<String> inFolder(List<String> words) {
    List<String> out = new ArrayList<>(words);
    for (int i = 1; i < out.size(); i++) {
      if (out.get(i - 1).equals("-o") && !out.get(i).startsWith(folder + "/")) {
        out.set(i, folder + "/" + out.get(i));
      }
    }
    return out;
  }

  @Test
  void arguments() {
    List<List<String>> valid =
        List.of(
            List.of(
                "run",
                "gemm:8,8,8",
                "--hw",
                "tiny",
                "--dtype",
                "f32",
                "--set",
                "core.matrix.rows=8"),
            List.of("run", "conv:1,8,8,3,4,3,1", "--hw", "tiny", "--tile", "4,4,4"),
            List.of("compile", "gemm:4,4,4", "--hw", "tiny", "-o", folder + "/o.npu"),
            List.of("config", "show", "tiny", "core.matrix"),
            List.of("isa", "m.gemm"));
    List<String> broken = new ArrayList<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      List<String> words = inFolder(new Mutations(seed).words(valid.get(seed % valid.size())));
      note(broken, words.toString(), CommandRun.of(words.toArray()));
    }
    assertThat(broken.stream().limit(10)).as("%d broken", broken.size()).isEmpty();
  }
}
