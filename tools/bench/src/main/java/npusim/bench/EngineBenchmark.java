package npusim.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import npusim.asm.Assembler;
import npusim.hardware.HardwareLoader;
import npusim.program.Program;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingResult;
import npusim.sim.timing.TimingSimulator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Speed of the timing engine by itself: a product and two vector instructions that hand tiles to
 * each other, 100,000 times, without a transfer. With {@code exact} every instruction is simulated;
 * without, the steady loop is recognised. The memory model has its own benchmark.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class EngineBenchmark {
  @Param({"true", "false"})
  private boolean exact;

  private Program program;
  private TimingSimulator simulator;

  @Setup
  public void assemble() {
    String file = "on-chip.asm";
    try (InputStream in = EngineBenchmark.class.getResourceAsStream(file)) {
      program = Assembler.assemble(file, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    TimingOptions options = exact ? TimingOptions.exactly() : TimingOptions.defaults();
    simulator = new TimingSimulator(HardwareLoader.load("edge"), options);
  }

  @Benchmark
  public TimingResult run(TimingBenchmark.Simulated simulated) {
    TimingResult result = simulator.run(program, Map.of());
    simulated.instructions += result.counters().instructions();
    simulated.cycles += result.totalCycles();
    return result;
  }
}
