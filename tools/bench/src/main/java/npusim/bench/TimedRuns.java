package npusim.bench;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import npusim.program.Program;
import npusim.sim.timing.TimingResult;
import npusim.sim.timing.TimingSimulator;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Runs of a program in the timing engine: instructions and chip cycles, per second. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public abstract class TimedRuns {
  /** What runs, and where; set by the benchmark. */
  protected Program program;

  protected TimingSimulator simulator;

  @Benchmark
  public TimingResult run(Simulated simulated) {
    TimingResult result = simulator.run(program, Map.of());
    simulated.instructions += result.counters().instructions();
    simulated.cycles += result.totalCycles();
    return result;
  }

  /** What the runs of an iteration simulated; JMH reports each field per second. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Simulated {
    public long instructions;
    public long cycles;

    @Setup(Level.Iteration)
    public void reset() {
      instructions = 0;
      cycles = 0;
    }
  }
}
