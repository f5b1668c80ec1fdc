package npusim.compiler.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.text.OnnxText;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import org.junit.jupiter.api.Test;

/** Whatever a node looks like, compiling it succeeds or names what is wrong; it never breaks. */
class OddNodesTest {
  /** Models of every operator; {@code -Dnpusim.fuzz=N} tries N. */
  private static final int SEEDS = Integer.getInteger("npusim.fuzz", 40);

  private final Hardware tiny = HardwareLoader.load("tiny");

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
          broken.put(
              op + " seed " + seed, at + "\n" + OnnxText.print(OddNodes.of(op, seed)));
        }
      }
    }
    assertThat(broken)
        .as("%d compiled, %d refused, %d broken", compiled, refused, broken.size())
        .isEmpty();
    assertThat(compiled).as("of %d", compiled + refused).isGreaterThan(SEEDS * 20);
  }
}
