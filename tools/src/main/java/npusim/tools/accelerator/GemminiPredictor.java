package npusim.tools.accelerator;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.hardware.MatrixUnit;
import npusim.program.Program;
import npusim.tools.validate.AcceleratorPredictor;
import npusim.tools.validate.Job;

/**
 * Gemmini, from the first command to idle. Modes:
 *
 * <ul>
 *   <li>{@code loop_full}: hardware loops over tiles (m, n, k) given in elements, two at a time;
 *   <li>{@code ws_sw}, {@code os_sw}: plain streams of commands, weight- and output-stationary;
 *   <li>{@code loop_exec}, {@code ws_exec}, {@code os_exec}: the same with operands already in the
 *       scratchpad and results left in the accumulators;
 *   <li>{@code mvin}, {@code mvin_acc}, {@code mvout}: transfers (commands, rows, columns).
 * </ul>
 */
public final class GemminiPredictor implements AcceleratorPredictor {
  private static final int ACCUMULATOR_BYTES = 4;

  @Override
  public Set<String> chips() {
    return Set.of("gemmini-16x16", "gemmini-8x8", "gemmini-4x4");
  }

  @Override
  public Set<String> modes() {
    return Set.of(
        "loop_full",
        "loop_exec",
        "ws_sw",
        "os_sw",
        "ws_exec",
        "os_exec",
        "mvin",
        "mvin_acc",
        "mvout");
  }

  @Override
  public long cycles(Job.OnAccelerator job) {
    OptionalLong latency = job.readLatency();
    var write = job.writeLatency().isPresent() ? job.writeLatency() : latency;
    Hardware hw = Variant.memory(job.hw(), latency, write);
    if (job.mode().endsWith("os_sw") || job.mode().equals("os_exec")) {
      hw = Variant.dataflow(hw, MatrixUnit.Dataflow.OS);
    }
    return Variant.cycles(hw, program(job, hw));
  }

  private static Program program(Job.OnAccelerator job, Hardware hw) {
    boolean transfers = !job.mode().endsWith("_exec");
    return switch (job.mode()) {
      case "mvin" -> transfers(job, hw, 1).in(false);
      case "mvin_acc" -> transfers(job, hw, ACCUMULATOR_BYTES).in(true);
      case "mvout" -> transfers(job, hw, 1).out();
      case "loop_full", "loop_exec" -> {
        var p = product(job);
        List<Long> t = job.tile();
        if (t.isEmpty()) {
          throw missing("a tile", job);
        }
        yield new GemminiLoops(hw, p.m(), p.n(), p.k(), t.get(0), t.get(1), t.get(2), transfers)
            .program();
      }
      default -> {
        var p = product(job);
        yield new GemminiCommands(hw, p.m(), p.n(), p.k(), transfers).program();
      }
    };
  }

  private static Job.Product product(Job.OnAccelerator job) {
    return job.product().orElseThrow(() -> missing("a workload", job));
  }

  private static GemminiTransfers transfers(Job.OnAccelerator job, Hardware hw, int bytes) {
    List<Long> t = job.transfer();
    if (t.isEmpty()) {
      throw missing("a transfer", job);
    }
    return new GemminiTransfers(hw, t.get(0), t.get(1), t.get(2) * bytes);
  }

  private static NpusimException missing(String what, Job.OnAccelerator job) {
    return NpusimException.usage(
        "validate-accelerator", job.machine() + " needs " + what + " in mode " + job.mode(), "");
  }
}
