package npusim.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;
import npusim.hardware.HardwareLoader;
import npusim.sim.dram.DramStream;
import npusim.sim.dram.DramStreams;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Speed of the memory controllers that {@code npusim dram} runs: 64-byte requests per second. A
 * cycle-level simulator serves 65,000 to 230,000 of them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class DramStreamBenchmark {
  private static final long REQUESTS = 10_000_000;

  @Param({"seq_read", "seq_write", "rand_read"})
  private String stream;

  @Param({"HBM2-2000", "DDR4-2400"})
  private String preset;

  private DramStreams driver;
  private DramStream pattern;
  private long requests;

  @Setup
  public void load() {
    pattern = DramStream.of(stream).orElseThrow();
    requests = stream.startsWith("rand") ? REQUESTS / 100 : REQUESTS;
    var chip = HardwareLoader.load("edge", List.of("dram.model=ddr", "dram.preset=" + preset));
    driver = new DramStreams(chip.dram());
  }

  @Benchmark
  public double run(Served served) {
    double bandwidth = driver.run(pattern, requests, driver.defaultWindow()).gigabytesPerSecond();
    served.requests += requests;
    return bandwidth;
  }

  /** What an iteration served; JMH reports it per second. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Served {
    public long requests;

    @Setup(Level.Iteration)
    public void reset() {
      requests = 0;
    }
  }
}
