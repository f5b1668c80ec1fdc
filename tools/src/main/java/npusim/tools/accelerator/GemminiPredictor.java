package npusim.tools.accelerator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.hardware.MatrixUnit;
import npusim.program.Program;
import npusim.tools.validate.AcceleratorPredictor;
import npusim.tools.validate.Job;

/** Gemmini, from the first command to idle. */
public final class GemminiPredictor implements AcceleratorPredictor {
  private static final int ACCUMULATOR_BYTES = 4;

  @Override
  public Set<String> chips() {
    return Set.of("gemmini-16x16", "gemmini-8x8", "gemmini-4x4");
  }

  @Override
  public Map<String, String> modes() {
    var modes = new LinkedHashMap<String, String>();
    modes.put(
        "loop_full",
        "hardware loops over tiles, two at a time, operands and results in memory; `workload`,"
            + " `tile`");
    modes.put(
        "loop_exec", "the same, operands in the scratchpad, results left in the accumulators");
    modes.put(
        "ws_sw",
        "a plain stream of commands, weight-stationary: all loads, all products, all stores;"
            + " `workload`");
    modes.put("os_sw", "the same, output-stationary");
    modes.put("ws_exec", "the products of `ws_sw` alone");
    modes.put("os_exec", "the products of `os_sw` alone");
    modes.put("mvin", "loads into the scratchpad by themselves; `transfer`, columns of one byte");
    modes.put("mvin_acc", "loads into the accumulators; columns of four bytes");
    modes.put("mvout", "stores; columns of one byte");
    return modes;
  }

  @Override
  public void check(Job.OnAccelerator job) {
    if (job.mode().startsWith("mv")) {
      require(!job.transfer().isEmpty(), "transfer", job);
    } else {
      require(job.product().isPresent(), "workload", job);
      require(!job.mode().startsWith("loop_") || !job.tile().isEmpty(), "tile", job);
    }
  }

  private static void require(boolean given, String what, Job.OnAccelerator job) {
    if (!given) {
      throw NpusimException.usage(
          "validate-accelerator", "mode " + job.mode() + " needs " + what, "");
    }
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
        var p = job.product().orElseThrow();
        List<Long> t = job.tile();
        yield new GemminiLoops(hw, p.m(), p.n(), p.k(), t.get(0), t.get(1), t.get(2), transfers)
            .program();
      }
      default -> {
        var p = job.product().orElseThrow();
        yield new GemminiCommands(hw, p.m(), p.n(), p.k(), transfers).program();
      }
    };
  }

  private static GemminiTransfers transfers(Job.OnAccelerator job, Hardware hw, int bytes) {
    List<Long> t = job.transfer();
    return new GemminiTransfers(hw, t.get(0), t.get(1), t.get(2) * bytes);
  }
}
