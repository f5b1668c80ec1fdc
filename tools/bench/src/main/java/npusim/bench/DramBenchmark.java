package npusim.bench;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.sim.dram.DramModel;
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
 * Speed of the DRAM model: requests, and beside them row segments (a run of bytes within one open
 * row: a hit or an activation), per second.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
public class DramBenchmark {
  /**
   * Requests of one call: 64 KiB in order, or 256 bytes anywhere in 1 GiB, a quarter of them
   * writes.
   */
  private static final int REQUESTS = 1024;

  @Param({"rngd", "warboy"})
  private String chip;

  private Hardware hardware;
  private DramModel dram;
  private SplittableRandom random;
  private long now;
  private long next;

  @Setup
  public void load() {
    hardware = HardwareLoader.load(chip);
  }

  @Setup(Level.Iteration)
  public void reset() {
    dram = DramModel.of(hardware);
    random = new SplittableRandom(1);
    now = 0;
    next = 0;
  }

  @Benchmark
  public long inOrder(Segments segments) {
    long before = segments();
    for (int i = 0; i < REQUESTS; i++) {
      now = dram.read(now, next, 1 << 16);
      next = (next + (1 << 16)) & ((1L << 30) - 1);
    }
    segments.rowSegments += segments() - before;
    segments.requests += REQUESTS;
    return now;
  }

  @Benchmark
  public long anywhere(Segments segments) {
    long before = segments();
    for (int i = 0; i < REQUESTS; i++) {
      long address = random.nextLong(1L << 30) & ~255L;
      now = (i & 3) == 0 ? dram.write(now, address, 256) : dram.read(now, address, 256);
    }
    segments.rowSegments += segments() - before;
    segments.requests += REQUESTS;
    return now;
  }

  private long segments() {
    return dram.rowHits() + dram.activates();
  }

  /** What an iteration served; JMH reports each field per second. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Segments {
    public long rowSegments;
    public long requests;

    @Setup(Level.Iteration)
    public void reset() {
      rowSegments = 0;
      requests = 0;
    }
  }
}
