package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Tensor;
import npusim.compiler.text.OnnxText;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.program.Program;
import npusim.sim.functional.FunctionalSimulator;
import npusim.sim.functional.Memory;
import npusim.sim.functional.Schedule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ArgMax and ArgMin over rows that are longer than the scratchpad. */
class LongRowsTest {

  @ParameterizedTest
  @CsvSource({
    "ArgMax, 0, 1, 3",
    "ArgMax, 1, 1, 3",
    "ArgMin, 0, 4, 5",
    "ArgMin, 1, 4, 2",
    "ArgMax, 0, 4, 1",
  })
  void theIndexOfTheExtreme(String op, int last, int cores, int rows) {
    int n = 20_001;
    Hardware hw =
        HardwareLoader.load("tiny", List.of("chip.cores=" + cores, "core.scratchpad.bytes=32768"));
    String model =
        String.format(
            Locale.ROOT,
            "<ir_version: 8, opset_import: [\"\": 17]> g (float[%d,%d] x) => (int64[%d] y)"
                + " { y = %s <axis = -1, keepdims = 0, select_last_index = %d> (x) }",
            rows,
            n,
            rows,
            op,
            last);
    // The extremes come several times, in pieces far apart.
    Tensor x =
        Tensor.generate(
            DType.F32, new long[] {rows, n}, i -> (i * 7919 % 4001 - 2000) * (1 + i / n % 3));
    Program p =
        Cases.proved(
            Compiler.compile(OnnxText.parse("rows", model), hw, CompileOptions.DEFAULT), hw);
    for (Schedule s : List.of(Schedule.PROGRAM_ORDER, Schedule.LATE_LOADS, Schedule.random(1))) {
      var sim = new FunctionalSimulator(hw).checkingInitialised().checkingRaces();
      Memory memory = sim.load(p);
      memory.write("x", x.toBytes());
      sim.run(p, memory, Map.of(), s);
      Tensor y = Tensor.of(DType.I64, new long[] {rows}, memory.read("y"));
      for (int r = 0; r < rows; r++) {
        assertThat(y.longAt(r)).isEqualTo(expected(x, r, n, op.equals("ArgMax"), last != 0));
      }
    }
  }

  private static long expected(Tensor x, int row, int n, boolean max, boolean last) {
    long best = 0;
    for (long i = 1; i < n; i++) {
      double a = x.at((long) row * n + i);
      double b = x.at((long) row * n + best);
      boolean more = max ? a > b : a < b;
      if (more || last && a == b) {
        best = i;
      }
    }
    return best;
  }
}
