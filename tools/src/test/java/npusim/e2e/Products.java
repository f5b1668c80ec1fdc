package npusim.e2e;

import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import npusim.compiler.ir.Tensor;
import npusim.compiler.text.OnnxText;
import npusim.hardware.Hardware;
import npusim.isa.DType;
import npusim.program.Program;
import npusim.sim.functional.Schedule;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingResult;
import npusim.sim.timing.TimingSimulator;

/** Matrix products that tests divide among cores. */
final class Products {
  private Products() {}

  static Program compile(String model, Hardware hw) {
    return Cases.compile(OnnxText.parse("product", model), hw);
  }

  /** a [m, k] · w [k, n], both given at run time. */
  static String product(long m, long n, long k) {
    return String.format(
        "<ir_version: 8, opset_import: [\"\": 17]> g (float[%d,%d] a, float[%d,%d] w) =>"
            + " (float[%d,%d] y) { y = MatMul(a, w) }",
        m, k, k, n, m, n);
  }

  /** Small integers, of which sums are exact in any order. */
  static byte[] random(long rows, long columns, long seed) {
    var r = new Random(seed);
    return Tensor.generate(DType.F32, new long[] {rows, columns}, i -> r.nextInt(9) - 4).toBytes();
  }

  static TimingResult time(Program p, Hardware hw, TimingOptions options) {
    return new TimingSimulator(hw, options).run(p, Map.of());
  }

  /** The schedules that have names and some random ones. */
  static Stream<Schedule> schedules(int random) {
    return Stream.concat(
        Stream.of(
            Schedule.PROGRAM_ORDER,
            Schedule.LATE_LOADS,
            Schedule.EAGER_UNITS,
            Schedule.LATE_STORES),
        IntStream.range(0, random).mapToObj(Schedule::random));
  }
}
