package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.text.OnnxText;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Opcode;
import npusim.program.Program;
import npusim.sim.functional.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Depthwise convolutions where arrays keep results: products with activations per column. */
class DepthwiseProductsTest {

  private static Hardware chip(String dataflow, int cores, String... more) {
    String[] sets = {
      "chip.cores=" + cores,
      "core.matrix.dataflow=" + dataflow,
      "core.matrix.arrays=4",
      "core.matrix.rows=8",
      "core.matrix.cols=4",
      "core.matrix.rows_along_width=" + dataflow.equals("os"),
      "core.scratchpad.bytes=65536"
    };
    String[] all = Arrays.copyOf(sets, sets.length + more.length);
    System.arraycopy(more, 0, all, sets.length, more.length);
    return HardwareLoader.load("edge", List.of(all));
  }

  private static Model model(long images, long size, long channels, long kernel, long stride) {
    long out = (size + 2 * (kernel / 2) - kernel) / stride + 1;
    String text =
        String.format(
            "<ir_version: 10, opset_import: [\"\": 18]> g (float[%1$d,%2$d,%3$d,%3$d] x,"
                + " float[%2$d,1,%4$d,%4$d] w, float[%2$d] b, float[%2$d,%2$d,1,1] v)"
                + " => (float[%1$d,%2$d,%5$d,%5$d] y)"
                + " { p = Conv (x, v) d = Conv <group = %2$d, strides = [%6$d,%6$d],"
                + " pads = [%7$d,%7$d,%7$d,%7$d]> (p, w, b) r = Relu (d) y = Conv (r, v) }",
            images, channels, size, kernel, out, stride, kernel / 2);
    Model m = OnnxText.parse("depthwise", text);
    constant(m, "w", channels, 1, kernel, kernel);
    constant(m, "b", channels);
    constant(m, "v", channels, channels, 1, 1);
    return m;
  }

  private static void constant(Model m, String name, long... dims) {
    m.graph().addInitializer(name, Tensor.generate(DType.F32, dims, i -> i * 31 % 7 - 3));
  }

  private static boolean columnwise(Program p) {
    return Arrays.stream(p.cores().getFirst().code().code())
        .anyMatch(i -> i.op() == Opcode.M_GEMM && i.flag(Field.COLUMNWISE));
  }

  private static byte[] run(Program p, Hardware hw, Schedule schedule, byte[] x) {
    return Cases.run(p, hw, schedule, Map.of("x", x)).read("y");
  }

  @ParameterizedTest
  @CsvSource({"1, 9, 16, 3, 1, 1", "2, 10, 24, 3, 2, 2", "3, 7, 33, 5, 1, 2", "4, 12, 64, 3, 1, 4"})
  void theSameAsChannelByChannel(
      long images, long size, long channels, long kernel, long stride, int cores) {
    var random = new Random(7);
    byte[] x =
        Tensor.generate(
                DType.F32, new long[] {images, channels, size, size}, i -> random.nextInt(9) - 4)
            .toBytes();
    Hardware ws = chip("ws", 1);
    Program apart = Cases.compile(model(images, size, channels, kernel, stride), ws);
    assertThat(columnwise(apart)).isFalse();
    byte[] want = run(apart, ws, Schedule.PROGRAM_ORDER, x);
    Hardware os = chip("os", cores);
    Program p = Cases.compile(model(images, size, channels, kernel, stride), os);
    assertThat(columnwise(p)).isTrue();
    for (Schedule s : List.of(Schedule.PROGRAM_ORDER, Schedule.LATE_LOADS, Schedule.random(3))) {
      assertThat(run(p, os, s, x)).as("%s", s).isEqualTo(want);
    }
  }

  /** A row of places in which channels don't lie next to each other. */
  @Test
  void channelsApartInMemoryAreProductsOfTheirOwn() {
    String text =
        "<ir_version: 10, opset_import: [\"\": 21]> g (float[7,3,1] x, float[3,1,2] w)"
            + " => (float[7,3,2] y) { y = Conv <group = 3, pads = [1,1]> (x, w) }";
    var x = Tensor.generate(DType.F32, new long[] {7, 3, 1}, i -> i % 5 - 2);
    byte[][] got = new byte[2][];
    for (String dataflow : new String[] {"ws", "os"}) {
      Hardware hw = chip(dataflow, 1);
      Model m = OnnxText.parse("row", text);
      constant(m, "w", 3, 1, 2);
      Program p = Cases.compile(m, hw);
      assertThat(columnwise(p)).isFalse();
      got[dataflow.equals("ws") ? 0 : 1] = run(p, hw, Schedule.PROGRAM_ORDER, x.toBytes());
    }
    assertThat(got[1]).isEqualTo(got[0]);
  }

  @Test
  void channelsThatDontFitGoInTiles() {
    Hardware os = chip("os", 1, "core.scratchpad.bytes=16384", "core.accumulator.bytes=4096");
    byte[] x = Tensor.generate(DType.F32, new long[] {1, 48, 16, 16}, i -> i % 5 - 2).toBytes();
    Program p = Cases.compile(model(1, 16, 48, 3, 1), os);
    long products =
        Arrays.stream(p.cores().getFirst().code().code())
            .filter(i -> i.op() == Opcode.M_GEMM && i.flag(Field.COLUMNWISE))
            .count();
    assertThat(products).isPositive();
    Hardware ws = chip("ws", 1);
    byte[] want = run(Cases.compile(model(1, 16, 48, 3, 1), ws), ws, Schedule.PROGRAM_ORDER, x);
    assertThat(run(p, os, Schedule.PROGRAM_ORDER, x)).isEqualTo(want);
  }
}
