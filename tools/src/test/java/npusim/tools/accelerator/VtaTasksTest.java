package npusim.tools.accelerator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.program.Program;
import npusim.sim.timing.InstructionWork;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingSimulator;
import npusim.sim.timing.TimingUnit;
import npusim.sim.timing.TraceSink;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tasks against the RTL of VTA (apache/tvm-vta d4a15f6, Verilator): when each instruction ends in
 * the traces of some runs with read latency 16 and write latency 8.
 */
class VtaTasksTest {
  @ParameterizedTest
  @CsvSource({
    // m, n, k, tile m, n, k, buffers, ends of stores, ends of GEMMs
    "1,16,16,1,16,16,1,131,118",
    "4,16,16,4,16,16,1,176,127",
    "16,32,32,16,16,16,1,510;878,188;317;556;685",
    "16,32,32,16,16,16,2,487;699,188;294;400;506",
    "64,64,64,64,64,64,1,3477,2132",
    "16,256,256,16,128,128,1,7342;14096,3436;6813;10190;13567",
    "16,256,256,16,128,128,2,6325;11017,3450;5796;8142;10488",
    "64,128,64,64,64,64,2,3495;4840,2150;3444",
    "128,128,128,64,64,64,2,4605;6930;9255;11580,2194;3260;4554;5585;6879;7910;9204;10235"
  })
  void instructionsEndAsInTheRtl(
      long m, long n, long k, long tm, long tn, long tk, int buffers, String st, String gemm) {
    var hw = HardwareLoader.load("vta-pynq", List.of());
    var ends = new Ends();
    run(hw, new VtaTasks(m, n, k, tm, tn, tk, buffers).program(hw), ends);
    close(ends.stores, st);
    close(ends.gemms, gemm);
  }

  private static void close(List<Long> predicted, String measured) {
    String[] rtl = measured.split(";", -1);
    assertThat(predicted).hasSize(rtl.length);
    for (int i = 0; i < rtl.length; i++) {
      long end = Long.parseLong(rtl[i]);
      assertThat(Math.abs(predicted.get(i) - end)).as(i + ": " + end).isLessThan(5 + end / 100);
    }
  }

  private static void run(Hardware hw, Program program, TraceSink sink) {
    new TimingSimulator(hw, TimingOptions.traced(sink)).run(program, Map.of());
  }

  private static final class Ends implements TraceSink {
    private final List<Long> stores = new ArrayList<>();
    private final List<Long> gemms = new ArrayList<>();

    @Override
    public void instruction(
        int core, TimingUnit unit, int pc, long start, long end, InstructionWork work) {
      if (unit == TimingUnit.ST) {
        stores.add(end);
      } else if (unit == TimingUnit.MAT) {
        gemms.add(end);
      }
    }

    @Override
    public void dram(int chip, long start, long end, long readBytes, long writtenBytes) {
      // Only instructions are looked at.
    }
  }
}
