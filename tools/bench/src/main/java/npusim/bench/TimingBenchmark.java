package npusim.bench;

import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingSimulator;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Speed of the timing engine with every shortcut off: runs, and beside them instructions and chip
 * cycles, per second.
 */
public class TimingBenchmark extends TimedRuns {
  @Param({"gemm:2048,2048,2048@tpu-v3", "resnet50@warboy"})
  private String job;

  @Setup
  public void compile() {
    Jobs jobs = Jobs.of(job);
    program = jobs.compile();
    simulator = new TimingSimulator(jobs.hardware(), TimingOptions.exactly());
  }
}
