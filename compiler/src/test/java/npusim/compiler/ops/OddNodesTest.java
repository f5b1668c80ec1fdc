package npusim.compiler.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import java.util.TreeMap;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Model;
import npusim.compiler.text.OnnxText;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a node looks like, compiling it succeeds or names what is wrong; it never breaks. */
class OddNodesTest {
  /** Models of every operator; {@code -Dnpusim.fuzz=N} tries N. */
  private static final int SEEDS = Integer.getInteger("npusim.fuzz", 40);

  private final Hardware tiny = HardwareLoader.load("tiny");

  @Test
  void everyOperatorSaysWhatItTakes() {
    assertThat(Operators.all())
        .allSatisfy(op -> assertThat(op.isInternal() || op.signature(28) != null).isTrue());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "float[1,3,8] x, float[4,3] w | Conv(x, w) | input 1 'w' (W) has rank 2",
        "float[1,3,8] x, float[4,3,2] w | Conv(x, w, w) | expected [M]",
        "float[1,3,8] x, float[4,3,2] w | Conv<group = 0>(x, w) | 'group' is 0, expected 1 to",
        "float[1,3,8] x, float[4,3,2] w | Conv<strides = [2, 2]>(x, w) | 'strides' has 2 entries",
        "float[1,3,8] x | MaxPool<auto_pad = \"SAME\", kernel_shape = [2]>(x) | is 'SAME',"
            + " expected",
        "float[1,3,8] x | MaxPool(x) | attribute 'kernel_shape' is missing",
        "float[4] x, int64[4] z | Add(x, z) | element type int64, expected float, the type of",
        "float[4] x | Add(x) | input 1 (B) is missing, expected 2 inputs",
        "float[4] x | Relu(x, x) | has 2 inputs, expected 1",
        "float[2,3] x, float[4] b | Gemm<transB = 1>(x, x, b) | expected one that broadcasts to",
        "float[2,3] x | Softmax<axis = 2>(x) | axis 2 is out of range for rank 2",
        "float[2,3] x, float[3] s | BatchNormalization(x, s, s, s, x) | input 4 'x' (var)",
        "float[2,3] x, float[2] s | BatchNormalization(x, s, s, s, s) | the extent C of input 0",
        "float[2,3] x, float i | Gather(x, i) | element type float, expected int32, int64",
        "float[2,3] x | Cast<to = 1.5>(x) | attribute 'to' is of kind Float, expected int",
      })
  void messagesNameNodeValueAndRange(String inputs, String node, String message) {
    String text =
        "<ir_version: 8, opset_import: [\"\" : 17]>\nm (%s) => (y) { y = %s }"
            .formatted(inputs, node);
    Model m = OnnxText.parse("m.onnxtxt", text);
    assertThatExceptionOfType(NpusimException.class)
        .isThrownBy(() -> Compiler.compile(m, tiny, CompileOptions.DEFAULT))
        .withMessageContaining(message)
        .withMessageContaining(
            "(" + node.substring(0, node.indexOf('(')).replaceAll("<.*", "") + ")")
        .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE));
  }

  @Test
  void everyOperatorRefusesOddNodesPrecisely() {
    Map<String, String> broken = new TreeMap<>();
    int compiled = 0;
    int refused = 0;
    for (Operator op : Operators.all()) {
      for (int seed = 0; seed < SEEDS; seed++) {
        try {
          Compiler.compile(OddNodes.of(op, seed), tiny, CompileOptions.DEFAULT);
          compiled++;
        } catch (NpusimException e) {
          refused++;
          String said = e.getMessage();
          if ((e.exitCode() != ExitCode.USAGE && e.exitCode() != ExitCode.INFEASIBLE)
              || said.contains("null")) {
            broken.put(op + " seed " + seed, said);
          }
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
          StackTraceElement[] t = e.getStackTrace();
          StringBuilder at = new StringBuilder(e.toString());
          for (int i = 0; i < Math.min(t.length, Integer.getInteger("npusim.fuzz.depth", 6)); i++) {
            at.append(" < ").append(t[i]);
          }
          broken.put(op + " seed " + seed, at + "\n" + OnnxText.print(OddNodes.of(op, seed)));
        }
      }
    }
    assertThat(broken.entrySet().stream().limit(Integer.getInteger("npusim.fuzz.shown", 5)))
        .as("%d compiled, %d refused, %d broken", compiled, refused, broken.size())
        .isEmpty();
    assertThat(compiled).as("of %d", compiled + refused).isGreaterThan(SEEDS * 20);
  }
}
