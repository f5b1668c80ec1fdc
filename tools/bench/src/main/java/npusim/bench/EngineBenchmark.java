package npusim.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import npusim.asm.Assembler;
import npusim.hardware.HardwareLoader;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingSimulator;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Speed of the timing engine by itself: a product and two vector instructions that hand tiles to
 * each other, 100,000 times, without a transfer. With {@code exact} every instruction is simulated;
 * without, the steady loop is recognised. The memory model has its own benchmark.
 */
public class EngineBenchmark extends TimedRuns {
  @Param({"true", "false"})
  private boolean exact;

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
}
