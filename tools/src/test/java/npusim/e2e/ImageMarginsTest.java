package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.hardware.HardwareLoader;
import npusim.isa.Opcode;
import npusim.program.Buffer;
import npusim.program.Program;
import npusim.sim.functional.Memory;
import npusim.sim.functional.Schedule;
import npusim.workloads.OrtSession;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Windows read beyond the border of images that stay on the chip, where these have margins. */
class ImageMarginsTest {
  /** Readers that reach differently far, pools among them, views of parts, and joined channels. */
  private static final String READERS =
      """
      <ir_version: 10, opset_import: ["" : 18]>
      g (float[4,3,9,11] x, float[8,3,1,1] w0, float[8,8,3,3] w1, float[8,8,3,3] w2,
         float[8,1,5,5] w3, float[6,16,3,2] w4)
        => (float[4,6,4,11] y, float[4,8,4,5] u) {
        a0 = Conv (x, w0)
        a = Relu (a0)
        b = Conv <pads = [1,1,1,1]> (a, w1)
        c = Conv <pads = [2,2,2,2], dilations = [2,2]> (a, w2)
        m = MaxPool <kernel_shape = [3,3], pads = [1,1,1,1]> (a)
        d0 = Conv <group = 8, pads = [2,2,2,2]> (b, w3)
        d1 = Add (d0, c)
        d = Tanh (d1)
        e0 = Add (d, m)
        e = Sigmoid (e0)
        p = AveragePool <kernel_shape = [3,3], pads = [1,1,1,1]> (e)
        j = Concat <axis = 1> (e, p)
        y = Conv <pads = [0,1,1,0], strides = [2,1]> (j, w4)
        first = Constant <value_ints = [0, 0]> ()
        last = Constant <value_ints = [8, 10]> ()
        axes = Constant <value_ints = [2, 3]> ()
        part = Slice (e, first, last, axes)
        u = MaxPool <kernel_shape = [2,2], strides = [2,2], pads = [0,0,0,0]> (part)
      }
      """;

  /** A part of an image must not be read beyond its border where the rest of it lies. */
  private static final String PART =
      """
      <ir_version: 10, opset_import: ["" : 18]>
      g (float[2,3,8,8] x, float[4,3,1,1] w0, float[4,4,3,3] w1, float[4,4,3,3] w2)
        => (float[2,4,6,6] y, float[2,4,8,8] z) {
        a0 = Conv (x, w0)
        a = Relu (a0)
        first = Constant <value_ints = [1, 1]> ()
        last = Constant <value_ints = [7, 7]> ()
        axes = Constant <value_ints = [2, 3]> ()
        part = Slice (a, first, last, axes)
        y = Conv <pads = [1,1,1,1]> (part, w1)
        z = Conv <pads = [1,1,1,1]> (a, w2)
      }
      """;

  @ParameterizedTest
  @CsvSource({
    "1, ''",
    "2, core.matrix.dataflow=os",
    "3, ''",
    "4, core.matrix.rows=4",
  })
  void readersOfAllKinds(int cores, String set) {
    check(READERS, cores, set);
    check(PART, cores, set);
  }

  @Test
  void nothingIsCopiedForWindows() {
    String text =
        """
        <ir_version: 10, opset_import: ["" : 18]>
        g (float[1,4,12,12] x, float[8,4,1,1] w0, float[8,8,3,3] w1, float[8,8,3,3] w2)
          => (float[1,8,6,6] y) {
          a = Conv (x, w0)
          m = MaxPool <kernel_shape = [3,3], pads = [1,1,1,1]> (a)
          b = Conv <pads = [1,1,1,1]> (m, w1)
          y = Conv <pads = [1,1,1,1], strides = [2,2]> (b, w2)
        }
        """;
    Model m = Cases.filled(text, 1, 0.3, new LinkedHashMap<>());
    Program p = Cases.compile(m, HardwareLoader.load("edge", List.of("chip.cores=1")));
    long copies =
        Arrays.stream(p.cores().getFirst().code().code())
            .filter(i -> i.op() == Opcode.DMA_GET || i.op() == Opcode.DMA_PUT)
            .count();
    assertThat(copies).isZero();
  }

  private static void check(String text, int cores, String set) {
    List<String> sets =
        set.isEmpty() ? List.of("chip.cores=" + cores) : List.of("chip.cores=" + cores, set);
    var hw = HardwareLoader.load("edge", sets);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Model m = Cases.filled(text, 3, 0.4, inputs);
    Map<String, Tensor> want = OrtSession.run(m, inputs);
    Program p = Cases.proved(Compiler.compile(m.copy(), hw, CompileOptions.DEFAULT), hw);
    Map<String, byte[]> bytes = new LinkedHashMap<>();
    inputs.forEach((name, t) -> bytes.put(name, t.toBytes()));
    for (Schedule s : List.of(Schedule.LATE_LOADS, Schedule.EAGER_UNITS, Schedule.LATE_MATRIX)) {
      Memory memory = Cases.run(p, hw, s, bytes);
      want.forEach(
          (name, t) -> {
            Buffer b = p.buffer(name).orElseThrow();
            Tensor got = Tensor.of(b.type(), t.dims(), memory.read(name));
            for (long i = 0; i < t.size(); i++) {
              assertThat(got.at(i))
                  .as("%s[%d] %s", name, i, s.label())
                  .isCloseTo(t.at(i), Offset.offset(2e-4));
            }
          });
    }
  }
}
