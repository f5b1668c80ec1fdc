package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Model;
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

  /** The same with constant weights. */
  static Model product(long m, long k, long n, Tensor weights) {
    Model model = OnnxText.parse("product", product(m, n, k));
    model.graph().inputs().remove("w");
    model.graph().addInitializer("w", weights);
    return model;
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
        Schedule.named().stream(), IntStream.range(0, random).mapToObj(Schedule::random));
  }

  /** Some cores give what one core gives, whatever the schedule. */
  static void assertSame(Hardware many, Hardware one, Program p, long m, long n, long k) {
    Map<String, byte[]> inputs = Map.of("a", random(m, k, 1), "w", random(k, n, 2));
    Program alone = compile(product(m, n, k), one);
    byte[] want = Cases.run(alone, one, Schedule.PROGRAM_ORDER, inputs).read("y");
    schedules(4)
        .forEach(
            s -> assertThat(Cases.run(p, many, s, inputs).read("y")).as("%s", s).isEqualTo(want));
  }

  /**
   * The same with constant weights, which lie in blocks of columns that stay whole.
   *
   * @param together whether the cores of a program get tiles together
   */
  static void assertSameInBlocks(Hardware many, Hardware one, Predicate<Program> together) {
    long m = 192;
    long n = 128;
    long k = 192;
    var weights = Tensor.generate(DType.F32, new long[] {k, n}, i -> i * 31 % 17 - 8);
    Map<String, byte[]> inputs = Map.of("a", random(m, k, 1));
    byte[] want = null;
    for (boolean several : new boolean[] {false, true}) {
      Hardware hw = several ? many : one;
      Model model = product(m, k, n, weights);
      Program p = Cases.proved(Compiler.compile(model, hw, CompileOptions.DEFAULT), hw);
      assertThat(together.test(p)).isEqualTo(several);
      for (Schedule s : schedules(2).toList()) {
        byte[] got = Cases.run(p, hw, s, inputs).read("y");
        want = want == null ? got : want;
        assertThat(got).as("%s", s).isEqualTo(want);
      }
    }
  }
}
