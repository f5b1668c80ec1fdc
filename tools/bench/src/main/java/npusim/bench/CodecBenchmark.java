package npusim.bench;

import java.util.concurrent.TimeUnit;
import npusim.program.Program;
import npusim.program.ProgramReader;
import npusim.program.ProgramWriter;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Time to write and to read the container of ResNet-50's program. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark {
  private Program program;
  private byte[] container;

  @Setup
  public void compile() {
    program = Jobs.of("resnet50@warboy").compile();
    container = ProgramWriter.toBytes(program);
  }

  @Benchmark
  public byte[] write() {
    return ProgramWriter.toBytes(program);
  }

  @Benchmark
  public Program read() {
    return ProgramReader.read("resnet50", container);
  }
}
